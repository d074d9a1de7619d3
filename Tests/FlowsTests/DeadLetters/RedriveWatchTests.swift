import Kafka
import TestKit
import Testing

@testable import Flows

/// What a worker sees of redrives, on a broker.
@Suite("Following redrives")
struct RedriveWatchTests {
    private func write(_ records: [(RedriveRecord, Int32)], group: String, to broker: BrokerAccess) throws {
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        for (record, partition) in records {
            try producer.produce(
                ProducerRecord(
                    topic: RedriveRecord.topic(group: group), partition: partition, key: record.recordKey,
                    value: record.value))
        }
        #expect(producer.flush(within: .seconds(20)) == 0)
        producer.close()
    }

    private func key(_ name: String, _ through: Int64) -> RedriveRecord {
        .key(Array(name.utf8), KeyRedriven(through: through))
    }

    @Test("each partition is read from its beginning, in order, once, and goes on where it is when others come")
    func follow() async throws {
        try await blocking {
            let broker = try BrokerAccess()
            let group = BrokerAccess.uniqueName("group")
            try broker.mock?.createTopic(RedriveRecord.topic(group: group), partitions: 2)
            let mark = RedriveRecord.letter(
                .init(partition: 0, offset: 1), DeadLetterMark(state: .redriven, redrives: 1, time: 1))
            try write(
                [(key("A", 1), 0), (mark, 0), (key("A", 2), 0), (key("B", 7), 1)], group: group, to: broker)
            let watch = try RedriveWatch(group: group, client: broker.properties, logger: BrokerAccess.quiet)
            defer { watch.close() }
            var seen: [String] = []
            func read(_ partitions: [Int32]) throws {
                try watch.follow(partitions)
                let deadline = ContinuousClock.now + .seconds(20)
                repeat {
                    watch.drainWakeup()
                    try watch.take(max: 10) { partition, key, redriven in
                        seen.append("\(partition) \(String(decoding: key, as: UTF8.self)) \(redriven.through)")
                    }
                } while !partitions.allSatisfy(watch.isCaughtUp) && ContinuousClock.now < deadline
            }
            try read([0])
            #expect(seen == ["0 A 1", "0 A 2"])
            try write([(key("A", 3), 0)], group: group, to: broker)
            seen.removeAll()
            try read([0, 1])
            #expect(seen.sorted() == ["0 A 3", "1 B 7"], "what was read is not read again")
            seen.removeAll()
            try read([1])
            try read([0, 1])
            #expect(seen == ["0 A 1", "0 A 2", "0 A 3"], "a partition that was lost and comes back is read anew")
        }
    }
}
