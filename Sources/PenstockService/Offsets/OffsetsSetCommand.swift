import Delivery
import Flows
import Kafka
import Logging

/// Sets where a flow's group goes on, and says first what that repeats and what it passes over.
public struct OffsetsSetCommand: Sendable {
    public struct Options: Sendable {
        public var to: RangePoint
        /// Only these partitions; empty: all.
        public var partitions: Set<Int32>
        public var isDryRun: Bool
        public var confirmation: Confirmation

        public init(to: RangePoint, partitions: Set<Int32>, isDryRun: Bool, confirmation: Confirmation) {
            self.to = to
            self.partitions = partitions
            self.isDryRun = isDryRun
            self.confirmation = confirmation
        }
    }

    private let flow: FlowDefinition
    private let client: ClientProperties
    private let options: Options
    private let terminal: Terminal
    private let logger: Logger

    public init(
        flow: FlowDefinition, client: ClientProperties, _ options: Options, terminal: Terminal, logger: Logger
    ) {
        self.flow = flow
        self.client = client
        self.options = options
        self.terminal = terminal
        self.logger = logger
    }

    /// - Parameter stop: ends the counting, and then nothing is done.
    public func run(until stop: StopSignal) throws -> ExitStatus {
        try DeepStack.run { try set(stop) }
    }

    private func set(_ stop: StopSignal) throws -> ExitStatus {
        let group = try FlowGroup(flow, client: client, logger: logger)
        try requireStopped(group)
        let changes = try self.changes(group).filter { $0.offset != $0.committed }
        guard !changes.isEmpty else {
            if terminal.output == .table { terminal.print("nothing to set: the group stands there already") }
            return .done
        }
        let preview = try OffsetsPreview(changes, flow: flow, client: client, terminal: terminal, logger: logger)
        guard try preview.count(until: stop) else {
            terminal.note("stopped: nothing was set")
            return .foundProblems
        }
        preview.print(isSet: false)
        guard !options.isDryRun else { return .done }
        let question =
            "set the offsets of \(counted(changes.count, "partition")) of the group \(flow.group)"
        guard try options.confirmation.obtain(question, terminal: terminal) else { return .foundProblems }
        // Counting takes its time.
        try requireStopped(group)
        try group.set(
            Dictionary(uniqueKeysWithValues: changes.map { ($0.partition, ($0.offset, "")) }), of: flow.group)
        preview.print(isSet: true)
        return .done
    }

    /// Members hold their positions in memory: they would go on where they are, and commit over what was set.
    private func requireStopped(_ group: FlowGroup) throws(CommandFailure) {
        guard let description = try group.description() else {
            return terminal.note("whether workers run cannot be told here; the broker refuses to set offsets if so")
        }
        guard !description.isStopped else { return }
        let members = description.members.map { "\($0.clientID) \($0.host)" }.sorted().joined(separator: ", ")
        throw CommandFailure(
            "the group \(flow.group) is not stopped (\(description.state): \(members)); stop its workers first",
            status: .foundProblems)
    }

    private func changes(_ group: FlowGroup) throws(CommandFailure) -> [OffsetChange] {
        let marks = try group.watermarks()
        for number in options.partitions.sorted() where marks[number] == nil {
            throw CommandFailure(
                "--partition: \(flow.topic) has no partition \(number), but \(marks.count)", status: .usedWrongly)
        }
        let targets = try group.ranges(from: options.to, to: options.to).ranges
        let committed = try group.committed(flow.group, partitions: marks.keys)
        return targets.sorted { $0.key < $1.key }.compactMap { number, target in
            guard options.partitions.isEmpty || options.partitions.contains(number), let marks = marks[number] else {
                return nil
            }
            let position = committed[number]
            return OffsetChange(
                partition: number, marks: marks, committed: position?.offset,
                ahead: CommitMetadata.read(position?.metadata ?? "", offset: position?.offset ?? 0),
                offset: target.lowerBound)
        }
    }
}

/// What is to be set in one partition.
struct OffsetChange {
    let partition: Int32
    let marks: Watermarks
    let committed: Int64?
    /// What the group has settled beyond the committed offset.
    let ahead: CommitMetadata.Reading
    let offset: Int64

    /// Where the group would go on without the change.
    private var current: Int64 { max(committed ?? marks.low, marks.low) }
    /// What would run again.
    var repeated: Range<Int64> { offset < current ? offset..<current : offset..<offset }
    /// What would never run, but for what is settled ahead.
    var passedOver: Range<Int64> { offset > current ? current..<offset : offset..<offset }
}
