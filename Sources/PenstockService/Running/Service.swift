import Dispatch
import Flows
import Foundation
import Kafka
import Logging

/// The service: every flow's workers, from start to a clean stop.
public struct Service {
    private let project: Project
    private let workers: Int
    private let administration: Configuration.Administration?
    private let idleLimit: Duration?
    private let terminal: Terminal
    private let logger: Logger

    /// - Parameters:
    ///   - workers: for each flow; `nil` takes the configuration's number.
    ///   - administrationPort: where health and metrics are served; `nil` takes the configuration's.
    ///   - idleLimit: stops when nothing has come and nothing was left to do for so long, and prints a summary; `nil`
    ///     runs on.
    public init(
        project: Project, workers: Int?, administrationPort: Int? = nil, idleLimit: Duration? = nil, terminal: Terminal,
        logger: Logger
    ) {
        var administration = project.administration
        if let administrationPort {
            administration = administration ?? .init()
            administration?.port = administrationPort
        }
        self.administration = administration
        self.project = project
        self.workers = workers ?? project.workers
        self.idleLimit = idleLimit
        self.terminal = terminal
        self.logger = logger
    }

    /// Runs until it is told to stop and has drained (D11), or a worker cannot go on.
    ///
    /// - Parameter stop: signalled when the service is to stop. Blocks the calling thread; never call it from a task.
    public func run(until stop: StopSignal) throws -> ExitStatus {
        try compileAll()
        let pool = WorkerPool(settings(try checkTopics()))
        let schedule = ReconcileSchedule(pool, logger: logger)
        defer {
            schedule.stop()
            schedule.wait()
        }
        let port: AdministrationPort?
        do {
            port = try openPort(pool, schedule)
        } catch {
            pool.stop()
            pool.wait()
            throw CommandFailure("the administration port: \(error)", status: .couldNotReach)
        }
        defer { port?.stop() }
        stop.onStop { [logger] in
            logger.info("stopping")
            schedule.stop()
            pool.stop()
        }
        var idleness = Idleness(limit: idleLimit)
        while pool.runningCount > 0 {
            if pool.wait(for: .milliseconds(200)) { break }
            if idleness.isOver(pool.statistics) { stop.stop() }
            // One broken worker must not leave a service that looks alive: the orchestrator starts it anew.
            if !pool.failures.isEmpty { pool.stop() }
        }
        guard let failure = pool.failures.first else {
            if idleLimit != nil { terminal.print(pool.statistics.summary) }
            return .done
        }
        throw CommandFailure("\(failure)", status: .couldNotReach)
    }

    private func openPort(_ pool: WorkerPool, _ schedule: ReconcileSchedule) throws -> AdministrationPort? {
        guard let administration else { return nil }
        let port = try AdministrationPort(administration, pool: pool, schedule: schedule)
        logger.info("health and metrics", metadata: ["url": "\(port.url)"])
        return port
    }

    private func settings(_ flows: [FlowDefinition]) -> [WorkerSettings] {
        flows.flatMap { flow in
            (1...workers).map { number in
                WorkerSettings(
                    flow: flow, number: number, client: project.client,
                    instanceID: project.instanceID.map { "\($0)-\(flow.name)-\(number)" }, logger: logger)
            }
        }
    }

    /// Everything that is wrong with schemas and mappings is told before anything is touched.
    private func compileAll() throws {
        var told: Set<String> = []
        let problems = project.flows.flatMap(FlowCheck.problems).filter { told.insert($0).inserted }
        guard problems.isEmpty else {
            throw CommandFailure(problems.joined(separator: "\n"), status: .usedWrongly)
        }
    }

    /// A topic that is missing is a mistake to be told at once; a dead-letter topic or one of receipts that is missing
    /// is created, with as many partitions as its source.
    ///
    /// - Returns: the flows, with what is known of their topics.
    private func checkTopics() throws -> [FlowDefinition] {
        var flows = project.flows
        try Reaching.kafka(project.client) { () throws(KafkaError) in
            let admin = try Admin(properties: project.client, logger: logger)
            for flow in project.flows {
                let topics = try admin.describeTopics([flow.topic], within: .seconds(10))
                let count = topics.first?.partitions.count ?? -1
                if try !admin.topicExists(flow.deadLetterTopic, within: .seconds(10)) {
                    try create(flow.deadLetterTopic) { () throws(KafkaError) in
                        let topic = NewTopic(flow.deadLetterTopic, partitions: count)
                        for outcome in try admin.createTopics([topic], within: .seconds(10)) {
                            if let error = outcome.error, !error.isTopicAlreadyExists { throw error }
                        }
                    }
                }
                guard let index = flows.firstIndex(where: { $0.name == flow.name }) else { continue }
                try checkReceipts(of: &flows[index], partitions: count, with: admin)
            }
        }
        return flows
    }

    /// Of receipts there should be a partition for each of the source; with others it works too, but a worker reads
    /// records that are not for it.
    private func checkReceipts(
        of flow: inout FlowDefinition, partitions count: Int, with admin: Admin
    ) throws(KafkaError) {
        guard let receipts = flow.receipts else { return }
        var known: Int?
        if try admin.topicExists(receipts.topic, within: .seconds(10)) {
            known = try admin.describeTopics([receipts.topic], within: .seconds(10)).first?.partitions.count
        } else if try !createCompacted(receipts.topic, partitions: count, with: admin) {
            known = Service.embeddedPartitions
        }
        try checkRedrives(of: flow, partitions: count, with: admin)
        guard let known, known != count else { return }
        logger.warning(
            "the topic of receipts has not as many partitions as the flow's",
            metadata: ["topic": "\(receipts.topic)", "partitions": "\(known)", "expected": "\(count)"])
        flow.receipts?.partitions = Int32(clamping: known)
    }

    /// The topic in which operators tell workers what they have redriven.
    private func checkRedrives(
        of flow: FlowDefinition, partitions count: Int, with admin: Admin
    ) throws(KafkaError) {
        let name = RedriveRecord.topic(group: flow.group)
        guard try !admin.topicExists(name, within: .seconds(10)) else { return }
        try createCompacted(name, partitions: count, with: admin)
    }

    /// The partitions of a topic that the embedded broker makes by itself.
    private static let embeddedPartitions = 4

    /// - Returns: whether it is there now.
    @discardableResult
    private func createCompacted(_ name: String, partitions: Int, with admin: Admin) throws(KafkaError) -> Bool {
        try create(name) { () throws(KafkaError) in
            try CompactedTopic.create(name, partitions: partitions, with: admin, within: .seconds(10))
        }
    }

    /// - Returns: whether it is there now.
    @discardableResult
    private func create(_ name: String, _ body: () throws(KafkaError) -> Void) throws(KafkaError) -> Bool {
        logger.notice("creating a topic", metadata: ["topic": "\(name)"])
        do throws(KafkaError) {
            try body()
        } catch {
            // The embedded broker administers no topics; there the topic comes with the first record.
            guard error.isUnsupported else { throw error }
            return false
        }
        return true
    }
}
