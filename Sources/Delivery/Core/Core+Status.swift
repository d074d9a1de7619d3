extension Core {
    /// The whole at a glance.
    public var status: CoreStatus {
        CoreStatus(
            counters: counters,
            bufferedEvents: buffer.events,
            bufferedBytes: buffer.bytes,
            isPaused: buffer.isFull,
            backingOff: timers.count,
            activeKeys: keys.count,
            isShuttingDown: isShuttingDown
        )
    }

    /// One system; `nil` if there is none of that name.
    public func status(of id: SystemID) -> SystemStatus? {
        guard Int(id.index) < systems.count else { return nil }
        let system = systems[Int(id.index)]
        return SystemStatus(
            inFlight: system.concurrency.inFlight,
            queued: system.queuedCount,
            concurrency: system.concurrency.limit,
            circuit: system.circuit.state,
            blockedUntil: system.blockedUntil,
            alarm: system.alarm
        )
    }

    /// One partition, and what its watermark waits for; `nil` if it is not assigned.
    public func status(of id: PartitionID) -> PartitionStatus? {
        guard Int(id.index) < partitions.count, partitions[Int(id.index)].phase != .absent else { return nil }
        let partition = partitions[Int(id.index)]
        return PartitionStatus(
            isDraining: partition.phase == .draining,
            watermark: partition.tracker.watermark(in: offsets),
            committed: partition.commit.committed,
            unsettled: partition.tracker.unsettledCount,
            isMetadataFull: partition.isMetadataFull,
            commitPendingSince: partition.commit.pendingOffset.map { _ in partition.commit.pendingSince },
            waitsFor: wait(of: partition),
            nextOffset: partition.tracker.nextOffset
        )
    }

    private func wait(of partition: Partition) -> PartitionStatus.Wait? {
        let slot = partition.tracker.unsettled.first
        guard slot != .none else { return nil }
        let event = events[slot]
        let hasSystem: Bool
        switch event.state {
        case .queued, .calling, .probing, .backingOff, .abandonedCall, .abandonedProbe: hasSystem = true
        default: hasSystem = false
        }
        return PartitionStatus.Wait(
            event: events.id(slot),
            offset: offsets[slot].offset,
            state: event.state,
            since: event.since,
            system: hasSystem ? SystemID(event.system) : nil,
            attempts: Int(event.attempts)
        )
    }
}
