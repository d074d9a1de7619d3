extension Core {
    /// The group has given the partition to this worker.
    ///
    /// - Parameter position: what the group has committed, offset and metadata from one snapshot; `nil` where it has
    ///   committed nothing. The shell begins to fetch there.
    public mutating func assigned(
        _ id: PartitionID, position: CommittedPosition?, now: Instant, into actions: inout [Action]
    ) {
        let partition = Int(id.index)
        while partitions.count <= partition {
            partitions.append(Partition())
            rotation.addPartition()
        }
        if partitions[partition].phase != .absent {
            forget(partition, now: now, into: &actions)
            answerDrains(into: &actions)
        }
        guard !isShuttingDown else { return }
        let isPaused = partitions[partition].isPaused
        partitions[partition] = Partition(phase: .active)
        partitions[partition].commit = CommitSchedule(committed: position?.offset)
        partitions[partition].firstOffset = position?.offset
        partitions[partition].quietSince = now
        partitions[partition].tracker = tracker(for: id, position, into: &actions)
        // A client may come back with its old pause, or without the pause that the others are under.
        if buffer.isFull {
            partitions[partition].isPaused = true
            actions.append(.pause(id))
        } else if isPaused {
            actions.append(.resume(id))
        }
        startWhatCan(now: now, into: &actions)
    }

    private mutating func tracker(
        for id: PartitionID, _ position: CommittedPosition?, into actions: inout [Action]
    ) -> OffsetTracker {
        guard let position else { return OffsetTracker() }
        switch CommitMetadata.decode(position.metadata, offset: position.offset) {
        case .settled(let ranges):
            return OffsetTracker(position: position.offset, settledAhead: ranges)
        case .ignored(let fault):
            counters.metadataIgnored += 1
            actions.append(.metadataIgnored(id, fault))
            return OffsetTracker(position: position.offset)
        }
    }

    /// The group wants partitions back (or, `lost`, has taken them already).
    ///
    /// Revoked partitions start nothing new; what waits is released, what is in flight is waited for, then committed,
    /// and then `Action.acknowledgeRevocation` follows, at the latest after the drain's and the commit's time (D6).
    /// Lost partitions are forgotten at once without a commit, and the acknowledgement follows at once.
    public mutating func revoked(
        _ ids: [PartitionID], request: RevocationID, lost: Bool, now: Instant, into actions: inout [Action]
    ) {
        let deadline = now.advanced(byNanoseconds: drainTimeout)
        for id in ids where Int(id.index) < partitions.count {
            let partition = Int(id.index)
            switch partitions[partition].phase {
            case .absent: break
            case .active where !lost: beginDrain(partition, until: deadline, now: now, into: &actions)
            case .draining where !lost: break
            case .active, .draining: forget(partition, now: now, into: &actions)
            }
        }
        drains.append(Drain(request: request, partitions: ids))
        answerDrains(into: &actions)
        startWhatCan(now: now, into: &actions)
    }

    /// Ends the work: nothing new is taken, what is in flight is waited for, then committed, then `Action.drained`
    /// follows, at the latest at `deadline` (D11).
    ///
    /// - Parameter deadline: when to be done at the latest, commit included; without it the configured times apply.
    public mutating func shutdown(deadline: Instant? = nil, now: Instant, into actions: inout [Action]) {
        guard !isShuttingDown else { return }
        isShuttingDown = true
        var drainDeadline = now.advanced(byNanoseconds: drainTimeout)
        if let deadline { drainDeadline = min(drainDeadline, deadline.advanced(byNanoseconds: -commitTimeout)) }
        let all = partitions.indices.filter { partitions[$0].phase != .absent }
        for partition in all where partitions[partition].phase == .active {
            beginDrain(partition, until: max(now, drainDeadline), now: now, into: &actions)
        }
        drains.append(Drain(request: nil, partitions: all.map(partitionID)))
        answerDrains(into: &actions)
        startWhatCan(now: now, into: &actions)
    }
}
