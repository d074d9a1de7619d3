import Flows
import JSON
import Kafka
import Logging

/// How far each flow's group is behind its topic, partition by partition.
public struct LagCommand {
    private struct Row {
        let flow: String
        let partition: TopicPartition
        let group: String
        let committed: Int64?
        let end: Int64
        let lag: Int64
    }

    private let flows: [FlowDefinition]
    private let client: ClientProperties
    private let terminal: Terminal
    private let logger: Logger

    public init(flows: [FlowDefinition], client: ClientProperties, terminal: Terminal, logger: Logger) {
        self.flows = flows
        self.client = client
        self.terminal = terminal
        self.logger = logger
    }

    public func run() throws -> ExitStatus {
        let rows = try Reaching.kafka(client) { () throws(KafkaError) in try self.rows() }
        switch terminal.output {
        case .table: printTable(rows)
        case .json: printJSON(rows)
        }
        return .done
    }

    private func rows() throws(KafkaError) -> [Row] {
        let admin = try Admin(properties: client, logger: logger)
        var rows: [Row] = []
        for flow in flows {
            let watermarks = try admin.watermarks(topic: flow.topic, within: .seconds(10))
            let partitions = watermarks.keys.sorted { $0.partition < $1.partition }
            let committed = try admin.groupOffsets(group: flow.group, partitions: partitions, within: .seconds(10))
            let offsets = Dictionary(
                committed.map { ($0.partition, $0.offset) }, uniquingKeysWith: { first, _ in first })
            for partition in partitions {
                guard let marks = watermarks[partition] else { continue }
                let offset = offsets[partition] ?? nil
                rows.append(
                    Row(
                        flow: flow.name, partition: partition, group: flow.group, committed: offset, end: marks.high,
                        lag: max(0, marks.high - max(offset ?? marks.low, marks.low))))
            }
        }
        return rows
    }

    private func printTable(_ rows: [Row]) {
        var table = Table(["flow", "topic", "partition", "group", "committed", "end", "lag"])
        for row in rows {
            table.add([
                row.flow, row.partition.topic, String(row.partition.partition), row.group,
                row.committed.map(String.init) ?? "-", String(row.end), String(row.lag),
            ])
        }
        for line in table.lines { terminal.print(line) }
        terminal.print("total lag: \(rows.reduce(0) { $0 + $1.lag })")
    }

    private func printJSON(_ rows: [Row]) {
        for row in rows {
            let line = ByteBuffer(capacity: 256)
            line.append("{\"flow\":")
            line.writeString(row.flow)
            line.append(",\"topic\":")
            line.writeString(row.partition.topic)
            line.append(",\"partition\":\(row.partition.partition),\"group\":")
            line.writeString(row.group)
            line.append(",\"committed\":" + (row.committed.map(String.init) ?? "null"))
            line.append(",\"end\":\(row.end),\"lag\":\(row.lag)}")
            terminal.print(line.text)
        }
    }
}
