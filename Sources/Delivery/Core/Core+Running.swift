extension Core {
    /// The answer to `Action.prepare`.
    public mutating func prepared(
        _ id: EventID, _ result: Prepared, now: Instant, into actions: inout [Action]
    ) {
        guard let slot = events.slot(of: id), events[slot].state == .preparing else {
            counters.fenced += 1
            return
        }
        preparingCount -= 1
        if preparedCompensation(slot, result, now: now, into: &actions)
            || preparedFollower(slot, result, now: now, into: &actions)
        {
            startWhatCan(now: now, into: &actions)
            return
        }
        switch result {
        case .call(let system, let step, let byteCount):
            begin(slot, step: step, of: system)
            hold(slot, preparedBytes: byteCount, into: &actions)
            queue(slot, now: now, into: &actions)
        case .done:
            settle(slot, events[slot].isApplied ? .applied : .skipped, now: now, into: &actions)
        case .settled(let settlement):
            settle(slot, settlement, now: now, into: &actions)
        case .stale:
            counters.stale += 1
            settle(slot, .skipped, now: now, into: &actions)
        case .fault(let reason):
            park(slot, reason, now: now, into: &actions)
        case .failed(let reason): compensateFurther(slot, reason, now: now, into: &actions)
        case .again: beginAgain(slot, now: now, into: &actions)
        }
        startWhatCan(now: now, into: &actions)
    }

    mutating func begin(_ slot: Slot, step: Int32, of system: SystemID) {
        precondition(Int(system.index) < systems.count, "a step calls a system that is not configured")
        events[slot].system = system.index
        events[slot].step = UInt16(clamping: step)
        events[slot].attempts = 0
        events[slot].doubtfulAnswers = 0
        if !events[slot].isTakenBack { events[slot].batchLimit = 0 }
        noteRedelivery(slot)
        events[slot].isTakenBack = false
    }

    mutating func hold(_ slot: Slot, preparedBytes byteCount: Int, into actions: inout [Action]) {
        let change = byteCount - events[slot].preparedByteCount
        events[slot].preparedByteCount = byteCount
        preparedBytes += change
        count(events: 0, bytes: change, into: &actions)
    }

    /// Waits for a slot of the system; but a draining partition does not wait for a system that is unwell, nor begins a
    /// compensation: the next owner knows what is left to undo.
    mutating func queue(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        if isDraining(slot), events[slot].isCompensating || !systems[Int(events[slot].system)].isAvailable {
            withdraw(slot, now: now, into: &actions)
        } else if mustWaitToProbe(slot, now: now) {
            waitToProbe(slot, now: now, into: &actions)
        } else {
            joinQueue(slot, now: now)
        }
    }

    /// The answer to `Action.call`.
    public mutating func finished(
        _ id: EventID, _ outcome: Outcome, now: Instant, into actions: inout [Action]
    ) {
        guard
            let slot = events.slot(of: id),
            events[slot].state == .calling || events[slot].state == .abandonedCall
        else {
            counters.fenced += 1
            return
        }
        let verdict = Verdict(outcome, policy: retryPolicy(of: slot))
        let granted = noteHealth(of: slot, verdict, outcome, now: now, into: &actions)
        if events[slot].state == .abandonedCall {
            counters.fenced += 1
            noteLateEnd(of: slot, now: now)
            endAbandoned(slot, now: now, into: &actions)
        } else {
            let pause = verdict == .success ? 0 : max(granted, doubt(slot, outcome, now: now))
            act(on: verdict, of: slot, notBefore: pause, now: now, into: &actions)
        }
        startWhatCan(now: now, into: &actions)
    }

    mutating func act(
        on verdict: Verdict, of slot: Slot, notBefore: Int64, now: Instant, into actions: inout [Action]
    ) {
        switch verdict {
        case .success:
            if events[slot].isCompensating {
                counters.compensations += 1
            } else {
                events[slot].isApplied = true
            }
            if configuration.records {
                record(slot, .receipt, now: now, into: &actions)
            } else {
                goOn(slot, now: now, into: &actions)
            }
        case .eventFault(let status):
            park(slot, .rejected(status: status), now: now, into: &actions)
        case .doubtful(let status):
            events[slot].doubtfulAnswers += 1
            let ceiling = retryPolicy(of: slot)?.attempts ?? 1
            if Int(events[slot].doubtfulAnswers) >= ceiling {
                park(slot, .rejected(status: status), now: now, into: &actions)
            } else {
                backOff(slot, notBefore: notBefore, now: now, into: &actions)
            }
        case .targetFault, .refused, .redirected:
            backOff(slot, notBefore: notBefore, now: now, into: &actions)
        }
    }

    /// The step is done: the next one's turn; or it is undone, and the one before is to be.
    mutating func goOn(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        if events[slot].isCompensating { return prepareCompensation(slot, now: now, into: &actions) }
        prepare(slot, step: events[slot].step + 1, now: now, into: &actions)
    }

    /// Gives the system its slot back, and tells its circuit and alarm what happened. Returns for how long the
    /// system wants to be left alone, in nanoseconds.
    mutating func noteHealth(
        of slot: Slot, _ verdict: Verdict, _ outcome: Outcome, now: Instant, into actions: inout [Action]
    ) -> Int64 {
        let isTrial = events[slot].isTrial
        events[slot].isTrial = false
        return noteHealth(
            of: Int(events[slot].system), isTrial: isTrial, name: events.id(slot),
            start: events[slot].state == .calling ? events[slot].since : nil, verdict, outcome, now: now, into: &actions
        )
    }

    /// The same for a call of whatever it was.
    ///
    /// - Parameters:
    ///   - name: what the circuit tells faults apart by.
    ///   - start: when the call started; `nil`: it says nothing of how much the system bears.
    mutating func noteHealth(
        of system: Int, isTrial: Bool, name: EventID, start: Instant?, _ verdict: Verdict, _ outcome: Outcome,
        now: Instant, into actions: inout [Action]
    ) -> Int64 {
        systems[system].concurrency.giveBack()
        if let start { systems[system].concurrency.note(LoadSign(outcome, verdict), start: start, now: now) }
        var granted: Int64 = 0
        if !verdict.isHealthy {
            counters.targetFaults += 1
            if case .answered(_, let retryAfter?) = outcome {
                granted = systems[system].postpone(by: retryAfter.wholeNanoseconds, now: now)
            }
        }
        raise(verdict, system, into: &actions)
        let isChanged: Bool
        if verdict.isHealthy {
            isChanged = systems[system].circuit.succeeded(isTrial: isTrial)
        } else {
            var isRefusal = false
            if case .refused = verdict { isRefusal = true }
            isChanged = systems[system].circuit.failed(name, isTrial: isTrial, isRefusal: isRefusal, now: now)
        }
        if isChanged {
            actions.append(.circuit(SystemID(UInt16(system)), systems[system].circuit.state))
        }
        return granted
    }

    private mutating func raise(_ verdict: Verdict, _ system: Int, into actions: inout [Action]) {
        let alarm: Alarm?
        switch verdict {
        case .refused(let status): alarm = .refused(status: status)
        case .redirected(let status): alarm = .redirected(status: status)
        case .success: alarm = nil
        case .eventFault, .doubtful, .targetFault: return
        }
        guard systems[system].set(alarm) else { return }
        actions.append(.alarm(SystemID(UInt16(system)), alarm ?? .cleared))
    }

    /// The event waits for its next try, and holds no slot of its system meanwhile (D2).
    mutating func backOff(
        _ slot: Slot, notBefore: Int64, now: Instant, into actions: inout [Action]
    ) {
        if isDraining(slot) {
            withdraw(slot, now: now, into: &actions)
            return
        }
        setTimer(slot, notBefore: notBefore, now: now)
        setState(slot, .backingOff, now: now)
    }

    mutating func setTimer(_ slot: Slot, notBefore: Int64, now: Instant) {
        let attempts = events[slot].attempts == .max ? .max : events[slot].attempts + 1
        events[slot].attempts = attempts
        let jittered = configuration.backOff.delay(attempts: Int(attempts), using: &generator)
        timers.set(slot, at: now.advanced(byNanoseconds: max(jittered, notBefore)))
    }

    /// The event's waiting time is over.
    mutating func retry(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        switch events[slot].state {
        case .backingOff: joinQueue(slot, now: now)
        case .parkBackingOff: writeDeadLetter(slot, now: now, into: &actions)
        case .recordBackingOff: writeRecord(slot, now: now, into: &actions)
        default: break
        }
    }

    mutating func park(
        _ slot: Slot, _ reason: ParkReason, now: Instant, into actions: inout [Action]
    ) {
        if mayCompensate(slot, reason) { return compensate(slot, reason, now: now, into: &actions) }
        events[slot].parkReason = events[slot].isCompensating ? .compensation : reason
        events[slot].attempts = 0
        writeDeadLetter(slot, now: now, into: &actions)
    }

    mutating func writeDeadLetter(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        setState(slot, .parking, now: now)
        actions.append(.park(events.id(slot), events[slot].parkReason))
    }

    /// The answer to `Action.park`: whether the dead-letter topic has acknowledged the event. If not, it is tried
    /// again, and the event is not settled until it succeeds (D10).
    public mutating func parked(_ id: EventID, succeeded: Bool, now: Instant, into actions: inout [Action]) {
        guard
            let slot = events.slot(of: id),
            events[slot].state == .parking || events[slot].state == .abandonedPark
        else {
            counters.fenced += 1
            return
        }
        if events[slot].state == .abandonedPark {
            counters.fenced += 1
            endAbandoned(slot, now: now, into: &actions)
        } else if succeeded, configuration.marksParkedKeys {
            record(slot, .parkedMark, now: now, into: &actions)
        } else if succeeded {
            settle(slot, .parked, now: now, into: &actions)
        } else {
            counters.parkFailures += 1
            if isDraining(slot) {
                withdraw(slot, now: now, into: &actions)
            } else {
                setTimer(slot, notBefore: 0, now: now)
                setState(slot, .parkBackingOff, now: now)
            }
        }
        startWhatCan(now: now, into: &actions)
    }

    func isDraining(_ slot: Slot) -> Bool {
        partitions[Int(events[slot].partition)].phase == .draining
    }
}
