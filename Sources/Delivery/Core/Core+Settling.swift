extension Core {
    /// The event is settled: the next of its key may run, and the partition's watermark may move.
    mutating func settle(_ slot: Slot, _ settlement: Settlement, now: Instant, into actions: inout [Action]) {
        let event = events[slot]
        let partition = Int(event.partition)
        switch settlement {
        case .applied: counters.applied += 1
        case .skipped: counters.skipped += 1
        case .parked: counters.parked += 1
        }
        if partitions[partition].tracker.settle(slot, in: &offsets) || partitions[partition].isMetadataFull {
            rotation.append(partition)
        }
        partitions[partition].startedCount -= 1
        commitLater(partition, now: now)
        promote(behind: slot, now: now)
        actions.append(.release(events.id(slot), settlement))
        events.fence(slot)
        events.free(slot)
        uncount(event, into: &actions)
        if partitions[partition].phase == .draining { drainedOne(partition, now: now, into: &actions) }
    }

    /// Lets go of an event of a draining partition that was in flight; the next owner takes it up.
    mutating func withdraw(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        let partition = Int(events[slot].partition)
        promote(behind: slot, now: now)
        letGo(slot, now: now, into: &actions)
        drainedOne(partition, now: now, into: &actions)
    }

    /// The result of an event came whose assignment is gone. It changes nothing (D6), but the key was held until now:
    /// had the partition come back meanwhile, two calls of one key could have met (D2).
    mutating func endAbandoned(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        promote(behind: slot, now: now)
        letGo(slot, now: now, into: &actions)
    }

    private mutating func promote(behind slot: Slot, now: Instant) {
        let next = keys.remove(slot, key: events[slot].key)
        if next != .none { becomeReady(next, now: now) }
    }
}
