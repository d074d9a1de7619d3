import CLibrdkafka

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// A topic to create.
public struct NewTopic: Sendable, Hashable {
    public let name: String
    public let partitions: Int
    public let replication: Int
    /// Kafka's topic settings, such as `cleanup.policy` and `retention.ms`.
    public let configuration: [String: String]

    /// - Parameters:
    ///   - partitions: -1 leaves it to the broker.
    ///   - replication: -1 leaves it to the broker.
    public init(_ name: String, partitions: Int = -1, replication: Int = -1, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configuration = configuration
    }
}

/// What became of one topic that was to be created or deleted.
public struct TopicOutcome: Sendable, Hashable {
    public let topic: String
    /// `nil` when it is done.
    public let error: KafkaError?

    public init(topic: String, error: KafkaError?) {
        self.topic = topic
        self.error = error
    }
}

/// A topic as the cluster knows it.
public struct TopicDescription: Sendable, Hashable {
    public struct Partition: Sendable, Hashable {
        public let number: Int32
        /// The leading broker's number, or `nil` while there is none.
        public let leader: Int32?
        public let replicas: [Int32]
        public let inSyncReplicas: [Int32]
    }

    public let name: String
    public let partitions: [Partition]

    public var topicPartitions: [TopicPartition] {
        partitions.map { TopicPartition(topic: name, partition: $0.number) }
    }
}

extension Admin {
    /// Asks any broker for its list of topics.
    /// - Throws: When no broker answers.
    public func checkReachable(within limit: Duration) throws(KafkaError) {
        _ = try topics(within: limit)
    }

    /// All topics that this client may see, by name. Asking creates none.
    public func topics(within limit: Duration) throws(KafkaError) -> [TopicDescription] {
        try metadata("listing topics failed", within: limit).topics
    }

    private func metadata(
        _ context: String, within limit: Duration
    ) throws(KafkaError) -> (topics: [TopicDescription], brokers: [Int32]) {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(handle.pointer, 1, nil, &answer, max(1, limit.milliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer else { throw failure(code, context, after: limit) }
        defer { rd_kafka_metadata_destroy(answer) }
        let brokers = UnsafeBufferPointer(start: answer.pointee.brokers, count: Int(answer.pointee.broker_cnt))
        let topics = UnsafeBufferPointer(start: answer.pointee.topics, count: Int(answer.pointee.topic_cnt))
            .filter { $0.err == RD_KAFKA_RESP_ERR_NO_ERROR || $0.err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE }
            .map(TopicDescription.init)
            .sorted { $0.name < $1.name }
        return (topics, brokers.map(\.id))
    }

    /// - Throws: `isUnknownTopic` for the first topic that does not exist.
    public func describeTopics(_ names: [String], within limit: Duration) throws(KafkaError) -> [TopicDescription] {
        let all = Dictionary(try topics(within: limit).map { ($0.name, $0) }) { first, _ in first }
        var descriptions: [TopicDescription] = []
        for name in names {
            guard let description = all[name] else {
                throw KafkaError(
                    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "the topic \"\(name)\" does not exist", isRetriable: false
                )
            }
            descriptions.append(description)
        }
        return descriptions
    }

    public func topicExists(_ name: String, within limit: Duration) throws(KafkaError) -> Bool {
        try topics(within: limit).contains { $0.name == name }
    }

    /// Creates topics and waits until the cluster shows them.
    /// - Returns: One outcome for each topic.
    /// - Throws: When the request as a whole fails, or a topic's settings cannot be said to librdkafka.
    public func createTopics(_ topics: [NewTopic], within limit: Duration) throws(KafkaError) -> [TopicOutcome] {
        let deadline = Deadline(in: limit)
        try requireController("creating topics failed", within: limit)
        let outcomes = try requestCreation(of: topics, within: deadline.remaining)
        // The controller answers before every broker has heard of it.
        let created = Set(outcomes.filter { $0.error == nil }.map(\.topic))
        while !deadline.hasPassed, !created.isSubset(of: Set(try self.topics(within: limit).map(\.name))) {
            usleep(20_000)
        }
        return outcomes
    }

    /// Topics are administered by the controller; without one a request would only time out.
    private func requireController(_ context: String, within limit: Duration) throws(KafkaError) {
        let brokers = try metadata(context, within: limit).brokers
        guard !brokers.contains(rd_kafka_controllerid(handle.pointer, 0)) else { return }
        throw KafkaError(
            RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
            "\(context): the cluster at \(bootstrapServers) has no controller, which administers topics"
        )
    }

    private func requestCreation(
        of topics: [NewTopic], within limit: Duration
    ) throws(KafkaError) -> [TopicOutcome] {
        var requests: [OpaquePointer?] = []
        defer { rd_kafka_NewTopic_destroy_array(&requests, requests.count) }
        for topic in topics {
            var reason = ErrorText()
            let request = reason.fill {
                rd_kafka_NewTopic_new(
                    topic.name, Int32(clamping: topic.partitions), Int32(clamping: topic.replication), $0, $1
                )
            }
            guard let request else {
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "creating the topic \(topic.name): \(reason.text)")
            }
            requests.append(request)
            for (name, value) in topic.configuration { rd_kafka_NewTopic_set_config(request, name, value) }
        }
        return try request(
            RD_KAFKA_ADMIN_OP_CREATETOPICS, "creating topics failed", within: limit,
            send: { client, options, queue in
                rd_kafka_CreateTopics(client, &requests, requests.count, options, queue)
            },
            read: { event in
                var count = 0
                let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
                return TopicOutcome.list(results, count)
            }
        )
    }

    /// Deletes topics with all that they hold.
    /// - Returns: One outcome for each topic.
    public func deleteTopics(_ names: [String], within limit: Duration) throws(KafkaError) -> [TopicOutcome] {
        try requireController("deleting topics failed", within: limit)
        var requests: [OpaquePointer?] = names.map { rd_kafka_DeleteTopic_new($0) }
        defer { rd_kafka_DeleteTopic_destroy_array(&requests, requests.count) }
        return try request(
            RD_KAFKA_ADMIN_OP_DELETETOPICS, "deleting topics failed", within: limit,
            send: { client, options, queue in
                rd_kafka_DeleteTopics(client, &requests, requests.count, options, queue)
            },
            read: { event in
                var count = 0
                let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
                return TopicOutcome.list(results, count)
            }
        )
    }
}

extension TopicOutcome {
    static func list(_ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int) -> [TopicOutcome] {
        UnsafeBufferPointer(start: UnsafePointer(results), count: count).compactMap { result in
            guard let result, let name = rd_kafka_topic_result_name(result) else { return nil }
            let topic = String(cString: name)
            let error = KafkaError.unlessSuccess(
                rd_kafka_topic_result_error(result),
                "topic \(topic): "
                    + (rd_kafka_topic_result_error_string(result).map { String(cString: $0) } ?? "failed")
            )
            return TopicOutcome(topic: topic, error: error)
        }
    }
}

extension TopicDescription {
    init(_ topic: rd_kafka_metadata_topic) {
        self.init(
            name: String(cString: topic.topic),
            partitions: UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt)).map { partition in
                Partition(
                    number: partition.id,
                    leader: partition.leader >= 0 ? partition.leader : nil,
                    replicas: Array(
                        UnsafeBufferPointer(start: partition.replicas, count: Int(partition.replica_cnt))
                    ),
                    inSyncReplicas: Array(UnsafeBufferPointer(start: partition.isrs, count: Int(partition.isr_cnt)))
                )
            }
            .sorted { $0.number < $1.number }
        )
    }
}
