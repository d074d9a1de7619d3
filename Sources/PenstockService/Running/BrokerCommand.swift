import Kafka
import Logging

/// The embedded broker as a process of its own, for development.
public struct BrokerCommand {
    private let brokers: Int
    private let topics: [(name: String, partitions: Int)]
    private let terminal: Terminal
    private let logger: Logger

    public init(brokers: Int, topics: [(name: String, partitions: Int)], terminal: Terminal, logger: Logger) {
        self.brokers = brokers
        self.topics = topics
        self.terminal = terminal
        self.logger = logger
    }

    /// Serves until it is told to stop. Its first line on standard output is the bootstrap servers.
    public func run(until stop: StopSignal) throws -> ExitStatus {
        let cluster: MockCluster
        do {
            cluster = try MockCluster(brokers: brokers, logger: logger)
            for topic in topics { try cluster.createTopic(topic.name, partitions: topic.partitions) }
        } catch {
            throw CommandFailure("the embedded broker did not start: \(error)", status: .couldNotReach)
        }
        terminal.print(cluster.bootstrapServers)
        terminal.note(
            """
            This is librdkafka's mock cluster, for development on this machine. It is not Apache Kafka: it keeps
            nothing when it ends and about 5 MB of each partition while it runs, it has no security and no
            administration of topics; a topic comes into being with four partitions when something is produced to it.
            When a worker comes or goes, its group stands still for nearly a session_timeout.
            """)
        stop.wait()
        return .done
    }
}
