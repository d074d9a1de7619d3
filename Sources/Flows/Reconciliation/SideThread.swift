import Dispatch
import Foundation
import Synchronization

/// A second thread that works on a comparison, one piece of work after the other, for as long as the comparison takes.
///
/// What it works with is its own, and is made once, while the first thread still waits for the brokers.
final class SideThread: Sendable {
    private typealias Job = @Sendable (Result<Reconciler, any Error>) -> Void

    private struct State: Sendable {
        var jobs: [Job] = []
        var isOver = false
    }

    /// A recursive mapping may reach as deep as in a worker.
    private static let stackByteCount = 64 << 20

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// It runs until ``end()``.
    init(_ share: Reconciler.Share) {
        let thread = Thread { [self] in
            let helper = Result { try Reconciler(share) }
            while let job = next() { job(helper) }
        }
        thread.stackSize = SideThread.stackByteCount
        thread.name = "reconcile"
        thread.start()
    }

    /// Lets the thread end when its work is done.
    func end() {
        state.withLock { $0.isOver = true }
        wakeUp.signal()
    }

    private func next() -> Job? {
        while true {
            let (job, isOver) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isOver)
            }
            if job != nil || isOver { return job }
            wakeUp.wait()
        }
    }

    /// Has the thread do a piece of work.
    /// - Parameters:
    ///   - manifest: how far the comparison is.
    ///   - body: is given what the thread works with; it stops when that is told to stop.
    func start<Value: Sendable>(
        _ manifest: ReconcileManifest, _ body: @escaping @Sendable (Reconciler) throws -> Value
    ) -> SideWork<Value> {
        let work = SideWork<Value>()
        state.withLock { state in
            state.jobs.append { helper in
                work.finish(
                    Result {
                        let helper = try helper.get()
                        helper.manifest = manifest
                        helper.isStopped = { work.isStopped }
                        helper.onProgress = { work.tell($0) }
                        return try body(helper)
                    })
            }
        }
        wakeUp.signal()
        return work
    }
}
