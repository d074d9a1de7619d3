import CLibrdkafka

extension Consumer {
    func rebalance(_ event: OpaquePointer) -> ConsumerEvent? {
        let partitions = partitions(of: event)
        switch rd_kafka_event_error(event) {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            pendingRebalance = .assignment
            hasBeenAssigned = true
            return .assigned(partitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            pendingRebalance = .revocation
            let isLost = isAssignmentLost
            if isLost { refuseHeldCommits(of: partitions) }
            return .revoked(partitions, lost: isLost)
        case let failure:
            // librdkafka waits for an answer here too.
            rd_kafka_assign(handle.pointer, nil)
            release(table.assigned)
            return .error(KafkaError(failure, "rebalancing failed: \(String(cString: rd_kafka_err2str(failure)))"))
        }
    }

    private func partitions(of event: OpaquePointer) -> [TopicPartition] {
        guard let list = rd_kafka_event_topic_partition_list(event) else { return [] }
        return UnsafePointer(list).topicPartitions
    }

    /// Whether what was assigned belongs to another member by now, so that nothing of it can be committed. May become
    /// true while a revocation waits for its answer.
    public var isAssignmentLost: Bool { !isClosed && rd_kafka_assignment_lost(handle.pointer) != 0 }

    /// Answers `.assigned`: reads these partitions from these offsets on. With an eager strategy this is the whole
    /// assignment; with the cooperative one it adds to it.
    /// - Throws: When librdkafka refuses; it says why, and nothing is assigned.
    public func assign(_ partitions: [PartitionStart]) throws(KafkaError) {
        guard !isClosed else { throw .closed }
        pendingRebalance = nil
        if strategy.isCooperative { table.expectRepeats() } else { release(table.assigned) }
        let indexes = partitions.map { table.index(adding: $0.partition) }
        // Taken away from the common queue before anything is fetched, so no record can go astray.
        let list = PartitionList(partitions)
        for partition in partitions { meet(topic: partition.partition.topic) }
        do throws(KafkaError) {
            for index in indexes { try openQueue(index) }
            if strategy.isCooperative {
                if let error = rd_kafka_incremental_assign(handle.pointer, list.pointer) {
                    throw KafkaError(consuming: error, "assigning failed")
                }
            } else if let error = KafkaError.unlessSuccess(rd_kafka_assign(handle.pointer, list.pointer)) {
                throw error
            }
        } catch {
            release(indexes)
            throw error
        }
        fetchAtOnce()
    }

    /// Has librdkafka fetch what is assigned now, also where its threads saw nothing to fetch and went to sleep: before
    /// 2.2 for up to a second, and a rebalance pauses everything for a moment.
    private func fetchAtOnce() {
        // Its main thread does one thing after the other. When it answers this, it has resumed what is assigned.
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        rd_kafka_assignment(handle.pointer, &list)
        if let list { rd_kafka_topic_partition_list_destroy(list) }
        fetchBoundary.crossed(handle.pointer)
    }

    /// Asks who leads a topic's partitions, so that what is assigned of it is read at once: for a topic that it has not
    /// met, librdkafka asks when it looks through its topics, once a second.
    private func meet(topic: String) {
        guard !isClosed, topics[topic] == nil else { return }
        topics[topic] = rd_kafka_topic_new(handle.pointer, topic, nil)
    }

    /// Answers `.revoked`: lets go of these partitions, which are those of the event. What was fetched of them and not
    /// taken is dropped; it was not committed, so the next owner reads it.
    public func acknowledgeRevocation(_ partitions: [TopicPartition]) {
        guard !isClosed else { return }
        pendingRebalance = nil
        if strategy.isCooperative {
            table.expectRepeats()
            // Of what was given and never assigned, librdkafka knows nothing: it refuses a list with such a partition as a
            // whole, and the group would wait for the answer.
            let list = PartitionList(partitions.filter(isAssigned))
            if let error = rd_kafka_incremental_unassign(handle.pointer, list.pointer) {
                pendingEvents.append(.error(KafkaError(consuming: error, "unassigning failed")))
                wakeup.signal()
            }
            release(partitions.compactMap { table.indexes[$0] })
            fetchAtOnce()
        } else {
            rd_kafka_assign(handle.pointer, nil)
            release(table.assigned)
        }
    }

    private func isAssigned(_ partition: TopicPartition) -> Bool {
        table.indexes[partition].map { table.entries[$0].queue != nil } ?? false
    }

    private func openQueue(_ index: Int) throws(KafkaError) {
        let partition = table.entries[index].partition
        if table.entries[index].queue == nil {
            guard let queue = rd_kafka_queue_get_partition(handle.pointer, partition.topic, partition.partition)
            else { throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, "\(partition) has no queue") }
            rd_kafka_queue_forward(queue, nil)
            wakeup.watch(queue)
            table.entries[index].queue = queue
            table.assigned.append(index)
        }
        table.entries[index].mayHoldRecords = true
        table.entries[index].bytesTaken = 0
        table.entries[index].progress = ReadProgress()
    }

    /// Forgets the queues of partitions that are not assigned any more.
    func release(_ indexes: [Int]) {
        for index in indexes {
            guard let queue = table.entries[index].queue else { continue }
            WakeupDescriptor.unwatch(queue)
            dropOutdated(queue)
            rd_kafka_queue_destroy(queue)
            table.entries[index].queue = nil
        }
        let released = Set(indexes)
        table.assigned.removeAll { released.contains($0) }
        turn = 0
    }

    /// What is left in the queue is outdated since librdkafka was told to stop: taking it frees it. Otherwise it would
    /// keep its memory until the partition is assigned again.
    private func dropOutdated(_ queue: OpaquePointer) {
        var remaining = rd_kafka_queue_length(queue)
        while remaining > 0 {
            let count = rd_kafka_consume_batch_queue(
                queue, 0, batch.messages.baseAddress, min(remaining, MessageBatch.capacity)
            )
            for position in 0..<max(0, count) {
                if let message = batch.messages[position] { rd_kafka_message_destroy(message) }
            }
            let left = rd_kafka_queue_length(queue)
            guard left < remaining else { return }
            remaining = left
        }
    }
}
