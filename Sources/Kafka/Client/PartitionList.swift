import CLibrdkafka

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// Owns a `rd_kafka_topic_partition_list_t`.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<TopicPartition>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions { add(partition) }
    }

    init(_ starts: some Collection<PartitionStart>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(starts.count))
        for start in starts { add(start.partition).pointee.offset = start.start.librdkafka }
    }

    init(_ commits: some Collection<OffsetCommit>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(commits.count))
        for commit in commits {
            let element = add(commit.partition)
            element.pointee.offset = commit.offset
            guard !commit.metadata.isEmpty else { continue }
            // The list frees its metadata with free(3), so it has to come from malloc.
            element.pointee.metadata = UnsafeMutableRawPointer(strdup(commit.metadata))
            element.pointee.metadata_size = strlen(commit.metadata)
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    @discardableResult
    private func add(_ partition: TopicPartition) -> UnsafeMutablePointer<rd_kafka_topic_partition_t> {
        rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
    }
}

extension UnsafePointer<rd_kafka_topic_partition_list_t> {
    var elements: UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: pointee.elems, count: Int(pointee.cnt))
    }

    var topicPartitions: [TopicPartition] { elements.map(\.topicPartition) }
}

extension rd_kafka_topic_partition_t {
    var topicPartition: TopicPartition { TopicPartition(topic: String(cString: topic), partition: partition) }

    var metadataText: String {
        guard let metadata, metadata_size > 0 else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: metadata, count: metadata_size), as: UTF8.self)
    }

    /// Offset and metadata as one answer gave them; `failure` is the answer's error as a whole.
    var committedPosition: CommittedPosition {
        CommittedPosition(
            partition: topicPartition,
            offset: offset >= 0 ? offset : nil,
            metadata: metadataText,
            error: KafkaError.unlessSuccess(err)
        )
    }
}

extension StartOffset {
    var librdkafka: Int64 {
        switch self {
        case .earliest: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .latest: Int64(RD_KAFKA_OFFSET_END)
        case .committed: Int64(RD_KAFKA_OFFSET_STORED)
        case .offset(let offset): offset
        }
    }
}
