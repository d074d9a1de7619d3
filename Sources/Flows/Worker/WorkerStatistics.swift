import Delivery

/// A worker's figures since it started, and what it holds now.
public struct WorkerStatistics: Sendable, Equatable {
    public var fetched = 0
    public var applied = 0
    public var skipped = 0
    public var parked = 0
    public var calls = 0
    public var targetFaults = 0
    public var inFlight = 0
    public var bufferedEvents = 0
    public var bufferedBytes = 0
    public var backingOff = 0
    public var isPaused = false
    /// When the first record came and when the last event was settled, on the machine's monotonic clock.
    public var firstFetched: Instant?
    public var lastSettled: Instant?
    /// The partitions that the worker has.
    public var partitions: [Int32] = []
    /// The same with what is known of each.
    public var partitionFigures: [Partition] = []
    /// The group has told the worker which partitions are its own, if only that there are none.
    public var isAssigned = false
    /// Partitions that are given to the worker and are not read yet: what is known of them is being loaded.
    public var loading = 0
    /// The worker has been told to stop.
    public var isStopping = false
    /// Keys with parked events; `nil` where that is not known.
    public var parkedKeys: Int?
    /// Each system's circuit, by the system's name.
    public var circuits: [String: CircuitState] = [:]
    /// Each system's calls in flight, by the system's name.
    public var callsInFlight: [String: Int] = [:]
    public var callDurations = CallDurations()
    /// How often the worker's loop has turned.
    public var turns = 0

    /// What is known of a partition.
    public struct Partition: Sendable, Equatable {
        public var number: Int32
        /// Records behind the last one that is settled without a gap; `nil` before the first fetch.
        public var lag: Int64?
        public var stall: Stall?

        public init(number: Int32) {
            self.number = number
        }
    }

    /// Why a partition stands.
    public struct Stall: Sendable, Equatable {
        public var since: Instant
        /// One word.
        public var reason: String
        public var detail: String

        public init(since: Instant, reason: String, detail: String) {
            self.since = since
            self.reason = reason
            self.detail = detail
        }
    }

    public init() {}
}

extension WorkerStatistics {
    /// Adds another worker's figures. Of a system's circuits the least closed one counts.
    public mutating func add(_ other: WorkerStatistics) {
        fetched += other.fetched
        applied += other.applied
        skipped += other.skipped
        parked += other.parked
        calls += other.calls
        targetFaults += other.targetFaults
        inFlight += other.inFlight
        bufferedEvents += other.bufferedEvents
        bufferedBytes += other.bufferedBytes
        turns += other.turns
        backingOff += other.backingOff
        isPaused = isPaused || other.isPaused
        firstFetched = [firstFetched, other.firstFetched].compactMap(\.self).min()
        lastSettled = [lastSettled, other.lastSettled].compactMap(\.self).max()
        partitions += other.partitions
        partitionFigures += other.partitionFigures
        isAssigned = isAssigned || other.isAssigned
        loading += other.loading
        isStopping = isStopping || other.isStopping
        if let keys = other.parkedKeys { parkedKeys = (parkedKeys ?? 0) + keys }
        circuits.merge(other.circuits) { $0 == .closed ? $1 : $0 }
        callsInFlight.merge(other.callsInFlight) { $0 + $1 }
        callDurations.add(other.callDurations)
    }
}
