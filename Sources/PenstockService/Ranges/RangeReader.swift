import Flows
import Foundation
import Kafka
import Logging

/// Reads a part of a topic once, all partitions at the same time, without being a member of any group.
final class RangeReader {
    private let consumer: Consumer
    private let topic: String
    /// What is not read to its end yet.
    private var ends: [Int32: Int64] = [:]
    /// The offset to be read next, by partition: everything below was handed out, or is not there.
    private(set) var positions: [Int32: Int64] = [:]
    private var lastCame = ContinuousClock.now

    private static let quietTime = Duration.seconds(60)

    init(topic: String, _ ranges: OffsetRanges, client: ClientProperties, logger: Logger) throws(KafkaError) {
        consumer = try Consumer(
            properties: client.forReadingOnce, group: "penstock-reader-\(UUID().uuidString)", strategy: .range,
            reportsEnds: true, logger: logger)
        self.topic = topic
        for (number, range) in ranges.ranges {
            positions[number] = range.lowerBound
            if !range.isEmpty { ends[number] = range.upperBound }
        }
        try consumer.assign(
            ends.keys.sorted().map { number in
                PartitionStart(
                    TopicPartition(topic: topic, partition: number), at: .offset(positions[number] ?? 0))
            })
    }

    /// Whether everything was handed out.
    var isDone: Bool { ends.isEmpty }

    /// Hands out what has come of the range, waiting a little if there is nothing.
    /// - Throws: a `KafkaError` that will not pass, or when nothing has come for a minute.
    func next(max: Int = 1_000, within time: Duration = .milliseconds(200)) throws(KafkaError) -> [TopicReader.Record] {
        var records: [TopicReader.Record] = []
        let deadline = ContinuousClock.now + time
        while !isDone {
            consumer.drainWakeup()
            consumer.consumeBatch(max: max) { record in
                let number = consumer.partition(at: record.partition).partition
                guard let end = ends[number] else { return }
                if record.offset < end { records.append(TopicReader.Record(record, of: consumer)) }
                positions[number] = min(record.offset + 1, end)
                if record.offset + 1 >= end { finish(number, end) }
            }
            try takeEvents()
            if !records.isEmpty { lastCame = .now }
            let left = deadline - .now
            if !records.isEmpty || isDone || left <= .zero { break }
            wait(Swift.min(left, .milliseconds(100)))
        }
        if !isDone, .now - lastCame > RangeReader.quietTime {
            throw KafkaError(code: -185, message: "nothing more of the topic \(topic) came for a minute")
        }
        return records
    }

    private func takeEvents() throws(KafkaError) {
        while let event = consumer.nextEvent() {
            switch event {
            // The last offsets are no records: markers of transactions, or what compaction took.
            case .endReached(let partition):
                if let end = ends[partition.partition] { finish(partition.partition, end) }
            case .error(let error) where error.isFatal: throw error
            default: break
            }
        }
    }

    private func finish(_ number: Int32, _ end: Int64) {
        ends[number] = nil
        positions[number] = end
        consumer.endFetching(of: TopicPartition(topic: topic, partition: number))
    }

    private func wait(_ time: Duration) {
        var descriptor = pollfd(fd: consumer.wakeupDescriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, Int32(time / .milliseconds(1)))
    }

    func close() {
        consumer.close(within: .seconds(1))
    }
}
