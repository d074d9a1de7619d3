import Dispatch
import Flows
import Foundation
import Logging
import Synchronization

/// Workers on threads of their own, started together and stopped together.
public final class WorkerPool: Sendable {
    /// A worker that could not start, or could not go on.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let flow: String
        public let number: Int
        public let reason: String

        public var description: String { "flow \(flow), worker \(number): \(reason)" }
    }

    private struct State {
        var failures: [Failure] = []
        var running = 0
    }

    /// The depth that a recursive mapping may reach depends on it; only what is used takes memory.
    private static let stackByteCount = 64 << 20

    public let handles: [WorkerHandle]
    let settings: [WorkerSettings]
    /// What the workers share of each system.
    let limits = SharedLimits()
    private let state: Mutex<State>
    private let ended = DispatchGroup()

    /// Starts a thread for each of the settings; they run until ``stop()``.
    public init(_ settings: [WorkerSettings]) {
        self.settings = settings
        handles = settings.map { _ in WorkerHandle() }
        state = Mutex(State(running: settings.count))
        for (var settings, handle) in zip(settings, handles) {
            settings.sharedLimits = limits
            start(settings, handle)
        }
    }

    private func start(_ settings: WorkerSettings, _ handle: WorkerHandle) {
        ended.enter()
        let thread = Thread { [self] in
            do {
                try Worker(settings, handle: handle).run()
                noteEnd(nil)
            } catch {
                settings.logger.critical(
                    "worker failed",
                    metadata: [
                        "flow": "\(settings.flow.name)", "worker": "\(settings.number)", "error": "\(error)",
                    ])
                noteEnd(Failure(flow: settings.flow.name, number: settings.number, reason: "\(error)"))
            }
            ended.leave()
        }
        thread.stackSize = WorkerPool.stackByteCount
        thread.name = "worker \(settings.flow.name) \(settings.number)"
        thread.start()
    }

    private func noteEnd(_ failure: Failure?) {
        state.withLock {
            $0.running -= 1
            if let failure { $0.failures.append(failure) }
        }
    }

    /// Tells all workers to drain, commit and leave their groups (D11). Returns at once.
    public func stop() {
        for handle in handles { handle.stop() }
    }

    /// Waits until all workers have ended.
    /// - Returns: `false` when the time is over first.
    @discardableResult
    public func wait(for time: Duration? = nil) -> Bool {
        guard let time else {
            ended.wait()
            return true
        }
        return ended.wait(timeout: .now() + (time / .seconds(1))) == .success
    }

    /// What went wrong so far.
    public var failures: [Failure] { state.withLock { $0.failures } }

    /// Workers whose loops have not ended.
    public var runningCount: Int { state.withLock { $0.running } }

    /// The sum of all workers' figures.
    public var statistics: WorkerStatistics {
        handles.reduce(into: WorkerStatistics()) { $0.add($1.statistics) }
    }
}
