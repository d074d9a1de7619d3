import Delivery

/// A core's state without its numbers, so that two that differ only in how many events they hold count as one: small
/// counts are told apart up to 2, what an event is called or when something is due is left out.
///
/// How many different ones a run has seen tells how much of the core's behaviour its seeds reach.
struct StateSketch: Hashable {
    private struct System: Hashable {
        var inFlight: Int
        var queued: Int
        var circuit: CircuitState
        var isBlocked: Bool
        var hasAlarm: Bool
    }

    private struct Partition: Hashable {
        var isDraining: Bool
        var unsettled: Int
        var isMetadataFull: Bool
        var isCommitting: Bool
        var isBehindCommit: Bool
        var waitsFor: EventState?
        var attempts: Int
    }

    private var isPaused: Bool
    private var isShuttingDown: Bool
    private var backingOff: Int
    private var systems: [System]
    private var partitions: [Partition?]

    init(_ core: Core, systems: Int, partitions: Int, now: Instant) {
        func few(_ count: Int) -> Int { min(count, 2) }
        let status = core.status
        isPaused = status.isPaused
        isShuttingDown = status.isShuttingDown
        backingOff = few(status.backingOff)
        self.systems = (0..<systems).compactMap { core.status(of: SystemID(UInt16($0))) }.map {
            System(
                inFlight: few($0.inFlight), queued: few($0.queued), circuit: $0.circuit,
                isBlocked: $0.blockedUntil.map { $0 > now } ?? false, hasAlarm: $0.alarm != nil)
        }
        self.partitions = (0..<partitions).map { core.status(of: PartitionID(UInt32($0))) }.map { partition in
            partition.map {
                Partition(
                    isDraining: $0.isDraining, unsettled: few($0.unsettled), isMetadataFull: $0.isMetadataFull,
                    isCommitting: $0.commitPendingSince != nil, isBehindCommit: $0.watermark != $0.committed,
                    waitsFor: $0.waitsFor?.state, attempts: few($0.waitsFor?.attempts ?? 0))
            }
        }
    }
}
