import CLibrdkafka
import Logging

/// librdkafka's mock cluster: brokers that live in this process and answer on ports of 127.0.0.1, to clients in this
/// and in other processes. For demonstrations, development and tests, never for data that matters.
///
/// It keeps about 5 MB of each partition and drops the oldest beyond that, keeps nothing when the process ends, and
/// listens on ports that the system chooses. Topics come by `createTopic` or by being asked for, which `Admin` does not
/// (four partitions). It knows no administration of topics, no look-up by time, no TLS or SASL, no compaction, and only
/// pretends transactions.
///
/// Consumer groups work as in Kafka, with time-outs, but for this:
/// - A group's first rebalance takes three seconds, and every other one `session.timeout.ms` less a second, however
///   soon all members are there. Clients of a mock cluster do well to set that to a few seconds.
/// - A member that asks for its partitions after the group's leader has shared them out is refused and joins anew, which
///   is one more rebalance; Kafka would answer it. See ``defaultRoundTripTime``.
/// - A member that is dropped because its session ended while it waited to join is not answered at all. It tries again
///   after `max.poll.interval.ms`, by default five minutes.
/// - Static members do not come back before their session ends.
/// - No offset can be committed from when an eager group begins to rebalance until it has: drained events are then read
///   again.
///
/// Any thread may call it.
public final class MockCluster: Sendable {
    /// `host:port` of every broker, separated by commas: what clients take as `bootstrap.servers`.
    public let bootstrapServers: String
    public let brokerCount: Int
    private let pointers: Pointers

    /// Safe to share: librdkafka's mock functions may be called from any thread (each hands an operation to the
    /// cluster's own thread and waits for it), and the pointers never change.
    private struct Pointers: @unchecked Sendable {
        let cluster: OpaquePointer
        let handle: ClientHandle
    }

    /// How long every answer takes unless it is said otherwise.
    ///
    /// It keeps groups together. The mock takes a group as synchronised when its leader has shared the partitions out,
    /// and refuses members that ask for theirs later than that, where Kafka would tell them. The leader asks for the
    /// topics' metadata in between, so this is the lead that the other members have. Without it they lost the race in
    /// 18 of 40 groups of two on a machine whose cores were all busy, with 10 ms in 1, with 30 ms in none.
    public static let defaultRoundTripTime = Duration.milliseconds(25)

    /// - Parameters:
    ///   - brokers: At least one; they are numbered from 1.
    ///   - roundTripTime: How long every answer of every broker takes.
    public init(
        brokers: Int = 1, roundTripTime: Duration = defaultRoundTripTime, logger: Logger
    ) throws(KafkaError) {
        let handle = try ClientHandle(
            .producer, properties: ClientProperties(bootstrapServers: ""), defaults: [:], fixed: [:], events: 0,
            logger: logger
        )
        guard let cluster = rd_kafka_mock_cluster_new(handle.pointer, Int32(clamping: max(1, brokers))) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "the mock cluster could not be started")
        }
        pointers = Pointers(cluster: cluster, handle: handle)
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
        brokerCount = max(1, brokers)
        for broker in 1...brokerCount { try setRoundTripTime(broker: Int32(broker), roundTripTime) }
    }

    deinit {
        rd_kafka_mock_cluster_destroy(pointers.cluster)
        pointers.handle.destroy(within: .seconds(1))
    }

    /// - Throws: `isTopicAlreadyExists` when there is one of this name.
    public func createTopic(_ name: String, partitions: Int, replication: Int = 1) throws(KafkaError) {
        try check(
            rd_kafka_mock_topic_create(
                pointers.cluster, name, Int32(clamping: partitions), Int32(clamping: replication)),
            "creating the topic \(name) failed"
        )
    }

    /// The next requests of this kind, to whichever broker, are answered with these errors, one each.
    public func fail(_ request: Request, with errors: [ErrorCode]) {
        var codes = errors.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        rd_kafka_mock_push_request_errors_array(pointers.cluster, request.rawValue, codes.count, &codes)
    }

    /// The next request of this kind to this broker is answered with this error, after this time.
    public func fail(_ request: Request, onBroker broker: Int32, with error: ErrorCode, after delay: Duration)
        throws(KafkaError)
    {
        try check(
            penstock_kafka_mock_push_error_rtt(
                pointers.cluster, broker, request.rawValue, rd_kafka_resp_err_t(rawValue: error.rawValue),
                delay.milliseconds
            ),
            "injecting an error failed"
        )
    }

    /// Takes back the errors that were not answered yet.
    public func stopFailing(_ request: Request) {
        rd_kafka_mock_clear_request_errors(pointers.cluster, request.rawValue)
    }

    /// Cuts a broker's connections and refuses new ones.
    public func takeDown(broker: Int32) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_down(pointers.cluster, broker), "taking broker \(broker) down failed")
    }

    /// Ends `takeDown`.
    public func bringUp(broker: Int32) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_up(pointers.cluster, broker), "bringing broker \(broker) up failed")
    }

    /// Every answer of this broker takes this long from now on.
    public func setRoundTripTime(broker: Int32, _ time: Duration) throws(KafkaError) {
        try check(
            rd_kafka_mock_broker_set_rtt(pointers.cluster, broker, time.milliseconds), "setting a latency failed"
        )
    }

    /// Makes a broker the leader of a partition.
    public func setLeader(of partition: TopicPartition, broker: Int32) throws(KafkaError) {
        try check(
            rd_kafka_mock_partition_set_leader(pointers.cluster, partition.topic, partition.partition, broker),
            "changing a leader failed"
        )
    }

    private func check(_ result: rd_kafka_resp_err_t, _ context: String) throws(KafkaError) {
        guard result != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(result, "\(context): \(String(cString: rd_kafka_err2str(result)))")
    }
}

extension MockCluster {
    /// A kind of request, by its key in Kafka's protocol.
    public struct Request: Sendable, Hashable {
        public let rawValue: Int16

        public init(rawValue: Int16) { self.rawValue = rawValue }

        public static let produce = Request(rawValue: 0)
        public static let fetch = Request(rawValue: 1)
        public static let listOffsets = Request(rawValue: 2)
        public static let metadata = Request(rawValue: 3)
        public static let offsetCommit = Request(rawValue: 8)
        public static let offsetFetch = Request(rawValue: 9)
        public static let findCoordinator = Request(rawValue: 10)
        public static let joinGroup = Request(rawValue: 11)
        public static let heartbeat = Request(rawValue: 12)
        public static let leaveGroup = Request(rawValue: 13)
        public static let syncGroup = Request(rawValue: 14)
        public static let initProducerID = Request(rawValue: 22)
    }

    /// An error to inject, by its code in Kafka's protocol.
    public struct ErrorCode: Sendable, Hashable {
        public let rawValue: Int32

        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let none = ErrorCode(rawValue: 0)
        public static let offsetOutOfRange = ErrorCode(rawValue: 1)
        public static let unknownTopicOrPartition = ErrorCode(rawValue: 3)
        public static let notLeaderForPartition = ErrorCode(rawValue: 6)
        public static let requestTimedOut = ErrorCode(rawValue: 7)
        public static let messageTooLarge = ErrorCode(rawValue: 10)
        public static let coordinatorNotAvailable = ErrorCode(rawValue: 15)
        public static let notCoordinator = ErrorCode(rawValue: 16)
        public static let notEnoughReplicas = ErrorCode(rawValue: 19)
        public static let illegalGeneration = ErrorCode(rawValue: 22)
        public static let unknownMemberID = ErrorCode(rawValue: 25)
        public static let rebalanceInProgress = ErrorCode(rawValue: 27)
        public static let topicAuthorizationFailed = ErrorCode(rawValue: 29)
        public static let groupAuthorizationFailed = ErrorCode(rawValue: 30)
        public static let fencedInstanceID = ErrorCode(rawValue: 82)
        /// librdkafka's own: the mock closes the connection instead of answering.
        public static let disconnect = ErrorCode(rawValue: RD_KAFKA_RESP_ERR__TRANSPORT.rawValue)
    }
}
