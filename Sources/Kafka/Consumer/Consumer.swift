import CLibrdkafka
import Logging

/// One member of a consumer group.
///
/// **Ownership.** Every call comes from the one thread that owns the consumer. It waits for `wakeupDescriptor` among
/// its other descriptors, and then, each turn: `drainWakeup`, `nextEvent` until it answers `nil`, `consumeBatch`.
/// No call but `close` waits for the network, and `close` only as long as it is told. (`subscribe`, `assign` and the
/// answers to rebalances wait for librdkafka's main thread, which itself never waits: microseconds.)
///
/// **Wake-ups.** The descriptor is signalled when an event arrives where none waited, or a record in a partition that
/// was seen empty. `drainWakeup` has to come *before* looking, so that what arrives meanwhile signals again. A batch
/// that left records behind, and `resume`, signal by themselves.
///
/// **Rebalances** are reported by `nextEvent` and answered later, by `assign` and `acknowledgeRevocation`. Until then
/// the group waits for this member, at most `max.poll.interval.ms`, librdkafka fetches nothing for it, and commits go
/// on; while the group is joined they are held (`JoinWatch`). `max.poll.interval.ms` itself is never exceeded as long as `nextEvent` is called (D12), whether records are
/// taken or not. A partition that is kept over a rebalance goes on where it was, without repeats.
///
/// **Back-pressure.** Each partition keeps its own queue, and `pause` only stops taking from it. Once the queue holds
/// `queued.max.messages.kbytes` (default here: 256, for each partition; only values count, and one fetch of
/// `fetch.message.max.bytes`, here 128 KiB, may go beyond) librdkafka stops fetching it. What was fetched is kept for
/// `resume`, where librdkafka's own pause would throw it away and fetch it again.
public final class Consumer {
    /// Readable when there is something to do. Valid until `close`.
    public var wakeupDescriptor: Int32 { wakeup.readEnd }
    public let group: String
    public let strategy: AssignmentStrategy
    let isStaticMember: Bool
    /// How long `requestCommittedPositions` may take before it is answered with an error.
    public var positionsTimeout: Duration = .seconds(10)

    let handle: ClientHandle
    let joinWatch: JoinWatch
    let wakeup: WakeupDescriptor
    /// Rebalances, errors and statistics.
    let groupQueue: OpaquePointer
    /// Answers to commits and to questions for committed positions.
    let replyQueue: OpaquePointer
    let batch = MessageBatch()
    let fetchBoundary: FetchBoundary

    var table = PartitionTable()
    /// Topics of which something was assigned, kept so that librdkafka does not forget who leads their partitions.
    var topics: [String: OpaquePointer] = [:]
    /// Where the next batch begins in `table.assigned`, so that no partition is always the first.
    var turn = 0
    /// The rebalance that librdkafka waits for us to answer.
    var pendingRebalance: PendingRebalance?
    /// Events that did not come from a queue.
    var pendingEvents: [ConsumerEvent] = []
    var lastPoll = ContinuousClock.now
    var outstandingCommits = 0
    /// The last commit of each partition that came while the group was joined.
    var heldCommits: [TopicPartition: OffsetCommit] = [:]
    var nextRequest: UInt64 = 1
    var hasSubscribed = false
    var hasBeenAssigned = false
    var isClosed = false

    enum PendingRebalance { case assignment, revocation }

    /// - Parameters:
    ///   - instanceID: Makes this a static member (KIP-345): it keeps its partitions over a restart that takes less
    ///     than `session.timeout.ms`.
    ///   - reportsEnds: Whether `nextEvent` tells when a partition has been read to its end, for a reader that has to
    ///     know when it has seen everything.
    ///   - logger: Takes everything that librdkafka has to say.
    public init(
        properties: ClientProperties,
        group: String,
        instanceID: String? = nil,
        strategy: AssignmentStrategy = .cooperativeSticky,
        reportsEnds: Bool = false,
        logger: Logger
    ) throws(KafkaError) {
        var fixed = [
            "group.id": group,
            "partition.assignment.strategy": strategy.rawValue,
            "enable.auto.commit": "false",
            "enable.auto.offset.store": "false",
            "enable.partition.eof": reportsEnds ? "true" : "false",
        ]
        if let instanceID { fixed["group.instance.id"] = instanceID }
        let wakeup = try WakeupDescriptor()
        let joinWatch = JoinWatch()
        let handle = try ClientHandle(
            .consumer,
            properties: properties,
            defaults: Self.defaults,
            fixed: fixed,
            joinWatch: joinWatch,
            events: Int32(
                RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_OFFSET_COMMIT
            ),
            logger: logger
        )
        // Errors of the client as a whole come to the group's queue too.
        rd_kafka_poll_set_consumer(handle.pointer)
        guard let groupQueue = rd_kafka_queue_get_consumer(handle.pointer),
            let replyQueue = rd_kafka_queue_new(handle.pointer)
        else { throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, "the client has no consumer group") }
        wakeup.watch(groupQueue)
        wakeup.watch(replyQueue)
        self.group = group
        self.strategy = strategy
        self.isStaticMember = instanceID != nil
        self.handle = handle
        self.joinWatch = joinWatch
        self.wakeup = wakeup
        self.groupQueue = groupQueue
        self.replyQueue = replyQueue
        fetchBoundary = FetchBoundary(properties)
    }

    deinit { abandon() }

    static let defaults = [
        "auto.offset.reset": "earliest",
        // A bound for each partition's own queue; librdkafka's default of 64 MiB is meant for one shared queue. What
        // waits for long is cold when it is taken, so less is faster, too (docs/performance.md).
        "queued.max.messages.kbytes": "256",
        // What a fetch takes of a partition, and so what the queue may hold beyond that; of one larger record the whole.
        "fetch.message.max.bytes": "131072",
        // How soon a partition is fetched again when its queue was full (librdkafka 2.2 and later).
        "fetch.queue.backoff.ms": "10",
        // A partition that has room again waits for the fetch that is under way.
        "fetch.wait.max.ms": "100",
        // A topic or a partition that is created later is found within this time, not within five minutes.
        "topic.metadata.refresh.interval.ms": "30000",
        // How late a member hears that its group rebalances: each round of one takes that long.
        "heartbeat.interval.ms": "500",
        "socket.nagle.disable": "true",
    ]

    /// Joins the group for these topics, or changes what it reads. A name that begins with `^` is a pattern.
    public func subscribe(_ topics: [String]) throws(KafkaError) {
        guard !isClosed else { throw .closed }
        let list = PartitionList(topics.map { TopicPartition(topic: $0, partition: -1) })
        if let error = KafkaError.unlessSuccess(
            rd_kafka_subscribe(handle.pointer, list.pointer),
            "subscribing to \(topics.joined(separator: ", ")) failed"
        ) {
            throw error
        }
        hasSubscribed = true
    }

    /// Gives up the subscription. Everything assigned comes back as `.revoked`; when that is answered, the member
    /// leaves the group.
    public func unsubscribe() {
        guard !isClosed else { return }
        rd_kafka_unsubscribe(handle.pointer)
    }

    /// Makes `wakeupDescriptor` unreadable. Look for events and records after this, not before.
    public func drainWakeup() {
        guard !isClosed else { return }
        wakeup.drain()
        // One descriptor speaks for all queues, so any of them may have been filled.
        for index in table.assigned { table.entries[index].mayHoldRecords = true }
    }

    // MARK: - What is known of partitions

    /// The partitions that this member reads, in the order of their assignment.
    public var assignment: [TopicPartition] { table.assigned.map { table.entries[$0].partition } }

    /// The partition that `RecordView.partition` numbers.
    public func partition(at index: PartitionIndex) -> TopicPartition { table.entries[index.rawValue].partition }

    /// The number of a partition; a partition never seen before gets the next one.
    public func index(of partition: TopicPartition) -> PartitionIndex {
        PartitionIndex(rawValue: table.index(adding: partition))
    }

    /// The offsets that the partition holds, as the last fetch told; `nil` before the first. Costs no request.
    public func watermarks(of partition: TopicPartition) -> Watermarks? {
        guard !isClosed else { return nil }
        var low: Int64 = -1
        var high: Int64 = -1
        let result = rd_kafka_get_watermark_offsets(
            handle.pointer, partition.topic, partition.partition, &low, &high
        )
        // `low` stays unknown until statistics are on; `high` alone tells the lag.
        guard result == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return Watermarks(low: max(low, 0), high: high)
    }

    /// The records after `position`, the next offset to settle: `nil` before the first fetch.
    public func lag(of partition: TopicPartition, position: Int64) -> Int64? {
        watermarks(of: partition).map { max(0, $0.high - position) }
    }

    /// The name that the coordinator gave this member; `nil` until it has joined.
    public var memberID: String? {
        guard !isClosed, let name = rd_kafka_memberid(handle.pointer) else { return nil }
        defer { rd_kafka_mem_free(handle.pointer, name) }
        return name[0] == 0 ? nil : String(cString: name)
    }

    /// The error that ended this member for good, if there was one.
    public var fatalError: KafkaError? { isClosed ? nil : handle.fatalError }
}
