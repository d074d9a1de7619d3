/// Compensations: when a step ends in an event fault, what earlier steps of the event did is undone, last first, and only
/// then is the event parked.
///
/// That the event has failed is durable before the first of them is called. Otherwise a restart would call the step
/// anew that failed, which might succeed now, behind a step that is undone. From then on the event goes on with what is
/// not undone yet, whoever owns it: each compensation is a call like any other, with its own name and receipt.
///
/// Which steps had an effect, and which of them are undone, stands in receipts, so the shell knows it and is asked
/// (`Action.prepareCompensation`).
extension Core {
    /// The event is wrong. Whether something is to be undone before it is parked, the shell tells.
    func mayCompensate(_ slot: Slot, _ reason: ParkReason) -> Bool {
        hasCompensations && !events[slot].isCompensating && reason != .behindParked
    }

    /// `preparing, calling, probing → preparing`, in the other direction.
    mutating func compensate(_ slot: Slot, _ reason: ParkReason, now: Instant, into actions: inout [Action]) {
        events[slot].parkReason = reason
        events[slot].isCompensating = true
        events[slot].isEffectUnknown = false
        prepareCompensation(slot, now: now, into: &actions)
    }

    /// An earlier owner has recorded that the event failed: it goes on where that one was.
    mutating func compensateFurther(_ slot: Slot, _ reason: ParkReason, now: Instant, into actions: inout [Action]) {
        events[slot].isFailureRecorded = true
        compensate(slot, reason, now: now, into: &actions)
    }

    mutating func prepareCompensation(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        setState(slot, .preparing, now: now)
        preparingCount += 1
        actions.append(.prepareCompensation(events.id(slot), events[slot].parkReason))
    }

    /// The answer to `Action.prepareCompensation`. False when it is to be treated like any other.
    mutating func preparedCompensation(
        _ slot: Slot, _ result: Prepared, now: Instant, into actions: inout [Action]
    ) -> Bool {
        guard events[slot].isCompensating else { return false }
        switch result {
        case .call, .fault:
            // There is something to undo. Once the decision is durable the shell is asked again.
            guard !events[slot].isFailureRecorded else { return false }
            if case .call(_, _, let byteCount) = result { hold(slot, preparedBytes: byteCount, into: &actions) }
            record(slot, .failure, now: now, into: &actions)
        case .done:
            events[slot].attempts = 0
            writeDeadLetter(slot, now: now, into: &actions)
        case .settled, .stale, .failed, .again: return false
        }
        return true
    }

    /// All that an earlier round did is undone: the event begins anew.
    mutating func beginAgain(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        events[slot].isCompensating = false
        events[slot].isFailureRecorded = false
        events[slot].isApplied = false
        prepare(slot, step: 0, now: now, into: &actions)
    }

    /// What the step at hand declares of doubtful statuses: the compensation's own while that is called.
    func retryPolicy(of slot: Slot) -> RetryPolicy? {
        let step = Int(events[slot].step)
        if events[slot].isCompensating {
            return step < configuration.compensations.count ? configuration.compensations[step] : nil
        }
        return step < configuration.retryPolicies.count ? configuration.retryPolicies[step] : nil
    }
}
