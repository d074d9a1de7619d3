import Dispatch
import Flows
import Foundation
import Logging
import Reconciliation
import Synchronization

/// Compares flows by themselves, as often as `reconcile.every` says, beside the workers of a service.
///
/// Of all processes of a group the one compares that has partition 0 when the time comes: the group has agreed on it
/// already. Times are multiples of the interval since 1970, so that all processes mean the same one. A time at which
/// the partition moves is left out, and so is one that passes while another comparison runs.
public final class ReconcileSchedule: Sendable {
    private struct State {
        var isStopped = false
        var figures: [ReconcileFigures]
    }

    /// Each table of a comparison that runs beside workers may take so much.
    private static let memoryByteCount = 16 << 20
    /// A recursive mapping may reach as deep as in a worker.
    private static let stackByteCount = 64 << 20

    private let pool: WorkerPool
    /// The settings of one worker for each flow that is compared.
    private let flows: [WorkerSettings]
    private let logger: Logger
    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchGroup()

    /// Starts a thread when a flow has something to be compared with, and a time for it.
    public init(_ pool: WorkerPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
        flows = pool.settings.filter { $0.flow.reconcile?.every != nil }.reduce(into: []) { flows, settings in
            if !flows.contains(where: { $0.flow.name == settings.flow.name }) { flows.append(settings) }
        }
        state = Mutex(State(figures: flows.map { ReconcileFigures(flow: $0.flow.name) }))
        guard !flows.isEmpty else { return }
        let thread = Thread { [self] in
            run()
            ended.leave()
        }
        thread.stackSize = ReconcileSchedule.stackByteCount
        thread.name = "reconcile"
        ended.enter()
        thread.start()
    }

    /// Ends a comparison that runs. Returns at once.
    public func stop() {
        state.withLock { $0.isStopped = true }
        wake.signal()
    }

    /// Waits until nothing runs any more.
    public func wait() {
        ended.wait()
    }

    /// What was found of the flows for which this process is the one that compares.
    public var figures: [ReconcileFigures] {
        let figures = state.withLock { $0.figures }
        return figures.filter { figure in flows.contains { $0.flow.name == figure.flow && hasTurn($0.flow) } }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Whether a worker of this process has partition 0.
    private func hasTurn(_ flow: FlowDefinition) -> Bool {
        zip(pool.settings, pool.handles).contains { settings, handle in
            settings.flow.name == flow.name && handle.statistics.partitions.contains(0)
        }
    }

    // MARK: - Time

    /// The number of a time: of those since 1970 the last that has come.
    static func round(at milliseconds: Int64, every interval: Duration) -> Int64 {
        milliseconds / max(1, Int64(interval / .milliseconds(1)))
    }

    private func run() {
        var rounds = flows.map(round)
        while !isStopped {
            for (index, settings) in flows.enumerated() {
                let now = round(settings)
                guard now > rounds[index] else { continue }
                if hasTurn(settings.flow) { compare(settings, index) }
                rounds[index] = round(settings)
            }
            _ = wake.wait(timeout: .now() + .milliseconds(250))
        }
    }

    private func round(_ settings: WorkerSettings) -> Int64 {
        ReconcileSchedule.round(at: Timestamp.now(), every: settings.flow.reconcile?.every ?? .seconds(86_400))
    }

    // MARK: - Comparing

    private func compare(_ settings: WorkerSettings, _ index: Int) {
        let begun = ContinuousClock.now
        let folder = self.folder(settings.flow)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            let outcome = try outcome(settings, folder)
            guard let outcome else { return }
            note(outcome.tally, index, took: .now - begun, settings.flow)
        } catch {
            state.withLock { $0.figures[index].failures += 1 }
            logger.error(
                "scheduled comparison failed", metadata: ["flow": "\(settings.flow.name)", "error": "\(error)"])
        }
    }

    /// - Returns: `nil` when it was stopped, or the partition has moved.
    private func outcome(_ settings: WorkerSettings, _ folder: String) throws -> Reconciler.Outcome? {
        var options = Reconciler.Options(folder: folder)
        options.memoryByteCount = ReconcileSchedule.memoryByteCount
        options.isFresh = true
        let reconciler = try Reconciler(
            settings.flow, options, client: settings.client, shared: pool.limits, logger: logger)
        return try reconciler.run(
            isStopped: { self.isStopped || !self.hasTurn(settings.flow) }, onProgress: { _ in })
    }

    /// Beside the copies of receipts: both may be lost.
    private func folder(_ flow: FlowDefinition) -> String {
        let parent = flow.receipts?.cacheFolder ?? NSTemporaryDirectory()
        return "\(parent)/\(getpid())-\(flow.name)-reconcile"
    }

    private func note(_ tally: Tally, _ index: Int, took duration: Duration, _ flow: FlowDefinition) {
        state.withLock {
            $0.figures[index].keys = tally.counts
            $0.figures[index].finishedAt = Timestamp.now()
            $0.figures[index].duration = duration
        }
        var metadata: Logger.Metadata = ["flow": "\(flow.name)"]
        for verdict in Verdict.allCases { metadata[verdict.rawValue] = "\(tally[verdict])" }
        logger.log(level: tally.problems > 0 ? .warning : .info, "scheduled comparison", metadata: metadata)
    }
}
