import Foundation
import JSON
import Kafka
import Logging

/// Reads parts of a topic's partitions from one offset to another, without being a member of any group and without a copy
/// of any record.
final class TopicScan {
    /// The offsets of a partition that are read.
    struct Part: Sendable, Equatable, Codable {
        /// The next one.
        var position: Int64
        /// The one behind the last.
        var end: Int64

        var isDone: Bool { position >= end }
    }

    private static let quietTime = Duration.seconds(10)

    private let topic: String
    private let consumer: Consumer
    private(set) var parts: [Int32: Part]

    init(_ topic: String, _ parts: [Int32: Part], client: ClientProperties, logger: Logger) throws(KafkaError) {
        self.topic = topic
        self.parts = parts
        consumer = try Consumer(
            properties: client.forReadingOnce, group: "penstock-reader-\(UUID().uuidString)", strategy: .range,
            reportsEnds: true, logger: logger)
        try consumer.assign(
            parts.filter { !$0.value.isDone }.sorted { $0.key < $1.key }.map { partition, part in
                PartitionStart(TopicPartition(topic: topic, partition: partition), at: .offset(part.position))
            })
    }

    /// Where the topic begins and ends now, as parts that are still to be read.
    static func whole(_ topic: String, _ admin: Admin) throws(KafkaError) -> [Int32: Part] {
        var parts: [Int32: Part] = [:]
        for (partition, marks) in try admin.watermarks(topic: topic, within: .seconds(30)) {
            parts[partition.partition] = Part(position: marks.low, end: marks.high)
        }
        return parts
    }

    /// Reads to the ends.
    ///
    /// - Parameters:
    ///   - body: told the source partition, too. What it is given is valid inside it only.
    ///   - afterBatch: called every now and then, also when nothing came; gives false to end early.
    /// - Returns: whether the ends were reached.
    /// - Throws: also when nothing comes any more.
    func run(_ body: (borrowing RecordView, Int32) -> Void, afterBatch: () throws -> Bool) throws -> Bool {
        var lastCame = ContinuousClock.now
        while parts.contains(where: { !$0.value.isDone }) {
            consumer.drainWakeup()
            try takeEvents()
            let count = consumeBatch(body)
            if count > 0 { lastCame = .now }
            guard try afterBatch() else { return false }
            guard .now - lastCame < TopicScan.quietTime else {
                throw ReconcileFailure.brokersStopped(topic: topic)
            }
            if count == 0 { wait() }
        }
        return true
    }

    /// Records of a partition come many at a time: its part is looked up when another one's come.
    private func consumeBatch(_ body: (borrowing RecordView, Int32) -> Void) -> Int {
        var index: PartitionIndex?
        var partition: Int32 = 0
        var part = Part(position: 0, end: 0)
        let count = consumer.consumeBatch(max: 1_000) { record in
            if record.partition != index {
                if index != nil { put(part, partition) }
                index = record.partition
                partition = consumer.partition(at: record.partition).partition
                part = parts[partition] ?? Part(position: 0, end: 0)
            }
            if record.offset < part.end { body(record, partition) }
            // Offsets have gaps: the first one behind the end ends the part as well.
            part.position = min(record.offset + 1, part.end)
        }
        if index != nil { put(part, partition) }
        return count
    }

    private func put(_ part: Part, _ partition: Int32) {
        parts[partition] = part
        if part.isDone { consumer.endFetching(of: TopicPartition(topic: topic, partition: partition)) }
    }

    private func takeEvents() throws(KafkaError) {
        while let event = consumer.nextEvent() {
            switch event {
            case .error(let error) where error.isFatal: throw error
            // The last offsets are no records: markers of transactions, or what compaction took.
            case .endReached(let partition):
                guard var part = parts[partition.partition], !part.isDone else { break }
                part.position = part.end
                put(part, partition.partition)
            default: break
            }
        }
    }

    private func wait() {
        var descriptor = pollfd(fd: consumer.wakeupDescriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, 100)
    }

    func close() {
        consumer.close(within: .seconds(1))
    }
}
