import Kafka
import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// The Kafka that a test talks to: librdkafka's mock cluster in this process, or the real one that the environment
/// variable `PENSTOCK_TEST_BOOTSTRAP` names.
///
/// A test that needs what its broker lacks is skipped with the reason:
/// `@Test(.enabled(if: BrokerAccess.offers(need), Comment(rawValue: need.comment)))`.
public final class BrokerAccess: Sendable {
    /// What not every broker can do.
    public enum Need: Sendable {
        /// Injected errors and latency, brokers that go down: the mock cluster only.
        case faultInjection
        /// Creating, describing and deleting topics: a real Kafka only.
        case topicAdministration
        /// Static members that come back (KIP-345): a real Kafka only.
        case staticMembership
        /// Offsets by time: a real Kafka only.
        case timeLookup

        /// What the skipped test's line in the output says.
        public var comment: String {
            switch self {
            case .faultInjection: "needs injected faults, which a real Kafka does not offer"
            case .topicAdministration: "needs topic administration, which the mock cluster lacks; set \(variable)"
            case .staticMembership: "needs static members, which the mock cluster lacks; set \(variable)"
            case .timeLookup: "needs look-up by time, which the mock cluster lacks; set \(variable)"
            }
        }

        private var variable: String { BrokerAccess.variable }
    }

    static let variable = "PENSTOCK_TEST_BOOTSTRAP"

    /// The real Kafka's address, or `nil` where tests run on the mock cluster.
    public static var realBootstrapServers: String? {
        getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    public static var isReal: Bool { realBootstrapServers != nil }

    /// Whether the broker of this run can do it.
    public static func offers(_ need: Need) -> Bool {
        switch need {
        case .faultInjection: !isReal
        case .topicAdministration, .staticMembership, .timeLookup: isReal
        }
    }

    public let bootstrapServers: String
    /// The mock cluster; `nil` on a real Kafka.
    public let mock: MockCluster?
    private let logger: Logger

    /// Starts a mock cluster of its own, or goes to the real Kafka.
    public init(brokers: Int = 1, logger: Logger = quiet) throws {
        self.logger = logger
        if let real = Self.realBootstrapServers {
            mock = nil
            bootstrapServers = real
        } else {
            let cluster = try MockCluster(brokers: brokers, logger: logger)
            mock = cluster
            bootstrapServers = cluster.bootstrapServers
        }
    }

    /// Says nothing.
    public static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    public var properties: ClientProperties { ClientProperties(bootstrapServers: bootstrapServers) }

    /// Properties with shorter sessions, so that a test of lost members need not wait long.
    public func properties(_ more: [String: String]) throws -> ClientProperties {
        var properties = self.properties
        for (name, value) in more { try properties.set(name, value) }
        return properties
    }

    /// Creates a topic of a name that no other test has.
    public func createTopic(_ stem: String = "topic", partitions: Int) throws -> String {
        let name = Self.uniqueName(stem)
        if let mock {
            try mock.createTopic(name, partitions: partitions)
        } else {
            let admin = try Admin(properties: properties, logger: logger)
            let outcomes = try admin.createTopics(
                [NewTopic(name, partitions: partitions, replication: 1)], within: .seconds(15)
            )
            if let error = outcomes.first?.error { throw error }
        }
        return name
    }

    /// A name that no other test and no earlier run has.
    public static func uniqueName(_ stem: String) -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(stem)-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))-\(number)"
    }

    private static let counter = Atomic<Int>(0)
}
