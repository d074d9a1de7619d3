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
        try checkTopics()
        let pool = WorkerPool(settings())
        let port: AdministrationPort?
        do {
            port = try openPort(pool)
        } catch {
            pool.stop()
            pool.wait()
            throw CommandFailure("the administration port: \(error)", status: .couldNotReach)
        }
        defer { port?.stop() }
        stop.onStop { [logger] in
            logger.info("stopping")
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

    private func openPort(_ pool: WorkerPool) throws -> AdministrationPort? {
        guard let administration else { return nil }
        let port = try AdministrationPort(administration, pool: pool)
        logger.info("health and metrics", metadata: ["url": "\(port.url)"])
        return port
    }

    private func settings() -> [WorkerSettings] {
        project.flows.flatMap { flow in
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

    /// A topic that is missing is a mistake to be told at once; a dead-letter topic that is missing is created, like
    /// its source.
    private func checkTopics() throws {
        try Reaching.kafka(project.client) { () throws(KafkaError) in
            let admin = try Admin(properties: project.client, logger: logger)
            for flow in project.flows {
                let topics = try admin.describeTopics([flow.topic], within: .seconds(10))
                guard try !admin.topicExists(flow.deadLetterTopic, within: .seconds(10)) else { continue }
                try create(flow.deadLetterTopic, partitions: topics.first?.partitions.count ?? -1, with: admin)
            }
        }
    }

    private func create(_ topic: String, partitions: Int, with admin: Admin) throws(KafkaError) {
        logger.notice("creating the dead-letter topic", metadata: ["topic": "\(topic)"])
        do throws(KafkaError) {
            let new = NewTopic(topic, partitions: partitions)
            for outcome in try admin.createTopics([new], within: .seconds(10)) {
                if let error = outcome.error, !error.isTopicAlreadyExists { throw error }
            }
        } catch {
            // The embedded broker administers no topics; there the topic comes with the first dead letter.
            guard error.isUnsupported else { throw error }
        }
    }
}
