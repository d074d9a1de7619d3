/// Receipts and marks: what is known of an event's effects is durable before the event goes on.
///
/// Without that, a restart would repeat an effect that had happened, and a key whose event was parked would be taken for
/// a healthy one (D9). While something is written the key stays blocked, and no slot of a system is held.
extension Core {
    /// `calling, parking → recording`.
    mutating func record(_ slot: Slot, _ recording: Recording, now: Instant, into actions: inout [Action]) {
        events[slot].recording = recording
        events[slot].attempts = 0
        writeRecord(slot, now: now, into: &actions)
    }

    mutating func writeRecord(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        setState(slot, .recording, now: now)
        actions.append(.record(events.id(slot), events[slot].recording))
    }

    /// The answer to `Action.record`: whether what was to be recorded is acknowledged. If not, it is tried again, and
    /// the event does not go on until it succeeds.
    ///
    /// - Parameter isLast: no step follows the one whose receipt this was, so that there is nothing to prepare: the event is
    ///   settled at once.
    public mutating func recorded(
        _ id: EventID, succeeded: Bool, isLast: Bool = false, now: Instant, into actions: inout [Action]
    ) {
        guard
            let slot = events.slot(of: id),
            events[slot].state == .recording || events[slot].state == .abandonedRecord
        else {
            counters.fenced += 1
            return
        }
        if events[slot].state == .abandonedRecord {
            counters.fenced += 1
            endAbandoned(slot, now: now, into: &actions)
        } else if succeeded {
            endRecording(slot, isLast: isLast, now: now, into: &actions)
        } else {
            counters.recordFailures += 1
            recordAgain(slot, now: now, into: &actions)
        }
        startWhatCan(now: now, into: &actions)
    }

    private mutating func endRecording(_ slot: Slot, isLast: Bool, now: Instant, into actions: inout [Action]) {
        switch events[slot].recording {
        case .receipt where isLast && !events[slot].isCompensating:
            settle(slot, .applied, now: now, into: &actions)
        case .receipt: goOn(slot, now: now, into: &actions)
        case .failure:
            events[slot].isFailureRecorded = true
            prepareCompensation(slot, now: now, into: &actions)
        case .parkedMark: settle(slot, .parked, now: now, into: &actions)
        }
    }

    /// A draining partition does not wait: the next owner repeats the effect under its name (D3), or parks again.
    private mutating func recordAgain(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        if isDraining(slot) {
            withdraw(slot, now: now, into: &actions)
        } else {
            setTimer(slot, notBefore: 0, now: now)
            setState(slot, .recordBackingOff, now: now)
        }
    }
}
