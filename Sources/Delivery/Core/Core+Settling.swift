extension Core {
    /// The event is settled, and with it those that are done behind it.
    mutating func settle(_ slot: Slot, _ settlement: Settlement, now: Instant, into actions: inout [Action]) {
        if events[slot].isFollowing { return finish(slot, settlement, now: now, into: &actions) }
        var next = settleFirst(slot, settlement, now: now, into: &actions)
        while next != .none {
            next = settleFirst(next, events[next].settlement, now: now, into: &actions)
        }
    }

    /// The first event of its key is settled: the next one may run, and the partition's watermark may move.
    ///
    /// - Returns: the next one if it is done already, else `.none`.
    private mutating func settleFirst(
        _ slot: Slot, _ settlement: Settlement, now: Instant, into actions: inout [Action]
    ) -> Slot {
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
        let next = promote(behind: slot, now: now)
        // Between this one and a forsaken one there was another, which was let go.
        let isNext = next != .none && !events[next].isForsaken
        let isDone = isNext && events[next].state == .finished
        if isNext { events[next].isFollowing = false }
        actions.append(.release(events.id(slot), settlement))
        events.fence(slot)
        events.free(slot)
        uncount(event, into: &actions)
        if partitions[partition].phase == .draining { drainedOne(partition, now: now, into: &actions) }
        return isDone ? next : .none
    }

    /// Lets go of an event of a draining partition that was in flight; the next owner takes it up.
    mutating func withdraw(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        var slot = slot
        while slot != .none {
            let partition = Int(events[slot].partition)
            let next = forsake(behind: slot)
            let isDone = next != .none && events[next].state == .finished
            _ = promote(behind: slot, now: now)
            letGo(slot, now: now, into: &actions)
            drainedOne(partition, now: now, into: &actions)
            slot = isDone ? next : .none
        }
    }

    /// The result of an event came whose assignment is gone. It changes nothing (D6), but the key was held until now:
    /// had the partition come back meanwhile, two calls of one key could have met (D2).
    mutating func endAbandoned(_ slot: Slot, now: Instant, into actions: inout [Action]) {
        _ = promote(behind: slot, now: now)
        letGo(slot, now: now, into: &actions)
    }

    /// Takes the event from its key. Returns the one that is first now; if it does not follow, it may start.
    private mutating func promote(behind slot: Slot, now: Instant) -> Slot {
        let next = keys.remove(slot, key: events[slot].key)
        if next != .none, !events[next].isFollowing { becomeReady(next, now: now) }
        return next
    }
}
