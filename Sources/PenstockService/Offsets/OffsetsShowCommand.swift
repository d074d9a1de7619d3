import Delivery
import Flows
import Kafka
import Logging

/// Where a flow's group stands in each partition: what is committed, what is settled ahead of it, what is left, and who
/// reads.
public struct OffsetsShowCommand {
    private struct Row {
        let partition: Int32
        let marks: Watermarks
        let committed: Int64?
        let ahead: CommitMetadata.Reading
        let member: GroupMember?

        var lag: Int64 { max(0, marks.high - max(committed ?? marks.low, marks.low)) }
    }

    private let flow: FlowDefinition
    private let client: ClientProperties
    private let terminal: Terminal
    private let logger: Logger

    public init(flow: FlowDefinition, client: ClientProperties, terminal: Terminal, logger: Logger) {
        self.flow = flow
        self.client = client
        self.terminal = terminal
        self.logger = logger
    }

    public func run() throws -> ExitStatus {
        let group = try FlowGroup(flow, client: client, logger: logger)
        let marks = try group.watermarks()
        let committed = try group.committed(flow.group, partitions: marks.keys)
        let description = try group.description()
        let rows = marks.sorted { $0.key < $1.key }.map { number, marks in
            let position = committed[number]
            return Row(
                partition: number, marks: marks, committed: position?.offset,
                ahead: CommitMetadata.read(position?.metadata ?? "", offset: position?.offset ?? 0),
                member: description?.members.first { member in
                    member.partitions.contains(TopicPartition(topic: flow.topic, partition: number))
                })
        }
        switch terminal.output {
        case .table: printTable(rows, description)
        case .json: for row in rows { terminal.print(json(row, description)) }
        }
        return .done
    }

    private func printTable(_ rows: [Row], _ description: GroupDescription?) {
        var table = Table(["partition", "start", "committed", "ahead", "end", "lag", "member"])
        for row in rows {
            table.add([
                String(row.partition), String(row.marks.low), row.committed.map(String.init) ?? "-",
                text(row.ahead), String(row.marks.high), String(row.lag),
                row.member.map { "\($0.clientID) \($0.host)" } ?? "-",
            ])
        }
        for line in table.lines { terminal.print(line) }
        terminal.print("group \(flow.group): \(text(description)); total lag: \(rows.reduce(0) { $0 + $1.lag })")
    }

    private func text(_ ahead: CommitMetadata.Reading) -> String {
        switch ahead {
        case .settledAhead: String(ahead.count)
        case .ignored(let fault): "ignored (\(fault))"
        }
    }

    private func text(_ description: GroupDescription?) -> String {
        guard let description else { return "members unknown, the broker cannot tell" }
        return "\(description.state), \(counted(description.members.count, "member"))"
    }

    private func json(_ row: Row, _ description: GroupDescription?) -> String {
        let object = JSONObject()
        object.add("flow", flow.name)
        object.add("group", flow.group)
        object.add("topic", flow.topic)
        object.add("partition", Int(row.partition))
        object.add("start", Int(row.marks.low))
        object.add("committed", json: row.committed.map(String.init) ?? "null")
        object.add("settled_ahead", Int(row.ahead.count))
        if case .ignored(let fault) = row.ahead { object.add("metadata_ignored", "\(fault)") }
        object.add("end", Int(row.marks.high))
        object.add("lag", Int(row.lag))
        if let description { object.add("state", description.state) }
        if let member = row.member { object.add("member", "\(member.clientID) \(member.host)") }
        return object.text
    }
}
