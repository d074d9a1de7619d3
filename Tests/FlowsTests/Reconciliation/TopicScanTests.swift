import Kafka
import TestKit
import Testing

@testable import Flows

/// What is read of a topic that is folded, on a broker.
@Suite("Reading parts of a topic")
struct TopicScanTests {
    /// What a scan handed out, as `partition/offset`, and its parts when it ended.
    private func read(_ parts: [Int32: TopicScan.Part]) async throws -> (seen: [String], left: [TopicScan.Part]) {
        try await blocking {
            let broker = try BrokerAccess()
            let topic = try broker.createTopic(partitions: 2)
            let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
            for partition in [Int32](repeating: 0, count: 4) + [1, 1] {
                try producer.produce(ProducerRecord(topic: topic, partition: partition, key: [1], value: [2]))
            }
            #expect(producer.flush(within: .seconds(20)) == 0)
            producer.close()
            let scan = try TopicScan(topic, parts, client: broker.properties, logger: BrokerAccess.quiet)
            defer { scan.close() }
            var seen: [String] = []
            let isWhole = try scan.run {
                seen.append("\($1)/\($0.offset)")
            } afterBatch: {
                true
            }
            #expect(isWhole)
            return (seen.sorted(), scan.parts.sorted { $0.key < $1.key }.map(\.value))
        }
    }

    @Test("each part is read from its position to its end, and no further")
    func parts() async throws {
        let (seen, left) = try await read([0: .init(position: 1, end: 3), 1: .init(position: 0, end: 2)])
        #expect(seen == ["0/1", "0/2", "1/0", "1/1"])
        #expect(left == [.init(position: 3, end: 3), .init(position: 2, end: 2)])
    }

    @Test("a part whose last offsets hold no records, as behind a transaction, ends where the partition does")
    func markers() async throws {
        let (seen, left) = try await read([0: .init(position: 2, end: 9), 1: .init(position: 2, end: 2)])
        #expect(seen == ["0/2", "0/3"])
        #expect(left == [.init(position: 9, end: 9), .init(position: 2, end: 2)])
    }
}
