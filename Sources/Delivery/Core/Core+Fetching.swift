extension Core {
    /// A record has been fetched.
    ///
    /// Within an assignment offsets ascend; they may have gaps.
    /// - Parameters:
    ///   - key: a hash of the event's key. Keys of one hash are ordered as if they were one. It is of no account where
    ///     the flow orders by something else.
    ///   - byteCount: what the record holds in the shell's memory.
    /// - Returns: the event's name, or `nil` when the record is to be dropped: it is settled already (D7), or its
    ///   partition is not, or no longer, ours.
    public mutating func fetched(
        _ id: PartitionID, offset: Int64, key: UInt64, byteCount: Int, now: Instant, into actions: inout [Action]
    ) -> EventID? {
        let partition = Int(id.index)
        guard partition < partitions.count, partitions[partition].phase == .active else {
            counters.notTaken += 1
            return nil
        }
        if partitions[partition].firstOffset == nil { partitions[partition].firstOffset = offset }
        let slot = takeSlot()
        switch partitions[partition].tracker.fetched(offset, as: slot, in: &offsets) {
        case .repeated:
            events.free(slot)
            counters.notTaken += 1
            return nil
        case .settledBefore:
            events.free(slot)
            counters.settledBefore += 1
            commitLater(partition, now: now)
            return nil
        case .tracked:
            counters.fetched += 1
        }
        // Mixed with the partition: the order of a key is that of its partition, and a watermark must never wait
        // for another partition's event.
        let orderKey = configuration.order.key(key, at: offset)
        let mixedKey = orderKey ^ SplitMix64.mix(UInt64(id.index) &+ 1)
        events[slot].isTracked = true
        events[slot].partition = id.index
        events[slot].key = mixedKey
        events[slot].byteCount = byteCount
        let isFirst = keys.append(slot, key: mixedKey)
        setState(slot, .waiting, now: now)
        if isFirst {
            becomeReady(slot, now: now)
        } else if followsAtAll {
            letFollow(keys.previous(slot), now: now)
        }
        count(events: 1, bytes: byteCount, into: &actions)
        startWhatCan(now: now, into: &actions)
        return events.id(slot)
    }

    private mutating func takeSlot() -> Slot {
        if let slot = events.take() { return slot }
        offsets.addSlot()
        keys.addSlot()
        timers.addSlot()
        queues.addSlot()
        batchLinks.addSlot()
        return events.addSlot()
    }

    /// The event may start: it is first of its key, or may follow the one in front of it.
    mutating func becomeReady(_ slot: Slot, now: Instant) {
        setState(slot, .ready, now: now)
        let partition = Int(events[slot].partition)
        queues.append(slot, to: &partitions[partition].ready)
        rotation.append(partition)
    }

    /// Changes what is buffered, and pauses or resumes all partitions at a bound (D8).
    mutating func count(events eventCount: Int, bytes byteCount: Int, into actions: inout [Action]) {
        guard buffer.add(events: eventCount, bytes: byteCount) else { return }
        for partition in partitions.indices where partitions[partition].phase == .active {
            partitions[partition].isPaused = buffer.isFull
            let id = partitionID(partition)
            actions.append(buffer.isFull ? .pause(id) : .resume(id))
        }
    }

    /// The event is no longer buffered.
    mutating func uncount(_ event: Event, into actions: inout [Action]) {
        preparedBytes -= event.preparedByteCount
        count(events: -1, bytes: -event.byteCount - event.preparedByteCount, into: &actions)
    }
}
