import CLibrdkafka

/// One member of a consumer group, as the coordinator knows it.
public struct GroupMember: Sendable, Hashable {
    public let clientID: String
    public let host: String
    /// What it is assigned.
    public let partitions: [TopicPartition]
}

/// A consumer group, as its coordinator knows it.
public struct GroupDescription: Sendable, Hashable {
    /// Kafka's name of the state: `Stable`, `Empty`, `Dead` (there is no such group) …
    public let state: String
    public let members: [GroupMember]

    /// Nobody is in it, and nobody is about to be: its offsets may be set.
    public var isStopped: Bool { members.isEmpty && (state == "Empty" || state == "Dead") }
}

extension Admin {
    /// The members of a group. A group that does not exist has none. The mock cluster cannot tell (`isUnsupported`).
    public func describeGroup(_ group: String, within limit: Duration) throws(KafkaError) -> GroupDescription {
        try requireGroupsAreTold(of: group, within: limit)
        return try request(
            RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, "asking for the members of group \(group) failed", within: limit,
            send: { client, options, queue in
                group.withCString { name in
                    var names: [UnsafePointer<CChar>?] = [name]
                    rd_kafka_DescribeConsumerGroups(client, &names, 1, options, queue)
                }
            },
            read: { (event) throws(KafkaError) in try GroupDescription.read(event) }
        )
    }

    /// Refuses before the question where brokers do not offer it. librdkafka 2.0.2 frees twice what belongs to a refused
    /// request of its administration interface for groups, and now and then the process dies of that; the older way of
    /// asking has no such defect. A broker that does not answer is no reason to refuse.
    private func requireGroupsAreTold(of group: String, within limit: Duration) throws(KafkaError) {
        var list: UnsafePointer<rd_kafka_group_list>?
        let code = rd_kafka_list_groups(handle.pointer, group, &list, min(limit, .seconds(3)).milliseconds)
        if let list { rd_kafka_group_list_destroy(list) }
        guard !KafkaError(code).isUnsupported else {
            throw KafkaError(code, "asking for the members of group \(group) failed: the brokers do not tell")
        }
    }

    /// Commits offsets for a group without being a member of it. Brokers refuse that while the group has members
    /// (`isGroupBusy`).
    /// - Returns: What became of each partition.
    public func setGroupOffsets(
        group: String, _ commits: [OffsetCommit], within limit: Duration
    ) throws(KafkaError) -> [CommitResult] {
        guard !commits.isEmpty else { return [] }
        let list = PartitionList(commits)
        var order = rd_kafka_AlterConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_AlterConsumerGroupOffsets_destroy(order) }
        return try request(
            RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, "setting the offsets of group \(group) failed", within: limit,
            send: { client, options, queue in
                rd_kafka_AlterConsumerGroupOffsets(client, &order, 1, options, queue)
            },
            read: { (event) throws(KafkaError) in try CommitResult.read(event) }
        )
    }
}

extension KafkaError {
    /// The group has members, and whoever is none of them may not commit.
    public var isGroupBusy: Bool {
        [
            RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP,
            RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC,
        ].contains { $0.rawValue == code }
    }
}

extension GroupDescription {
    fileprivate static func read(_ event: OpaquePointer) throws(KafkaError) -> GroupDescription {
        var count = 0
        guard let result = rd_kafka_event_DescribeConsumerGroups_result(event),
            let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count), count == 1,
            let group = groups[0]
        else { throw KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, "the coordinator's answer names no group") }
        if let error = rd_kafka_ConsumerGroupDescription_error(group),
            rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR
        {
            throw KafkaError(rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error)))
        }
        let members = (0..<rd_kafka_ConsumerGroupDescription_member_count(group)).compactMap { index in
            rd_kafka_ConsumerGroupDescription_member(group, index).map(GroupMember.init)
        }
        let state = rd_kafka_ConsumerGroupDescription_state(group)
        return GroupDescription(
            state: rd_kafka_consumer_group_state_name(state).map { String(cString: $0) } ?? "Unknown",
            members: members)
    }
}

extension GroupMember {
    fileprivate init(_ member: OpaquePointer) {
        clientID = rd_kafka_MemberDescription_client_id(member).map { String(cString: $0) } ?? ""
        host = rd_kafka_MemberDescription_host(member).map { String(cString: $0) } ?? ""
        partitions =
            rd_kafka_MemberDescription_assignment(member)
            .flatMap { rd_kafka_MemberAssignment_partitions($0) }
            .map { UnsafePointer($0).topicPartitions } ?? []
    }
}

extension CommitResult {
    fileprivate static func read(_ event: OpaquePointer) throws(KafkaError) -> [CommitResult] {
        var count = 0
        guard let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event),
            let groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count), count == 1,
            let group = groups[0]
        else { throw KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, "the coordinator's answer names no group") }
        if let error = rd_kafka_group_result_error(group) {
            throw KafkaError(rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error)))
        }
        guard let list = rd_kafka_group_result_partitions(group) else { return [] }
        return list.elements.map { element in
            CommitResult(
                partition: element.topicPartition, offset: element.offset,
                error: KafkaError.unlessSuccess(element.err))
        }
    }
}
