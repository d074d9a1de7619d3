import Delivery
import HTTPCalls
import Synchronization

/// How other threads reach a worker: to stop it, and to see how it does.
public final class WorkerHandle: Sendable {
    private struct State {
        var isStopRequested = false
        var waker: Waker?
        var statistics = WorkerStatistics()
        var isRunning = true
        var nextPublication = Instant.zero
    }

    private let state = Mutex(State())
    /// Read on each turn of the loop, without the lock.
    private let stopRequested = Atomic(false)

    public init() {}

    /// Tells the worker to drain, commit and leave its group (D11). May be called at any time, on any thread.
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
        state.withLock { $0.waker }?.wake()
    }

    /// How the worker did a moment ago.
    public var statistics: WorkerStatistics { state.withLock { $0.statistics } }

    /// Whether the worker's loop has not ended.
    public var isRunning: Bool { state.withLock { $0.isRunning } }

    var isStopRequested: Bool { stopRequested.load(ordering: .acquiring) }

    func attach(_ waker: Waker) {
        state.withLock { $0.waker = waker }
    }

    func publish(_ statistics: WorkerStatistics, isRunning: Bool) {
        state.withLock {
            $0.statistics = statistics
            $0.isRunning = isRunning
        }
    }

    /// Publishes ten times a second at most.
    func publishIfDue(now: Instant, _ make: () -> WorkerStatistics) {
        guard state.withLock({ $0.nextPublication <= now }) else { return }
        let statistics = make()
        state.withLock {
            $0.statistics = statistics
            $0.nextPublication = now + .milliseconds(100)
        }
    }
}

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
    /// Each system's circuit, by the system's name.
    public var circuits: [String: CircuitState] = [:]

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
        backingOff += other.backingOff
        isPaused = isPaused || other.isPaused
        firstFetched = [firstFetched, other.firstFetched].compactMap(\.self).min()
        lastSettled = [lastSettled, other.lastSettled].compactMap(\.self).max()
        partitions += other.partitions
        circuits.merge(other.circuits) { $0 == .closed ? $1 : $0 }
    }
}
