import Delivery
import Flows
import Foundation
import Kafka
import Logging

/// Runs a range of a flow's events again. What has a receipt is not called.
public struct ReplayCommand: Sendable {
    public struct Options: Sendable {
        public var from: RangePoint
        public var to: RangePoint
        public var filter: EventFilter
        /// The name of the replay; ``choice`` where none is given.
        public var name: String
        /// The derived name of range and filters as they were written.
        public var choice: String
        public var pace: Pace?
        /// Makes effects anew, under idempotency keys that name the replay.
        public var again: Bool
        public var isDryRun: Bool
        /// Writes the events here and calls nothing.
        public var topic: String?
        /// Forgets how far a replay of this name was.
        public var restarts: Bool
        public var confirmation: Confirmation

        public init(
            from: RangePoint, to: RangePoint, filter: EventFilter, name: String, choice: String, pace: Pace? = nil,
            again: Bool = false, isDryRun: Bool = false, topic: String? = nil, restarts: Bool = false,
            confirmation: Confirmation
        ) {
            self.from = from
            self.to = to
            self.filter = filter
            self.name = name
            self.choice = choice
            self.pace = pace
            self.again = again
            self.isDryRun = isDryRun
            self.topic = topic
            self.restarts = restarts
            self.confirmation = confirmation
        }
    }

    let flow: FlowDefinition
    let client: ClientProperties
    let options: Options
    let terminal: Terminal
    let logger: Logger

    public init(
        flow: FlowDefinition, client: ClientProperties, _ options: Options, terminal: Terminal, logger: Logger
    ) {
        self.flow = flow
        self.client = client
        self.options = options
        self.terminal = terminal
        self.logger = logger
    }

    /// - Parameter stop: ends the replay after what is in flight; it can be resumed.
    public func run(until stop: StopSignal) throws -> ExitStatus {
        try DeepStack.run { try replay(stop) }
    }

    private func replay(_ stop: StopSignal) throws -> ExitStatus {
        let group = try FlowGroup(flow, client: client, logger: logger)
        if let topic = options.topic { return try copy(to: topic, group, stop) }
        var progress = try ReplayProgress(
            options.name, choice: options.choice, of: group, restarts: options.restarts || options.isDryRun
        ) { try settledRanges(group) }
        if progress.isResumed { tellResumed(progress) }
        let plan = try ReplayPlan(self, progress.rest, group, stop)
        defer { plan.close() }
        guard plan.isWhole else {
            terminal.note("stopped while the events were counted: nothing was called")
            return .foundProblems
        }
        if options.isDryRun { return try preview(plan) }
        plan.tell()
        guard try mayGoOn(plan) else { return .foundProblems }
        let run = try ReplayRun(self, plan, group, stop)
        let account = try run.run(&progress)
        account.print(self)
        if stop.isStopped {
            terminal.note("stopped: the same command again goes on from here (replay \(options.name))")
        }
        return account.isClean ? .done : .foundProblems
    }

    private func tellResumed(_ progress: ReplayProgress) {
        terminal.note(
            "resuming the replay \(options.name): \(progress.passed) of \(progress.ranges.count) offsets are done")
    }

    /// What the group has settled: the rest is the workers' business.
    private func settledRanges(_ group: FlowGroup) throws -> OffsetRanges {
        let ranges = try group.ranges(from: options.from, to: options.to)
        let committed = try group.committed(flow.group, partitions: ranges.ranges.keys).compactMapValues(\.offset)
        let (clipped, cut) = ranges.clipped(to: committed)
        if cut > 0 {
            terminal.note("\(cut) offsets are not settled by the group \(flow.group) yet: they are left to its workers")
        }
        return clipped
    }

    /// Asks where effects are repeated, and not only missing ones made.
    private func mayGoOn(_ plan: ReplayPlan) throws(CommandFailure) -> Bool {
        guard plan.counts.toCall > 0, options.again || flow.receipts == nil else { return true }
        let how =
            options.again ? "anew, under new idempotency keys" : "without receipts, under their old idempotency keys"
        return try options.confirmation.obtain(
            "call \(counted(plan.counts.toCall, "event")) of the flow \(flow.name) \(how)", terminal: terminal)
    }

    private func preview(_ plan: ReplayPlan) throws -> ExitStatus {
        let text = try ReplayPreviewText(plan.flow, plan.recorded?.knowledge, terminal: terminal)
        try plan.forEachCall { text.print($0, key: plan.key(of: $0)) }
        text.printSummary(plan.counts)
        return .done
    }
}
