import Dispatch
import Flows
import Foundation
import Kafka
import Logging
import SimulatedSystems

/// The whole scenario in one process: an embedded broker, a simulated ERP with bad moments, workers, and customer
/// events of a CRM, ending in an account that must balance.
///
/// It runs the reference example's own files; only their environment is the demo's.
public struct Demo {
    public struct Options: Sendable {
        /// Events to produce.
        public var events: Int
        public var workers: Int
        public var seed: UInt64
        /// The folder or file of the configuration that is run.
        public var configuration: String
        /// Where the parked events are written when all is over; one JSON object a line.
        public var parkedFile: String
        /// The most time that the events may take.
        public var timeLimit: Duration
        public var logLevel: Logger.Level

        public init(
            events: Int = 4_000, workers: Int = 2, seed: UInt64 = 1, configuration: String, parkedFile: String,
            timeLimit: Duration = .seconds(55), logLevel: Logger.Level = .critical
        ) {
            self.events = events
            self.workers = workers
            self.seed = seed
            self.configuration = configuration
            self.parkedFile = parkedFile
            self.timeLimit = timeLimit
            self.logLevel = logLevel
        }
    }

    static let clientSecret = "demo-secret"
    static let partitions = 4

    private let options: Options
    private let terminal: Terminal
    private let logger: Logger

    public init(_ options: Options, terminal: Terminal) {
        self.options = options
        self.terminal = terminal
        logger = .penstock("demo", format: .text, level: options.logLevel)
    }

    /// Runs the demo. Never call it from a task: it blocks.
    public func run() throws -> ExitStatus {
        let broker = try MockCluster(logger: logger)
        let erp = SimulatedERP(
            .init(clientID: "penstock", clientSecret: Demo.clientSecret, tokenLifetime: .seconds(5), seed: options.seed)
        )
        let server = try erp.startBlocking()
        defer { server.stopBlocking() }
        let flow = try loadFlow(broker: broker, erp: server)
        try broker.createTopic(flow.topic, partitions: Demo.partitions)
        try broker.createTopic(flow.deadLetterTopic, partitions: Demo.partitions)
        introduce(flow: flow, broker: broker, erp: server)

        erp.faults.replace(with: DemoTrouble.rules, seed: options.seed)
        var client = ClientProperties(bootstrapServers: broker.bootstrapServers)
        try client.set("heartbeat.interval.ms", "1000")
        // A member that the embedded broker drops while it joins is never answered; this is how long it waits.
        try client.set("max.poll.interval.ms", "10000")
        // It must not be below the session time-out, and that not of any client.
        try client.set("session.timeout.ms", "6000")
        let workers = WorkerPool(
            (1...options.workers).map { number in
                WorkerSettings(
                    flow: flow, number: number, client: client, seed: options.seed &+ UInt64(number), logger: logger)
            })
        let produced = try produce(to: flow.topic, client: client, workers: workers, erp: erp)
        let isSettled = follow(workers, erp, produced: produced.count)
        workers.stop()
        workers.wait(for: .seconds(30))
        terminal.clearDrawing()

        let parked = try readParked(flow, client)
        return conclude(
            DemoAccount(produced: produced, journal: erp.journal.entries, parked: parked, workers: workers.statistics),
            flow: flow, erp: erp, parked: parked, isSettled: isSettled, failures: workers.failures)
    }

    private func loadFlow(broker: MockCluster, erp: SimulatedServer) throws -> FlowDefinition {
        let environment = [
            "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "ERP_URL": erp.url,
            "ERP_CLIENT_ID": "penstock", "ERP_CLIENT_SECRET": Demo.clientSecret,
        ]
        let project = try Project.load([options.configuration], environment: environment)
        guard var flow = project.flows.first else {
            throw CommandFailure("\(options.configuration): has no flow", status: .usedWrongly)
        }
        // The embedded broker lets a group that rebalances wait for nearly a session.
        flow.limits.sessionTimeout = .seconds(6)
        flow.limits.drainTimeout = .seconds(3)
        return flow
    }

    private func introduce(flow: FlowDefinition, broker: MockCluster, erp: SimulatedServer) {
        terminal.print(terminal.styled("Penstock demo", .bold))
        terminal.print(
            "  broker   \(broker.bootstrapServers), embedded: topic \(flow.topic), \(Demo.partitions) partitions")
        terminal.print("  ERP      \(erp.url), simulated: \(DemoTrouble.description)")
        terminal.print("  workers  \(options.workers), one consumer group: \(flow.group)")
        terminal.print("  flow     \(options.configuration)")
        for step in flow.steps { terminal.print("           \(step.name): \(step.call(flow.systems))") }
        terminal.print("")
    }

    // MARK: - The course of things

    private func produce(
        to topic: String, client: ClientProperties, workers: WorkerPool, erp: SimulatedERP
    ) throws -> [CustomerEvent] {
        var generator = CustomerEventGenerator(
            .init(seed: options.seed, customers: max(options.events / 8, 1), defectShare: 0.03))
        let writer = try TopicWriter(topic: topic, client: client, logger: logger)
        defer { writer.close() }
        var view = DemoView(events: options.events, terminal: terminal)
        var produced: [CustomerEvent] = []
        // Spread over some seconds, so that one can watch.
        let pause = Duration.milliseconds(5)
        let batch = max(1, options.events / 1_000)
        while produced.count < options.events {
            for _ in 0..<min(batch, options.events - produced.count) {
                let event = generator.next()
                let (headers, value) = produced.count.isMultiple(of: 2) ? event.structured : event.binary
                try writer.write(
                    key: Array(event.key.utf8), value: value, headers: headers.map { ($0.name, $0.value) })
                produced.append(event)
            }
            view.show(produced: produced.count, workers.statistics, erp)
            Thread.sleep(forTimeInterval: pause / .seconds(1))
        }
        guard try writer.finish(within: .seconds(20)) == 0 else {
            throw CommandFailure("the embedded broker did not take all events", status: .couldNotReach)
        }
        return produced
    }

    /// Watches until every event is settled.
    private func follow(_ workers: WorkerPool, _ erp: SimulatedERP, produced: Int) -> Bool {
        var view = DemoView(events: options.events, terminal: terminal)
        let deadline = ContinuousClock.now + options.timeLimit
        while ContinuousClock.now < deadline, workers.runningCount > 0 {
            let statistics = workers.statistics
            view.show(produced: produced, statistics, erp)
            if statistics.applied + statistics.skipped + statistics.parked >= produced { return true }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    private func readParked(_ flow: FlowDefinition, _ client: ClientProperties) throws -> [TopicReader.Record] {
        let reader = try TopicReader(
            topic: flow.deadLetterTopic, from: .earliest, client: client, timeout: .seconds(10), logger: logger)
        defer { reader.close() }
        return try reader.readToEnd(within: .seconds(10))
    }

    // MARK: - The end

    private func conclude(
        _ account: DemoAccount, flow: FlowDefinition, erp: SimulatedERP, parked: [TopicReader.Record], isSettled: Bool,
        failures: [WorkerPool.Failure]
    ) -> ExitStatus {
        for line in account.trouble(of: erp) { terminal.print(line) }
        terminal.print("")
        for line in account.parkedTable { terminal.print(line) }
        do {
            let lines = parked.map { RecordText.json($0) + "\n" }.joined()
            try lines.write(toFile: options.parkedFile, atomically: true, encoding: .utf8)
            terminal.print("")
            terminal.print("parked events, whole, with their context: \(options.parkedFile)")
            terminal.print(
                "(on a broker of yours they would be had with: penstock tail \(flow.deadLetterTopic) --from beginning)")
        } catch {
            terminal.note("cannot write \(options.parkedFile): \(error.localizedDescription)")
        }
        for failure in failures { terminal.note("error: \(failure)") }
        if !isSettled { terminal.note("error: not all events were settled in time") }
        terminal.print("")
        let isBalanced = account.isBalanced && isSettled && failures.isEmpty
        terminal.print(terminal.styled(account.line(isBalanced: isBalanced), isBalanced ? .green : .red))
        return isBalanced ? .done : .foundProblems
    }
}
