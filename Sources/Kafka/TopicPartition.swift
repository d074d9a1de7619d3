/// One partition of one topic.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// `orders/3`.
    public var description: String { "\(topic)/\(partition)" }
}

/// Where reading a partition begins.
public enum StartOffset: Hashable, Sendable {
    /// The oldest record that is kept.
    case earliest
    /// Only records produced from now on.
    case latest
    /// The group's committed offset, and without one what `auto.offset.reset` says.
    case committed
    /// This offset; what `auto.offset.reset` says where it does not exist any more.
    case offset(Int64)
}

/// A partition together with where to begin in it.
public struct PartitionStart: Hashable, Sendable {
    public let partition: TopicPartition
    public let start: StartOffset

    public init(_ partition: TopicPartition, at start: StartOffset) {
        self.partition = partition
        self.start = start
    }
}

/// What a group has committed for a partition; offset and metadata come from one answer of the coordinator.
public struct CommittedPosition: Hashable, Sendable {
    public let partition: TopicPartition
    /// The next offset to read, or `nil` when the group has committed nothing here.
    public let offset: Int64?
    /// The text committed along with the offset; empty when there is none.
    public let metadata: String
    /// Why this partition's position could not be read, although the request as a whole was answered.
    public let error: KafkaError?

    public init(partition: TopicPartition, offset: Int64?, metadata: String, error: KafkaError? = nil) {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
        self.error = error
    }
}

/// A position to commit.
public struct OffsetCommit: Hashable, Sendable {
    public let partition: TopicPartition
    /// The next offset to read.
    public let offset: Int64
    /// At most `offset.metadata.max.bytes` of the broker (4096 by default) of UTF-8.
    public let metadata: String

    public init(_ partition: TopicPartition, offset: Int64, metadata: String = "") {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
    }
}

/// The coordinator's answer to one `OffsetCommit`.
public struct CommitResult: Hashable, Sendable {
    public let partition: TopicPartition
    /// The offset that was asked to be committed.
    public let offset: Int64
    /// `nil` when it is committed.
    public let error: KafkaError?

    public init(partition: TopicPartition, offset: Int64, error: KafkaError?) {
        self.partition = partition
        self.offset = offset
        self.error = error
    }
}

/// The offsets that a partition holds: `low` is the first kept record, `high` the one after the last readable.
public struct Watermarks: Hashable, Sendable {
    public let low: Int64
    public let high: Int64

    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
