import CLibrdkafka

extension Consumer {
    /// Commits offsets with their metadata. Never waits; the answer comes as `.committed` with one result for each.
    /// While the group is joined they are held, and sent as soon as it is.
    public func commit(_ commits: [OffsetCommit]) {
        guard !isClosed, !commits.isEmpty else { return }
        if joinWatch.isJoining { hold(commits) } else { send(commits) }
    }

    private func hold(_ commits: [OffsetCommit]) {
        for commit in commits {
            guard let earlier = heldCommits.updateValue(commit, forKey: commit.partition) else { continue }
            refuse([earlier])
        }
    }

    /// Sends what was held, unless it must not be committed any more: with the next generation's number the coordinator
    /// would accept it, though another member may have committed more (D1).
    func sendHeldCommits() {
        guard !heldCommits.isEmpty, !joinWatch.isJoining else { return }
        let commits = Array(heldCommits.values)
        heldCommits.removeAll()
        if isAssignmentLost { refuse(commits) } else { send(commits) }
    }

    /// The partitions were lost: what was held of them is answered as failed.
    func refuseHeldCommits(of partitions: [TopicPartition]) {
        refuse(partitions.compactMap { heldCommits.removeValue(forKey: $0) })
    }

    private func refuse(_ commits: [OffsetCommit]) {
        guard !commits.isEmpty else { return }
        let error = KafkaError(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, "the group was being joined")
        pendingEvents.append(
            .committed(commits.map { CommitResult(partition: $0.partition, offset: $0.offset, error: error) }))
        wakeup.signal()
    }

    private func send(_ commits: [OffsetCommit]) {
        let list = PartitionList(commits)
        let result = rd_kafka_commit_queue(handle.pointer, list.pointer, replyQueue, nil, nil)
        if let error = KafkaError.unlessSuccess(result) {
            pendingEvents.append(
                .committed(commits.map { CommitResult(partition: $0.partition, offset: $0.offset, error: error) })
            )
            wakeup.signal()
        } else {
            outstandingCommits += 1
        }
    }

    func committed(_ event: OpaquePointer) -> ConsumerEvent? {
        outstandingCommits = max(0, outstandingCommits - 1)
        guard let list = rd_kafka_event_topic_partition_list(event) else { return nil }
        let whole = KafkaError.unlessSuccess(rd_kafka_event_error(event))
        return .committed(
            UnsafePointer(list).elements.map { element in
                CommitResult(
                    partition: element.topicPartition,
                    offset: element.offset,
                    error: KafkaError.unlessSuccess(element.err) ?? whole
                )
            }
        )
    }

    /// Asks the coordinator for what the group has committed. Never waits; the answer comes as `.positions`, at the
    /// latest after `positionsTimeout`, with offset and metadata of each partition from one snapshot (D7).
    public func requestCommittedPositions(_ partitions: [TopicPartition]) -> PositionsRequestID {
        let id = PositionsRequestID(rawValue: nextRequest)
        nextRequest += 1
        guard !isClosed else { return id }
        guard !partitions.isEmpty else {
            pendingEvents.append(.positions(id, .success([])))
            wakeup.signal()
            return id
        }
        let client = handle.pointer
        let options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_opaque(options, UnsafeMutableRawPointer(bitPattern: UInt(id.rawValue)))
        var reason = ErrorText()
        _ = reason.fill {
            rd_kafka_AdminOptions_set_request_timeout(options, positionsTimeout.milliseconds, $0, $1)
        }
        // An offset that a transaction has not finished committing must not be taken for the last one.
        if let error = rd_kafka_AdminOptions_set_require_stable_offsets(options, 1) { rd_kafka_error_destroy(error) }
        let list = PartitionList(partitions)
        var request = rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer)
        rd_kafka_ListConsumerGroupOffsets(client, &request, 1, options, replyQueue)
        rd_kafka_ListConsumerGroupOffsets_destroy(request)
        return id
    }

    func positions(_ event: OpaquePointer) -> ConsumerEvent? {
        let id = PositionsRequestID(rawValue: UInt64(UInt(bitPattern: rd_kafka_event_opaque(event))))
        if let error = KafkaError.unlessSuccess(
            rd_kafka_event_error(event),
            rd_kafka_event_error_string(event).map { String(cString: $0) }
        ) {
            return .positions(id, .failure(error))
        }
        return .positions(id, GroupOffsets.read(event))
    }
}

/// Reads the answer to `ListConsumerGroupOffsets`.
enum GroupOffsets {
    static func read(_ event: OpaquePointer) -> Result<[CommittedPosition], KafkaError> {
        var count = 0
        guard let result = rd_kafka_event_ListConsumerGroupOffsets_result(event),
            let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count), count == 1,
            let group = groups[0]
        else { return .failure(KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, "the coordinator's answer names no group")) }
        if let error = rd_kafka_group_result_error(group) {
            return .failure(
                KafkaError(rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error)))
            )
        }
        guard let list = rd_kafka_group_result_partitions(group) else { return .success([]) }
        return .success(list.elements.map(\.committedPosition))
    }
}
