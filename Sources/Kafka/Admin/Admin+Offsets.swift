import CLibrdkafka

extension Admin {
    /// The offsets that each partition of a topic holds.
    /// - Throws: `isUnknownTopic` when there is none.
    public func watermarks(topic: String, within limit: Duration) throws(KafkaError) -> [TopicPartition: Watermarks] {
        let deadline = Deadline(in: limit)
        let partitions = try describeTopics([topic], within: limit).flatMap(\.topicPartitions)
        var found: [TopicPartition: Watermarks] = [:]
        for partition in partitions {
            var low: Int64 = 0
            var high: Int64 = 0
            let code = rd_kafka_query_watermark_offsets(
                handle.pointer, topic, partition.partition, &low, &high, max(1, deadline.remaining.milliseconds)
            )
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw failure(code, "asking for the offsets of \(partition) failed", after: limit)
            }
            found[partition] = Watermarks(low: low, high: high)
        }
        return found
    }

    /// The first offset whose record is at least as young as the timestamp (milliseconds since 1970), for each
    /// partition; one that has no such record is left out. The mock cluster cannot tell.
    public func offsets(
        atTimestamps timestamps: [TopicPartition: Int64], within limit: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        // The answer comes in the list that the question stands in.
        let list = PartitionList(timestamps.map { PartitionStart($0.key, at: .offset($0.value)) })
        let code = rd_kafka_offsets_for_times(handle.pointer, list.pointer, max(1, limit.milliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw failure(code, "looking up offsets by time failed", after: limit)
        }
        var found: [TopicPartition: Int64] = [:]
        for element in UnsafePointer(list.pointer).elements where element.offset >= 0 {
            if let error = KafkaError.unlessSuccess(element.err) { throw error }
            found[element.topicPartition] = element.offset
        }
        return found
    }

    /// What a group has committed for these partitions, offset and metadata. A group that does not exist has committed
    /// nothing.
    public func groupOffsets(
        group: String, partitions: [TopicPartition], within limit: Duration
    ) throws(KafkaError) -> [CommittedPosition] {
        let list = PartitionList(partitions)
        var question = rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(question) }
        return try request(
            RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, "asking for the offsets of group \(group) failed",
            within: limit,
            send: { client, options, queue in
                rd_kafka_ListConsumerGroupOffsets(client, &question, 1, options, queue)
            },
            read: { (event) throws(KafkaError) in
                switch GroupOffsets.read(event) {
                case .success(let positions): return positions
                case .failure(let error): throw error
                }
            }
        )
    }
}
