extension Core {
    /// Whether more records are of use now: no event at hand could start that has not. While there is one, all slots
    /// are taken or nothing may be called, and records are better left with the client: what is taken late is small
    /// in memory and near in the processor's caches, and a revocation has less to drain (D6, D8).
    public var wantsRecords: Bool { rotation.isEmpty }

    /// Whether more than a quarter of the events at hand wait behind others of their keys: then settling events soon is
    /// worth more than settling them together.
    public var isHeldUpByKeys: Bool { (buffer.events - keys.count) * 4 > buffer.events }

    /// Starts calls while systems have slots, and has events prepared while calls could start.
    mutating func startWhatCan(now: Instant, into actions: inout [Action]) {
        var capacity = systems.isEmpty ? Core.capacityWithoutSystems : 0
        for system in systems.indices {
            while systems[system].queuedCount > 0, systems[system].startable > 0 {
                // The slot is left to the event that is being prepared; its answer comes at once.
                if lacksFresh(system), prepareFresh(now: now, into: &actions) { break }
                if !openBatches.isEmpty, isFilling(system, now: now, into: &actions) { break }
                startNext(of: system, now: now, into: &actions)
            }
            let startable = systems[system].startable
            capacity += startable
            if !openBatches.isEmpty, startable > 0 { capacity += batchRoom(of: system) }
        }
        while preparingCount < capacity, prepareNext(now: now, into: &actions) {}
    }

    /// It is the turn of an event without a fault, and none is prepared.
    private func lacksFresh(_ system: Int) -> Bool {
        systems[system].wantsFresh && systems[system].fresh.isEmpty
    }

    /// Sees to it that an event without a fault is being prepared. False when there is none.
    private mutating func prepareFresh(now: Instant, into actions: inout [Action]) -> Bool {
        preparingCount > 0 || prepareNext(now: now, into: &actions)
    }

    /// Has the next ready event prepared. False when there is none, or no memory for its request.
    mutating func prepareNext(now: Instant, into actions: inout [Action]) -> Bool {
        // What is prepared and waits for a system that is unwell must not fill the memory.
        guard preparedBytes < configuration.buffer.bytes, let slot = nextReady(now: now) else { return false }
        let partition = Int(events[slot].partition)
        if !events[slot].isStarted { partitions[partition].startedCount += 1 }
        events[slot].isStarted = true
        partitions[partition].highestStarted = max(partitions[partition].highestStarted, offsets[slot].offset)
        prepare(slot, step: 0, now: now, into: &actions)
        return true
    }

    /// Events evaluated at once by a flow that calls nothing.
    private static var capacityWithoutSystems: Int { 64 }

    mutating func prepare(_ slot: Slot, step: UInt16, now: Instant, into actions: inout [Action]) {
        setState(slot, .preparing, now: now)
        preparingCount += 1
        actions.append(.prepare(events.id(slot), step: Int32(step)))
    }

    /// Takes the next event that may start, one partition after the other.
    private mutating func nextReady(now: Instant) -> Slot? {
        while let partition = rotation.popFirst() {
            guard partitions[partition].phase == .active, let slot = startable(in: partition, now: now) else {
                continue
            }
            queues.remove(slot, from: &partitions[partition].ready)
            if !partitions[partition].ready.isEmpty { rotation.append(partition) }
            return slot
        }
        return nil
    }

    /// The first ready event, provided that the commit metadata has room for it. The event that holds the watermark
    /// may always start: settling it makes room.
    private mutating func startable(in partition: Int, now: Instant) -> Slot? {
        if followsAtAll { leaveLateFollowers(in: partition, now: now) }
        let first = partitions[partition].ready.first
        guard first != .none else { return nil }
        let holder = partitions[partition].tracker.unsettled.first
        let hasRoom = first == holder || hasRoom(for: offsets[first].offset, in: partition)
        partitions[partition].isMetadataFull = !hasRoom
        let isInWindow = isInStartWindow(first, of: partition)
        if !isInWindow { waitForWindow(partition, now: now) }
        if hasRoom, isInWindow { return first }
        guard holder != .none, events[holder].state == .ready else { return nil }
        return isInStartWindow(holder, of: partition) ? holder : nil
    }

    private func hasRoom(for offset: Int64, in partition: Int) -> Bool {
        let tracker = partitions[partition].tracker
        guard let watermark = tracker.watermark(in: offsets) else { return true }
        let end = max(offset + 1, partitions[partition].highestStarted + 1, tracker.inheritedEnd)
        let runs = tracker.runCount + tracker.inheritedCount + partitions[partition].startedCount + 1
        return budget.fits(span: end - watermark, runs: runs)
    }

    private mutating func startNext(of system: Int, now: Instant, into actions: inout [Action]) {
        let slot = systems[system].next
        if events[slot].batch != Batch.none { return startBatch(events[slot].batch, now: now, into: &actions) }
        leaveQueue(slot, of: system)
        systems[system].tookTurn(isRetry: events[slot].attempts > 0)
        events[slot].isTrial = systems[system].started(now: now)
        if startedProbe(slot, now: now, into: &actions) { return }
        setState(slot, .calling, now: now)
        counters.calls += 1
        actions.append(.call(events.id(slot)))
    }

    mutating func joinQueue(_ slot: Slot, now: Instant) {
        if isBatched(slot) { return joinBatch(slot, now: now) }
        let system = Int(events[slot].system)
        if events[slot].attempts > 0 {
            queues.append(slot, to: &systems[system].retries)
        } else {
            queues.append(slot, to: &systems[system].fresh)
        }
        systems[system].queuedCount += 1
        setState(slot, .queued, now: now)
    }

    mutating func leaveQueue(_ slot: Slot, of system: Int) {
        if events[slot].batch != Batch.none { return leaveBatch(slot) }
        if events[slot].attempts > 0 {
            queues.remove(slot, from: &systems[system].retries)
        } else {
            queues.remove(slot, from: &systems[system].fresh)
        }
        systems[system].queuedCount -= 1
    }
}
