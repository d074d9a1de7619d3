import Dispatch
import Synchronization

/// A piece of work of a ``SideThread``, as that thread and the one that waits for it see it.
final class SideWork<Value: Sendable>: Sendable {
    private let stopped = Atomic(false)
    private let told = Mutex<Reconciler.Progress?>(nil)
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let ended = DispatchGroup()

    init() { ended.enter() }

    // MARK: - By the thread that works

    var isStopped: Bool { stopped.load(ordering: .relaxed) }
    func tell(_ progress: Reconciler.Progress) { told.withLock { $0 = progress } }

    func finish(_ result: Result<Value, any Error>) {
        self.result.withLock { $0 = result }
        ended.leave()
    }

    // MARK: - By the one that waits

    /// Whether it ended by an error: who works beside it need not go on.
    var hasFailed: Bool {
        result.withLock { result in
            if case .failure = result { true } else { false }
        }
    }

    /// Lets it end soon.
    func stop() { stopped.store(true, ordering: .relaxed) }

    /// Waits for its end.
    /// - Parameter turn: called several times a second, with how it goes; gives false to stop it.
    func wait(_ turn: (Reconciler.Progress?) -> Bool) throws -> Value {
        while ended.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
            if !turn(told.withLock { $0 }) { stop() }
        }
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
