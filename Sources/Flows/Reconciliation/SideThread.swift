import Dispatch
import Foundation
import Synchronization

/// A second thread that does one piece of work after the other, with something that is its own and that it makes itself,
/// while the first thread still does other things.
final class SideThread<Helper>: Sendable {
    private typealias Job = @Sendable (Result<Helper, any Error>) -> Void

    private struct State: Sendable {
        var jobs: [Job] = []
        var isOver = false
    }

    /// A recursive mapping may reach as deep as in a worker.
    private static var stackByteCount: Int { 64 << 20 }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// It runs until ``end()``.
    /// - Parameter make: makes what the thread works with; when that fails, so does all its work.
    init(_ name: String, _ make: @escaping @Sendable () throws -> Helper) {
        let thread = Thread { [self] in
            let helper = Result { try make() }
            while let job = next() { job(helper) }
        }
        thread.stackSize = Self.stackByteCount
        thread.name = name
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
    func start<Value: Sendable>(
        _ body: @escaping @Sendable (Helper, SideWork<Value>) throws -> Value
    ) -> SideWork<Value> {
        let work = SideWork<Value>()
        state.withLock { state in
            state.jobs.append { helper in work.finish(Result { try body(helper.get(), work) }) }
        }
        wakeUp.signal()
        return work
    }
}
