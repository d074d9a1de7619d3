import ArgumentParser
import Foundation
import Kafka
import PenstockService

struct Produce: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Produces events from NDJSON, a JSON array or CSV into a topic, validated first.",
        discussion: """
            Example: penstock produce --flow customers events/customers.jsonl
                     penstock produce --bootstrap-servers localhost:9092 --topic orders --key .id orders.csv
            """)

    @OptionGroup var brokers: BrokerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions
    @Option(help: "The topic; without it that of --flow.") var topic: String?
    @Option(help: "The flow whose topic and schema are meant.") var flow: String?
    @Option(help: "A jq expression for the record key; without it the CloudEvents subject.") var key: String?
    @Option(help: "A schema that the events must satisfy; without it that of --flow.") var schema: String?
    @Option(help: "auto, ndjson, json or csv.") var format = "auto"
    @Flag(
        inversion: .prefixedNo,
        help: "Whether events are checked before they are sent; without it broken ones go too, for trying them out.")
    var validation = true
    @Flag(help: "CloudEvents in binary mode: attributes as headers.") var binary = false
    @Argument(help: "The files; - or none is standard input.") var files: [String] = []

    func validate() throws {
        guard topic != nil || flow != nil else { throw ValidationError("give --topic or --flow") }
        guard ["auto", "ndjson", "json", "csv"].contains(format) else {
            throw ValidationError("--format: auto, ndjson, json or csv, not \(format)")
        }
    }

    func run() throws {
        let project = flow == nil ? nil : try brokers.configuration.project()
        let definition = try flow.map { name in
            guard let found = project?.flows.first(where: { $0.name == name }) else {
                throw CommandFailure("--flow: the configuration has no flow \(name)", status: .usedWrongly)
            }
            return found
        }
        let options = ProduceCommand.Options(
            topic: topic ?? definition?.topic ?? "", files: files.isEmpty ? ["-"] : files, format: format, key: key,
            schema: schema, validates: validation, isBinary: binary, client: try brokers.client())
        let command = ProduceCommand(
            options, flow: definition, terminal: output.terminal, logger: logging.logger(level: .critical))
        try command.run().finish()
    }
}

struct Tail: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the records of a topic as they come, decoded, one JSON object a line.",
        discussion: """
            Example: penstock tail crm.customers.dead-letter --from beginning
                     penstock tail crm.customers --filter '.value.type == "crm.customer.deleted"'
            """)

    @OptionGroup var brokers: BrokerOptions
    @OptionGroup var logging: LogOptions
    @Option(help: "beginning, end, or an offset.") var from = "end"
    @Option(help: "A jq condition on the printed object.") var filter: String?
    @Option(name: .customLong("max"), help: "Ends after so many.") var limit: Int?
    @Flag(inversion: .prefixedNo, help: "Whether to wait for more at the end.") var follow = true
    @Argument(help: "The topic.") var topic: String

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let options = TailCommand.Options(
            topic: topic, start: try start(), limit: limit, follows: follow, filter: filter,
            client: try brokers.client())
        let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
        let command = TailCommand(options, terminal: terminal, logger: logging.logger(level: .critical))
        try command.run(isStopped: { stop.isStopped }).finish()
    }

    private func start() throws -> StartOffset {
        switch from {
        case "beginning": return .earliest
        case "end": return .latest
        default:
            guard let offset = Int64(from), offset >= 0 else {
                throw ValidationError("--from: beginning, end, or an offset, not \(from)")
            }
            return .offset(offset)
        }
    }
}

struct Lag: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How far each flow's group is behind its topic.",
        discussion: "Example: penstock lag penstock.yaml --output json")

    @OptionGroup var configuration: ConfigurationArguments
    @OptionGroup var output: OutputOptions
    @OptionGroup var logging: LogOptions

    func run() throws {
        let project = try configuration.project()
        let command = LagCommand(
            flows: project.flows, client: project.client, terminal: output.terminal,
            logger: logging.logger(level: .critical))
        try command.run().finish()
    }
}
