import Foundation
import Kafka
import Logging

/// Reads the records of a topic without being a member of any group: nothing is committed, nobody is disturbed.
public final class TopicReader {
    /// A record, copied.
    public struct Record: Sendable {
        public let partition: TopicPartition
        public let offset: Int64
        /// Milliseconds since 1970.
        public let timestamp: Int64?
        public let key: [UInt8]?
        public let value: [UInt8]?
        public let headers: [(name: String, value: [UInt8]?)]

        /// The value of the last header of this name, as text.
        public func header(_ name: String) -> String? {
            headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private let consumer: Consumer
    private let topic: String
    private let start: StartOffset
    private let client: ClientProperties
    private let timeout: Duration
    private let logger: Logger
    /// The offsets to be read next by ``readOn(within:_:)``.
    private var positions: [TopicPartition: Int64] = [:]

    /// - Throws: `KafkaError` when the broker does not answer or the topic does not exist.
    public init(
        topic: String, from start: StartOffset, client: ClientProperties, timeout: Duration, logger: Logger
    ) throws(KafkaError) {
        let admin = try Admin(properties: client, logger: logger)
        let partitions = try admin.describeTopics([topic], within: timeout).flatMap(\.topicPartitions)
        // A group of its own name that never commits and is never joined: partitions are assigned by hand.
        consumer = try Consumer(
            properties: client.withoutMembership, group: "penstock-reader-\(UUID().uuidString)", strategy: .range,
            logger: logger)
        self.topic = topic
        self.start = start
        self.client = client
        self.timeout = timeout
        self.logger = logger
        try consumer.assign(partitions.map { PartitionStart($0, at: start) })
    }

    /// Takes what has arrived, waiting for it if there is nothing.
    /// - Returns: no records when none came within the time.
    /// - Throws: a `KafkaError` that will not pass.
    public func next(within time: Duration, max: Int = 1_000) throws(KafkaError) -> [Record] {
        let deadline = ContinuousClock.now + time
        var records: [Record] = []
        while true {
            consumer.drainWakeup()
            while let event = consumer.nextEvent() {
                if case .error(let error) = event, error.isFatal { throw error }
            }
            consumer.consumeBatch(max: max) { records.append(Record($0, of: consumer)) }
            let left = deadline - .now
            if !records.isEmpty || left <= .zero { return records }
            wait(Swift.min(left, .milliseconds(200)))
        }
    }

    /// Reads everything that the topic holds now, from where reading begins.
    ///
    /// The end may be records that are never handed out: markers of transactions, or what compaction took. It counts as
    /// reached when nothing has come for ``quietTime``.
    public func readToEnd(within time: Duration) throws(KafkaError) -> [Record] {
        var records: [Record] = []
        _ = try readOn(within: time) { records.append($0) }
        return records
    }

    /// Reads everything that the topic holds now and that was not read yet; may be called again and again.
    /// - Returns: whether the end was reached, and not only the time was over or nothing came for ``quietTime``.
    public func readOn(within time: Duration, _ body: (Record) -> Void) throws(KafkaError) -> Bool {
        let deadline = ContinuousClock.now + time
        var left = try unread(within: timeout)
        var lastCame = ContinuousClock.now
        while !left.isEmpty, ContinuousClock.now < deadline, .now - lastCame < TopicReader.quietTime {
            for record in try next(within: .milliseconds(200)) {
                body(record)
                positions[record.partition] = record.offset + 1
                lastCame = .now
                if let end = left[record.partition], record.offset + 1 >= end { left[record.partition] = nil }
            }
        }
        return left.isEmpty
    }

    private static let quietTime = Duration.seconds(10)

    /// The ends of the partitions that hold something that was not read.
    private func unread(within time: Duration) throws(KafkaError) -> [TopicPartition: Int64] {
        let admin = try Admin(properties: client, logger: logger)
        return try admin.watermarks(topic: topic, within: time)
            .filter { $0.value.high > max(first(in: $0.value), positions[$0.key] ?? 0) }
            .mapValues(\.high)
    }

    /// The offset of the first record that will be read.
    private func first(in marks: Watermarks) -> Int64 {
        switch start {
        case .earliest, .committed: marks.low
        case .latest: marks.high
        case .offset(let offset): max(offset, marks.low)
        }
    }

    public func close() {
        consumer.close()
    }

    private func wait(_ time: Duration) {
        var descriptor = pollfd(fd: consumer.wakeupDescriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, Int32(time / .milliseconds(1)))
    }
}

extension TopicReader.Record {
    init(_ record: borrowing RecordView, of consumer: Consumer) {
        self.init(
            partition: consumer.partition(at: record.partition), offset: record.offset, timestamp: record.timestamp,
            key: record.key.map { Array($0) }, value: record.value.map { Array($0) },
            headers: record.headers.map { header in
                (String(decoding: header.name, as: UTF8.self), header.value.map { Array($0) })
            })
    }
}
