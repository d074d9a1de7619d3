import Flows
import Kafka
import Logging

/// The life of an event, or of a key, from the topics alone.
public struct TraceCommand: Sendable {
    public enum Subject: Sendable {
        /// The id of an event; for plain JSON its `identity`, or `topic/partition/offset`.
        case event(String)
        case key(String)
    }

    private let flow: FlowDefinition
    private let client: ClientProperties
    private let subject: Subject
    private let from: RangePoint
    private let terminal: Terminal
    private let logger: Logger

    /// - Parameter from: where the flow's topic is read from.
    public init(
        flow: FlowDefinition, client: ClientProperties, _ subject: Subject, from: RangePoint, terminal: Terminal,
        logger: Logger
    ) {
        self.flow = flow
        self.client = client
        self.subject = subject
        self.from = from
        self.terminal = terminal
        self.logger = logger
    }

    public func run(until stop: StopSignal) throws -> ExitStatus {
        try DeepStack.run { try trace(stop) }
    }

    private func trace(_ stop: StopSignal) throws -> ExitStatus {
        let reader = try TraceReader(flow, client: client, subject, terminal: terminal, logger: logger)
        try reader.readEvents(from: from, isStopped: { stop.isStopped })
        try reader.readReceipts()
        try reader.readDeadLetters()
        try reader.readRedrives()
        try reader.readCommits()
        let entries = reader.entries.sorted(by: TraceEntry.isBefore)
        if stop.isStopped { terminal.note("stopped: the flow's topic was not read to its end") }
        guard !entries.isEmpty else {
            terminal.note("nothing is known of \(text): neither in \(flow.topic) nor in what is recorded")
            return .foundProblems
        }
        print(entries)
        return stop.isStopped ? .foundProblems : .done
    }

    private var text: String {
        switch subject {
        case .event(let id): "the event \(id)"
        case .key(let key): "the key \(key)"
        }
    }

    private func print(_ entries: [TraceEntry]) {
        switch terminal.output {
        case .json: for entry in entries { terminal.print(entry.json) }
        case .table:
            var table = Table(["time", "what", "where", "event", "details"])
            for entry in entries { table.add(entry.cells) }
            for line in table.lines { terminal.print(line) }
        }
    }
}
