/// Names one question that `Consumer.requestCommittedPositions` asked.
public struct PositionsRequestID: Hashable, Sendable {
    public let rawValue: UInt64
}

/// What a group member has to hear about, apart from records.
public enum ConsumerEvent: Sendable {
    /// These partitions were given to this member, in addition to those it keeps. Answer with `assign`; until then
    /// nothing is fetched from them. May be empty.
    case assigned([TopicPartition])
    /// These partitions are asked back. Answer with `acknowledgeRevocation` when they are drained and committed; the
    /// group waits until then, at most `max.poll.interval.ms`, and no partition of this member is read, not even those
    /// that it keeps. When `lost`, they belong to another member already:
    /// nothing of theirs can be committed any more.
    case revoked([TopicPartition], lost: Bool)
    /// The answer to one `commit`.
    case committed([CommitResult])
    /// The answer to `requestCommittedPositions`.
    case positions(PositionsRequestID, Result<[CommittedPosition], KafkaError>)
    /// Something failed that concerns no single partition. librdkafka goes on trying unless the error is fatal.
    case error(KafkaError)
    /// Everything that the partition held was handed over. Comes again after more records; only where it was asked for.
    case endReached(TopicPartition)
    /// Fetching from one partition failed.
    case partitionError(TopicPartition, KafkaError)
    /// librdkafka's statistics as a JSON document, every `statistics.interval.ms`.
    case statistics(String)
}

/// How a group shares out its partitions. All members of a group have to agree on one of a kind.
public enum AssignmentStrategy: String, Sendable, CaseIterable {
    /// Eager: everything is revoked and shared out anew at each rebalance; ranges of each topic.
    case range
    /// Eager; partitions are dealt out one by one.
    case roundRobin = "roundrobin"
    /// Cooperative: only the partitions that move are revoked, and few move.
    case cooperativeSticky = "cooperative-sticky"

    var isCooperative: Bool { self == .cooperativeSticky }
}
