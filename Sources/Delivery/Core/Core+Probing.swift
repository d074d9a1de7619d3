/// Probes (D4): where a system honours no idempotency key, it is asked before a call is repeated.
///
/// A call is a repetition when an earlier one of the same event and step may have taken effect. Within an assignment
/// the event knows. Across assignments nobody does, but it is bounded: a flow with probes starts no event at
/// or beyond the confirmed committed offset + `startWindow`, and positions never fall behind what was once confirmed. So
/// what lies that far beyond the position of an assignment was never started by anyone before; everything below is asked
/// about. Where nothing is committed yet, the first record fetched stands for the position, on both sides.
extension Core {
    // MARK: What is in doubt

    private func probePolicy(of slot: Slot) -> ProbePolicy? {
        let step = Int(events[slot].step)
        guard !events[slot].isCompensating else { return nil }
        return step < configuration.probes.count ? configuration.probes[step] : nil
    }

    /// A step is prepared: it is in doubt if a former owner of the partition may have called it.
    mutating func noteRedelivery(_ slot: Slot) {
        if !events[slot].isTakenBack {
            events[slot].isEffectUnknown = false
            events[slot].probeNotBefore = .zero
        }
        guard let policy = probePolicy(of: slot) else { return }
        let partition = partitions[Int(events[slot].partition)]
        guard let first = partition.firstOffset, offsets[slot].offset - first < startWindow else { return }
        events[slot].isEffectUnknown = true
        events[slot].probeNotBefore = max(
            events[slot].probeNotBefore, partition.quietSince + policy.settleAfter)
    }

    /// A call ended and was no success. Returns for how long its effect may still come, in nanoseconds.
    ///
    /// Every end leaves doubt but one that proves that nothing was sent: proxies answer for systems that they have
    /// reached, and systems answer with errors after the fact. Only a system that refuses is done with the call.
    mutating func doubt(_ slot: Slot, _ outcome: Outcome, now: Instant) -> Int64 {
        guard outcome != .notSent, let policy = probePolicy(of: slot) else { return 0 }
        events[slot].isEffectUnknown = true
        if case .answered(let status, _) = outcome, (200..<500).contains(status), status != 408 { return 0 }
        return max(0, policy.settleAfter.wholeNanoseconds)
    }

    /// A call of a former assignment ended: its effect may come from now on, whoever is asked.
    mutating func noteLateEnd(of slot: Slot, now: Instant) {
        partitions[Int(events[slot].partition)].quietSince = now
    }

    // MARK: Asking

    /// Whether a probe now could miss an effect that is still to come.
    func mustWaitToProbe(_ slot: Slot, now: Instant) -> Bool {
        events[slot].isEffectUnknown && events[slot].probeNotBefore > now
    }

    /// Waits until the probe makes sense; a draining partition does not wait.
    mutating func waitToProbe(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        if isDraining(slot) {
            withdraw(slot, now: now, into: &actions)
        } else {
            timers.set(slot, at: events[slot].probeNotBefore)
            setState(slot, .backingOff, now: now)
        }
    }

    /// A slot of the system is there: sends the probe if there is doubt. False when the call can be sent.
    mutating func startedProbe(_ slot: Slot, now: Instant, into actions: inout [Action]) -> Bool {
        guard events[slot].isEffectUnknown else { return false }
        setState(slot, .probing, now: now)
        counters.probes += 1
        actions.append(.probe(events.id(slot)))
        return true
    }

    /// The answer to `Action.probe`.
    public mutating func probed(
        _ id: EventID, _ outcome: ProbeOutcome, now: Instant, into actions: inout [Action]
    ) {
        guard
            let slot = events.slot(of: id),
            events[slot].state == .probing || events[slot].state == .abandonedProbe
        else {
            counters.fenced += 1
            return
        }
        let judged = JudgedProbe(outcome)
        let granted = noteHealth(of: slot, judged.verdict, judged.outcome, now: now, into: &actions)
        if events[slot].state == .abandonedProbe {
            counters.fenced += 1
            endAbandoned(slot, now: now, into: &actions)
        } else {
            act(on: judged.meaning, of: slot, notBefore: granted, now: now, into: &actions)
        }
        startWhatCan(now: now, into: &actions)
    }

    private mutating func act(
        on meaning: JudgedProbe.Meaning, of slot: Slot, notBefore: Int64, now: Instant,
        into actions: inout [Action]
    ) {
        switch meaning {
        case .hit:
            counters.probeHits += 1
            act(on: .success, of: slot, notBefore: 0, now: now, into: &actions)
        case .miss:
            events[slot].isEffectUnknown = false
            callAfterMiss(slot, now: now, into: &actions)
        case .unanswered:
            backOff(slot, notBefore: notBefore, now: now, into: &actions)
        case .park(let reason):
            park(slot, reason, now: now, into: &actions)
        }
    }

    /// The call may be sent; but a draining partition begins nothing: an event without a success is let go.
    private mutating func callAfterMiss(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        if isDraining(slot), !events[slot].isApplied {
            withdraw(slot, now: now, into: &actions)
        } else {
            queue(slot, now: now, into: &actions)
        }
    }

    // MARK: The window

    /// Whether the event may start as far as the next owner's knowledge goes: see above.
    func isInStartWindow(_ slot: Slot, of partition: Int) -> Bool {
        guard hasProbes, let base = confirmedBase(of: partition) else { return true }
        return offsets[slot].offset - base < startWindow
    }

    private func confirmedBase(of partition: Int) -> Int64? {
        partitions[partition].commit.committed ?? partitions[partition].firstOffset
    }

    /// An event was held back by the window: it moves with the next commit. Where the watermark moved over a gap of
    /// the offsets alone, nothing was settled, and nobody else would ask for one.
    mutating func waitForWindow(_ partition: Int, now: Instant) {
        partitions[partition].isWindowFull = true
        guard
            partitions[partition].commit.isIdle, let base = confirmedBase(of: partition),
            let watermark = partitions[partition].tracker.watermark(in: offsets), watermark > base
        else { return }
        commitLater(partition, now: now)
    }

    /// A commit is confirmed: what the window held back may start.
    mutating func windowMoved(_ partition: Int, now: Instant, into actions: inout [Action]) {
        guard partitions[partition].isWindowFull else { return }
        partitions[partition].isWindowFull = false
        rotation.append(partition)
        startWhatCan(now: now, into: &actions)
    }
}

/// What a probe's outcome means: for the event, and for the health of its system.
private struct JudgedProbe {
    enum Meaning {
        case hit
        case miss
        case unanswered
        case park(ParkReason)
    }

    var meaning: Meaning
    var verdict = Verdict.success
    var outcome = Outcome.answered(status: 200, retryAfter: nil)

    init(_ probe: ProbeOutcome) {
        switch probe {
        case .hit: meaning = .hit
        case .miss: meaning = .miss
        case .fault(let reason): meaning = .park(reason)
        case .failed(let outcome):
            self.outcome = outcome
            verdict = Verdict(outcome, policy: nil)
            switch verdict {
            case .eventFault(404): meaning = .miss
            case .eventFault(let status): meaning = .park(.rejected(status: status))
            case .success:
                // An answer, but none that can be read: a maintenance page, say.
                verdict = .targetFault
                meaning = .unanswered
            case .doubtful, .targetFault, .refused, .redirected: meaning = .unanswered
            }
        }
    }
}
