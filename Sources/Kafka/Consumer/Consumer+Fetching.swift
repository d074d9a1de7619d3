import CLibrdkafka

extension Consumer {
    /// Takes up to `max` records from the partitions that are assigned and not paused, in turn, and hands each to
    /// `body`. Records of one partition come in the order of their offsets; offsets may have gaps.
    ///
    /// Never waits. The views are valid inside `body` only. `body` may call `pause` and `endFetching`, which
    /// hold from the next batch on, but none of the consumer's other methods.
    /// - Returns: How many records were handed over. Fewer than `max` does not mean that there are none left; the
    ///   wake-up descriptor tells when to come again.
    @discardableResult
    public func consumeBatch(max: Int, _ body: (borrowing RecordView) -> Void) -> Int {
        guard !isClosed, !table.assigned.isEmpty else { return 0 }
        var taken = 0
        var emptyInARow = 0
        while taken < max, emptyInARow < table.assigned.count {
            turn = turn + 1 < table.assigned.count ? turn + 1 : 0
            let share = take(from: table.assigned[turn], atMost: max - taken, body)
            taken += share.delivered
            emptyInARow = share.found ? 0 : emptyInARow + 1
        }
        // Something may be left, and its queue will not signal again before it has been seen empty.
        if taken >= max { wakeup.signal() }
        return taken
    }

    /// One share from one partition's queue: how many records were handed over, and whether the queue held anything.
    private func take(
        from index: Int, atMost limit: Int, _ body: (borrowing RecordView) -> Void
    ) -> (delivered: Int, found: Bool) {
        guard let queue = table.entries[index].queue, !table.entries[index].isPaused,
            table.entries[index].mayHoldRecords
        else { return (0, false) }
        // Asking for no more than there is avoids a futex call that only finds the queue empty. The queue counts as
        // empty when its length was seen to be zero: only then does librdkafka signal the next record.
        let waiting = rd_kafka_queue_length(queue)
        guard waiting > 0 else {
            table.entries[index].mayHoldRecords = false
            return (0, false)
        }
        let wanted = min(waiting, limit, MessageBatch.capacity)
        // Outdated entries count in the length and are freed instead of handed out.
        let count = rd_kafka_consume_batch_queue(queue, 0, batch.messages.baseAddress, wanted)
        guard count > 0 else { return (0, count == 0) }
        return (deliver(count, of: index, body), true)
    }

    private func deliver(_ count: Int, of index: Int, _ body: (borrowing RecordView) -> Void) -> Int {
        var bytes = 0
        var delivered = 0
        var progress = table.entries[index].progress
        for position in 0..<count {
            guard let message = batch.messages[position] else { continue }
            if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                report(message, of: index)
            } else if progress.takes(message.pointee.offset) {
                // Values only, as librdkafka counts them for the bound.
                bytes += message.pointee.len
                delivered += 1
                body(RecordView(message, partition: PartitionIndex(rawValue: index)))
            }
            rd_kafka_message_destroy(message)
        }
        table.entries[index].progress = progress
        noteTaken(bytes, of: index)
        return delivered
    }

    private func noteTaken(_ bytes: Int, of index: Int) {
        table.entries[index].bytesTaken += bytes
        guard table.entries[index].bytesTaken >= fetchBoundary.bytes else { return }
        table.entries[index].bytesTaken = 0
        fetchBoundary.crossed(handle.pointer)
    }

    private func report(_ message: UnsafeMutablePointer<rd_kafka_message_t>, of index: Int) {
        guard message.pointee.err != RD_KAFKA_RESP_ERR__PARTITION_EOF else {
            pendingEvents.append(.endReached(table.entries[index].partition))
            return wakeup.signal()
        }
        let text = rd_kafka_message_errstr(message).map { String(cString: $0) }
        pendingEvents.append(
            .partitionError(table.entries[index].partition, KafkaError(message.pointee.err, text))
        )
        wakeup.signal()
    }

    /// Stops taking records from these partitions. Holds until `resume`, also when a partition is taken away and
    /// comes back; a partition that is not assigned yet may be paused in advance.
    public func pause(_ partitions: some Sequence<TopicPartition>) {
        for partition in partitions { table.entries[table.index(adding: partition)].isPaused = true }
    }

    /// Fetches nothing more of a partition, for a reader that has all it wants of it. What was fetched and not taken is
    /// dropped. A fetch that is left with partitions that have nothing new waits at the broker (`fetch.wait.max.ms`), and
    /// the records of others with it.
    public func endFetching(of partition: TopicPartition) {
        pause(CollectionOfOne(partition))
        let list = PartitionList([partition])
        // The client knows the partition, for it was assigned; one that is taken away meanwhile is not fetched either.
        rd_kafka_pause_partitions(handle.pointer, list.pointer)
    }

    /// Takes records from these partitions again.
    public func resume(_ partitions: some Sequence<TopicPartition>) {
        for partition in partitions {
            let index = table.index(adding: partition)
            table.entries[index].isPaused = false
            table.entries[index].mayHoldRecords = true
        }
        // What came meanwhile has signalled already, and nobody looked.
        wakeup.signal()
    }

    /// Records of a partition that are fetched and not taken; 0 for one that is not assigned. For telemetry.
    public func prefetchedCount(of partition: TopicPartition) -> Int {
        guard let index = table.indexes[partition], let queue = table.entries[index].queue else { return 0 }
        return rd_kafka_queue_length(queue)
    }

    public func isPaused(_ partition: TopicPartition) -> Bool {
        table.indexes[partition].map { table.entries[$0].isPaused } ?? false
    }
}

/// The memory that batches are taken into.
final class MessageBatch {
    static let capacity = 128
    let messages = UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>.allocate(capacity: capacity)

    init() { messages.initialize(repeating: nil) }
    deinit { messages.deallocate() }
}

/// Tells librdkafka's fetching threads that a full queue has room again.
///
/// Before 2.2 a broker thread whose partitions were all full slept for up to a second, however fast the queues were
/// emptied (300,000 records of 600 bytes took 4 to 9 seconds behind queues of 1 MiB, against 0.3). Of the calls that
/// wake it, setting the SASL credentials to what they are already is the only one without a side effect. Later versions
/// look again after `fetch.queue.backoff.ms`.
struct FetchBoundary {
    /// Signal whenever this much was taken from one partition: an eighth of what its queue may hold.
    let bytes: Int
    private let user: String
    private let password: String
    private let isNeeded: Bool

    init(_ properties: ClientProperties) {
        let kilobytes = properties["queued.max.messages.kbytes"] ?? Consumer.defaults["queued.max.messages.kbytes"]
        bytes = (kilobytes.flatMap { Int($0) } ?? 256) * 128
        user = properties["sasl.username"] ?? ""
        password = properties["sasl.password"] ?? ""
        isNeeded = PropertyCatalog.shared.scopes["fetch.queue.backoff.ms"] == nil
    }

    func crossed(_ client: OpaquePointer) {
        guard isNeeded, let error = rd_kafka_sasl_set_credentials(client, user, password) else { return }
        rd_kafka_error_destroy(error)
    }
}
