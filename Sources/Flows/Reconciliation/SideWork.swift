import Dispatch
import Foundation
import Synchronization

/// Work of a comparison in a thread of its own, beside the one that waits for it.
///
/// What goes in and comes out is sendable: the thread makes all that it works with by itself.
final class SideWork<Value: Sendable>: Sendable {
    /// What the thread is told and tells.
    final class Link: Sendable {
        fileprivate let stopped = Atomic(false)
        private let told = Mutex<Reconciler.Progress?>(nil)

        var isStopped: Bool { stopped.load(ordering: .relaxed) }
        func tell(_ progress: Reconciler.Progress) { told.withLock { $0 = progress } }
        /// How it goes; `nil`: it has not begun.
        var progress: Reconciler.Progress? { told.withLock { $0 } }
    }

    /// A recursive mapping may reach as deep as in a worker.
    private static var stackByteCount: Int { 64 << 20 }

    let link = Link()
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let ended = DispatchGroup()

    init(_ name: String, _ body: @escaping @Sendable (Link) throws -> Value) {
        ended.enter()
        let thread = Thread { [self] in
            let result = Result { try body(link) }
            self.result.withLock { $0 = result }
            ended.leave()
        }
        thread.stackSize = SideWork.stackByteCount
        thread.name = name
        thread.start()
    }

    /// Whether it ended by an error: who works beside it need not go on.
    var hasFailed: Bool {
        result.withLock { result in
            if case .failure = result { true } else { false }
        }
    }

    /// Lets it end soon.
    func stop() { link.stopped.store(true, ordering: .relaxed) }

    /// Waits for its end.
    /// - Parameter turn: called several times a second; gives false to stop it.
    func finish(_ turn: (Reconciler.Progress?) -> Bool) throws -> Value {
        while ended.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
            if !turn(link.progress) { stop() }
        }
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
