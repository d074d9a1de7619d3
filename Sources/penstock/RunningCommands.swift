import ArgumentParser
import Foundation
import Logging
import PenstockService
import SimulatedSystems

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "The whole scenario in one process, ending in an account that must balance.",
        discussion: "Example: penstock demo --events 10000 --workers 4")

    @Option(help: "Events to produce.") var events = 4_000
    @Option(help: "Workers, members of one consumer group.") var workers = 2
    @Option(help: "Seeds the events and the troubles.") var seed: UInt64 = 1
    @Option(name: [.short, .long], help: "The configuration to run.") var config = "examples/crm-to-erp/penstock.yaml"
    @Option(help: "Where the parked events are written.")
    var parked = NSTemporaryDirectory() + "penstock-demo-parked.ndjson"
    @Option(help: "The least level of log lines.") var logLevel: Logger.Level = .critical

    func validate() throws {
        guard (1...1_000_000).contains(events) else { throw ValidationError("--events: from 1 to 1000000") }
        guard (1...64).contains(workers) else { throw ValidationError("--workers: from 1 to 64") }
    }

    func run() throws {
        let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
        let options = Demo.Options(
            events: events, workers: workers, seed: seed, configuration: config, parkedFile: parked, logLevel: logLevel)
        try Demo(options, terminal: terminal).run().finish()
    }
}

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The service: runs all flows until SIGTERM or Ctrl-C.",
        discussion: "Example: penstock run examples/crm-to-erp/penstock.yaml --workers 4")

    @OptionGroup var configuration: ConfigurationArguments
    @OptionGroup var logging: LogOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Workers for each flow; without it the configuration's number.") var workers: Int?
    @Option(help: "Stop when nothing came for so many seconds, and print a summary; for catching up in a batch job.")
    var exitWhenIdle: Double?
    @Option(
        help: "The port of /livez, /readyz and /metrics; 0 takes a free one. Without it the configuration's, if any.")
    var administrationPort: Int?

    func validate() throws {
        guard workers.map((1...256).contains) ?? true else { throw ValidationError("--workers: from 1 to 256") }
        guard administrationPort.map((0...65_535).contains) ?? true else {
            throw ValidationError("--administration-port: from 0 to 65535")
        }
    }

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let service = Service(
            project: try configuration.project(), workers: workers, administrationPort: administrationPort,
            idleLimit: exitWhenIdle.map { .seconds($0) },
            terminal: output.terminal, logger: logging.logger(level: .info))
        try service.run(until: stop).finish()
    }
}

struct Broker: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "An embedded broker for development. It is not Apache Kafka, and keeps nothing.",
        discussion: "Example: penstock broker --topic crm.customers:4")

    @Option(help: "How many brokers the cluster has.") var brokers = 1
    @Option(name: .customLong("topic"), help: "A topic to create, NAME:PARTITIONS; may be given several times.")
    var topics: [String] = []
    @OptionGroup var logging: LogOptions

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
        let command = BrokerCommand(
            brokers: brokers, topics: try topics.map(topic), terminal: terminal, logger: logging.logger(level: .error))
        try command.run(until: stop).finish()
    }

    private func topic(_ text: String) throws -> (name: String, partitions: Int) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let name = parts.first else { throw ValidationError("--topic: expected NAME:PARTITIONS") }
        guard parts.count == 2 else { return (String(name), 4) }
        guard let partitions = Int(parts[1]), (1...1_000).contains(partitions) else {
            throw ValidationError("--topic \(text): the number of partitions is not between 1 and 1000")
        }
        return (String(name), partitions)
    }
}

extension SimulateCommand.System: ExpressibleByArgument {}

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A simulated ERP or CRM over HTTP, with a journal of effects and faults on demand.",
        discussion: """
            Example: penstock simulate erp --port 8080
            Faults: curl -X PUT localhost:8080/_simulated/faults -d '{"rules":[{"for_ms":20000,"status":503}]}'
            """)

    @Argument(help: "erp or crm.") var system: SimulateCommand.System
    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 takes a free one.") var port = 8080
    @Option(help: "The client that may have tokens; empty switches authentication off.") var clientID = "penstock"
    @Option(help: "The client's secret.") var clientSecret = "penstock-secret"
    @Option(help: "A file with the client's secret, instead.") var clientSecretFile: String?
    @Flag(help: "The ERP ignores idempotency keys: what is sent twice takes effect twice.") var noIdempotency = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port: from 0 to 65535") }
    }

    func run() throws {
        let stop = StopSignal()
        stop.listen()
        let command = SimulateCommand(
            system, host: host, port: port, clientID: clientID, clientSecret: try secret(),
            honoursIdempotencyKeys: !noIdempotency,
            terminal: Terminal(environment: ProcessInfo.processInfo.environment))
        try command.run(until: stop).finish()
    }

    private func secret() throws -> String {
        guard let path = clientSecretFile else { return clientSecret }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure("--client-secret-file: \(path) cannot be read", status: .usedWrongly)
        }
        return text.trimmingCharacters(in: .newlines)
    }
}
