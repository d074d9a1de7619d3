import Delivery

extension Worker {
    /// How the worker does now, for those who watch.
    func statistics() -> WorkerStatistics {
        let status = core.status
        var statistics = WorkerStatistics()
        statistics.fetched = status.counters.fetched
        statistics.applied = status.counters.applied
        statistics.skipped = status.counters.skipped
        statistics.parked = status.counters.parked
        statistics.calls = status.counters.calls
        statistics.targetFaults = status.counters.targetFaults
        statistics.inFlight = caller.inFlight
        statistics.bufferedEvents = status.bufferedEvents
        statistics.bufferedBytes = status.bufferedBytes
        statistics.backingOff = status.backingOff
        statistics.isPaused = status.isPaused
        statistics.firstFetched = firstFetched
        statistics.lastSettled = lastSettled
        statistics.partitions = partitions.assigned.map(\.partition)
        statistics.partitionFigures = partitionFigures
        statistics.isAssigned = isAssigned
        statistics.loading = partitions.loadingCount
        statistics.isStopping = isShuttingDown
        statistics.callDurations = callDurations
        statistics.turns = turns
        if let records {
            let held = partitions.assigned
            statistics.parkedKeys = held.reduce(0) { $0 + records.store.parkedKeyCount(of: $1.partition) }
        }
        for (index, system) in settings.flow.systems.enumerated() {
            let status = core.status(of: SystemID(UInt16(index)))
            statistics.circuits[system.name] = status?.circuit
            statistics.callsInFlight[system.name] = status?.inFlight
        }
        return statistics
    }
}
