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
    /// When the loop turned last, in nanoseconds of the monotonic clock.
    private let beat = Atomic<Int64>(Instant.now.nanoseconds)

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

    /// How long ago the worker's loop turned; before its first turn, how long it has been starting.
    public func sinceLastTurn(now: Instant = .now) -> Duration {
        max(.zero, now - Instant(nanoseconds: beat.load(ordering: .relaxed)))
    }

    /// The loop has turned.
    func turned(now: Instant) {
        beat.store(now.nanoseconds, ordering: .relaxed)
    }

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
