import CLibrdkafka
import Logging

/// Produces records: idempotent, and acknowledged by all in-sync replicas.
///
/// Every call comes from the one thread that owns the producer. It waits for `wakeupDescriptor`, and then, each turn:
/// `drainWakeup`, `deliveryReports`, `nextEvent` until it answers `nil`. `produce` never waits.
public final class Producer {
    /// Readable when delivery reports or events wait. Valid until `close`.
    public var wakeupDescriptor: Int32 { wakeup.readEnd }

    private let client: ClientHandle
    private let wakeup: WakeupDescriptor
    private let queue: OpaquePointer
    private var events: [ProducerEvent] = []
    private var isClosed = false
    /// The topic that was produced to last: most producers have one, and each look-up by its name has its price.
    private var lastTopic: (name: String, handle: OpaquePointer)?

    private static let defaults = [
        "enable.idempotence": "true",
        "linger.ms": "5",
        // The partitioner of Kafka's own clients, so that a key lands in the same partition whoever produces it.
        "partitioner": "murmur2_random",
        "socket.nagle.disable": "true",
    ]

    public init(properties: ClientProperties, logger: Logger) throws(KafkaError) {
        let wakeup = try WakeupDescriptor()
        let client = try ClientHandle(
            .producer,
            properties: properties,
            defaults: Self.defaults,
            fixed: ["acks": "all", "delivery.report.only.error": "false"],
            events: Int32(RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS),
            logger: logger
        )
        guard let queue = rd_kafka_queue_get_main(client.pointer) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "the client has no queue")
        }
        wakeup.watch(queue)
        self.client = client
        self.wakeup = wakeup
        self.queue = queue
    }

    deinit { dismantle(within: .seconds(1)) }

    /// Queues one record; key, value and headers are copied. What becomes of it is told by `deliveryReports`.
    ///
    /// - Parameters:
    ///   - partition: `nil` lets the partitioner choose by the key.
    ///   - key: `nil` is no key, which is not the same as an empty one.
    ///   - value: `nil` makes a tombstone.
    ///   - timestamp: Milliseconds since 1970; `nil` is now.
    ///   - opaque: Comes back in the delivery report.
    /// - Throws: `isQueueFull` (retriable) when `queue.buffering.max.messages` or `.kbytes` wait already; anything else
    ///   concerns this record (too large, no such topic) or is fatal. Then there is no delivery report.
    public func produce(
        topic: String,
        partition: Int32? = nil,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: consuming ProducerHeaders? = nil,
        timestamp: Int64? = nil,
        opaque: UInt64 = 0
    ) throws(KafkaError) {
        guard !isClosed else { throw .closed }
        let handle = try handle(of: topic)
        // A null pointer means "none" to librdkafka, and an empty buffer may have one.
        var placeholder: UInt8 = 0
        let result = withUnsafePointer(to: &placeholder) { empty in
            penstock_kafka_produce(
                client.pointer, handle, partition ?? -1,
                key.map { $0.baseAddress ?? UnsafeRawPointer(empty) } ?? nil, key?.count ?? 0,
                value.map { $0.baseAddress ?? UnsafeRawPointer(empty) } ?? nil, value?.count ?? 0,
                timestamp ?? 0, headers?.pointer, UnsafeMutableRawPointer(bitPattern: UInt(opaque))
            )
        }
        if result == RD_KAFKA_RESP_ERR_NO_ERROR {
            headers?.relinquish()
        } else if result == RD_KAFKA_RESP_ERR__FATAL, let fatal = client.fatalError {
            throw fatal
        } else {
            if result != RD_KAFKA_RESP_ERR__QUEUE_FULL { forgetTopic() }
            throw KafkaError(result, "producing to \(topic) failed: \(String(cString: rd_kafka_err2str(result)))")
        }
    }

    private func handle(of topic: String) throws(KafkaError) -> OpaquePointer {
        if let lastTopic, lastTopic.name == topic { return lastTopic.handle }
        forgetTopic()
        guard let handle = rd_kafka_topic_new(client.pointer, topic, nil) else {
            throw KafkaError(rd_kafka_last_error(), "producing to \(topic) failed: no such topic can be")
        }
        lastTopic = (topic, handle)
        return handle
    }

    private func forgetTopic() {
        if let lastTopic { rd_kafka_topic_destroy(lastTopic.handle) }
        lastTopic = nil
    }

    /// The same for a record in Swift's own memory.
    public func produce(_ record: ProducerRecord, opaque: UInt64 = 0) throws(KafkaError) {
        var headers: ProducerHeaders? = nil
        if !record.headers.isEmpty {
            var list = ProducerHeaders(capacity: record.headers.count)
            for header in record.headers { Self.withBytes(header.value) { list.add(header.name, $0) } }
            headers = consume list
        }
        try Self.withBytes(record.key) { (key) throws(KafkaError) in
            try Self.withBytes(record.value) { (value) throws(KafkaError) in
                try produce(
                    topic: record.topic, partition: record.partition, key: key, value: value, headers: headers.take(),
                    timestamp: record.timestamp, opaque: opaque
                )
            }
        }
    }

    private static func withBytes<Failure: Error>(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        guard let bytes else { return try body(nil) }
        var failure: Failure?
        bytes.withUnsafeBytes { buffer in
            do throws(Failure) { try body(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Makes `wakeupDescriptor` unreadable. Look for delivery reports and events after this, not before.
    public func drainWakeup() { wakeup.drain() }

    /// Hands over all delivery reports that wait. Never waits.
    /// - Returns: How many there were.
    @discardableResult
    public func deliveryReports(_ body: (DeliveryReport) -> Void) -> Int {
        forEachReport { report, _ in body(report) }
    }

    /// The same, with the record that each report is about.
    @discardableResult
    public func forEachReport(_ body: (DeliveryReport, borrowing ReportedRecord) -> Void) -> Int {
        guard !isClosed else { return 0 }
        var count = 0
        while rd_kafka_queue_length(queue) > 0 {
            guard let event = rd_kafka_queue_poll(queue, 0) else { continue }
            defer { rd_kafka_event_destroy(event) }
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_DR:
                while let message = rd_kafka_event_message_next(event) {
                    count += 1
                    body(DeliveryReport(message), ReportedRecord(message))
                }
            case RD_KAFKA_EVENT_ERROR:
                events.append(.error(KafkaError(event: event)))
            case RD_KAFKA_EVENT_STATS:
                if let text = rd_kafka_event_stats(event) { events.append(.statistics(String(cString: text))) }
            default:
                break
            }
        }
        return count
    }

    /// The next event that `deliveryReports` came across, or `nil`.
    public func nextEvent() -> ProducerEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// Records that are queued or under way, and reports that were not taken.
    public var outstanding: Int { isClosed ? 0 : Int(rd_kafka_outq_len(client.pointer)) }

    /// The error that ended this producer for good, if there was one.
    public var fatalError: KafkaError? { isClosed ? nil : client.fatalError }

    /// Waits until every record has its delivery report, at most this long.
    /// - Returns: How many are still outstanding.
    @discardableResult
    public func flush(within limit: Duration, _ body: (DeliveryReport) -> Void = { _ in }) -> Int {
        guard !isClosed else { return 0 }
        let deadline = Deadline(in: limit)
        // Sends at once what still waits for company.
        rd_kafka_flush(client.pointer, 0)
        while true {
            wakeup.drain()
            deliveryReports(body)
            if outstanding == 0 || deadline.hasPassed { return outstanding }
            wakeup.wait(milliseconds: min(100, deadline.remaining.milliseconds + 1))
        }
    }

    /// Flushes, then frees everything. What is not acknowledged within the time is given up and reported so.
    /// - Returns: Whether every record was settled before.
    @discardableResult
    public func close(within limit: Duration = .seconds(5), _ body: (DeliveryReport) -> Void = { _ in }) -> Bool {
        guard !isClosed else { return true }
        let left = flush(within: limit, body)
        if left > 0 {
            rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            flush(within: .milliseconds(500), body)
        }
        dismantle(within: .seconds(1))
        return left == 0
    }

    private func dismantle(within limit: Duration) {
        guard !isClosed else { return }
        isClosed = true
        forgetTopic()
        WakeupDescriptor.unwatch(queue)
        rd_kafka_queue_destroy(queue)
        client.destroy(within: limit)
    }
}

extension ReportedRecord {
    fileprivate init(_ message: UnsafePointer<rd_kafka_message_t>) {
        self.init(
            partition: message.pointee.partition,
            key: UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len),
            value: UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len))
    }
}

extension DeliveryReport {
    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        opaque = UInt64(UInt(bitPattern: message.pointee._private))
        if let error = KafkaError.unlessSuccess(message.pointee.err) {
            result = .failure(error)
        } else {
            result = .success(RecordPosition(partition: message.pointee.partition, offset: message.pointee.offset))
        }
        persistence =
            switch rd_kafka_message_status(message) {
            case RD_KAFKA_MSG_STATUS_PERSISTED: .persisted
            case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED: .possiblyPersisted
            default: .notPersisted
            }
    }
}
