import Kafka
import TestKit
import Testing

@Suite(.ownThread) struct ProducerTests {
    /// Promise D10 rests on this: a record counts as stored when its report says so.
    @Test func everyRecordIsReportedWithItsNumber() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        for number in 0..<100 as Range<UInt64> {
            let record = ProducerRecord(topic: topic, partition: Int32(number % 2), key: nil, value: [1])
            try producer.produce(record, opaque: number == 99 ? .max : number)
        }
        var reports: [UInt64: DeliveryReport] = [:]
        while reports.count < 100 {
            try #require(wait(for: [producer.wakeupDescriptor], milliseconds: 20_000))
            producer.drainWakeup()
            producer.deliveryReports { reports[$0.opaque] = $0 }
        }
        #expect(Set(reports.keys) == Set(0..<99).union([.max]))
        #expect(reports.values.allSatisfy { $0.persistence == .persisted })
        let positions = Set(try reports.values.map { try $0.result.get() })
        #expect(positions == Set((0..<100).map { RecordPosition(partition: $0 % 2, offset: Int64($0 / 2)) }))
        #expect(producer.outstanding == 0 && producer.close())
    }

    /// The same key lands in the same partition as with Kafka's own clients (murmur2).
    @Test func keysArePartitionedAsByOtherClients() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        // toPositive(murmur2(key)) % 4, computed with Kafka's reference implementation.
        let expected: [(String, Int32)] = MurmurReference.partitions(of: ["a", "customer-17", "42", ""], count: 4)
        for (number, pair) in expected.enumerated() {
            try producer.produce(
                ProducerRecord(topic: topic, key: Array(pair.0.utf8), value: [1]), opaque: UInt64(number)
            )
        }
        var found: [UInt64: Int32] = [:]
        #expect(producer.close(within: .seconds(20)) { found[$0.opaque] = (try? $0.result.get())?.partition })
        for (number, pair) in expected.enumerated() where !pair.0.isEmpty {
            #expect(found[UInt64(number)] == pair.1, "\(pair.0)")
        }
    }

    @Test func aFullQueueIsRetriable() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let producer = try Producer(
            properties: try broker.properties(["queue.buffering.max.messages": "10", "linger.ms": "1000"]),
            logger: BrokerAccess.quiet
        )
        let record = ProducerRecord(topic: topic, key: nil, value: [1])
        let error = #expect(throws: KafkaError.self) { for _ in 0..<11 { try producer.produce(record) } }
        #expect(error?.isQueueFull == true && error?.isRetriable == true && error?.isFatal == false)
        #expect(producer.flush(within: .seconds(20)) == 0)
        try producer.produce(record)
        #expect(producer.close(within: .seconds(20)))
    }

    @Test func aRecordThatIsTooLargeIsRefusedForGood() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let producer = try Producer(
            properties: try broker.properties(["message.max.bytes": "1000"]), logger: BrokerAccess.quiet
        )
        let record = ProducerRecord(
            topic: topic, key: nil, value: Array(repeating: 1, count: 2000), headers: [.init("a", "b")]
        )
        let error = #expect(throws: KafkaError.self) { try producer.produce(record) }
        #expect(error?.name == "MSG_SIZE_TOO_LARGE" && error?.isRetriable == false)
        #expect(producer.outstanding == 0)
        producer.close()
    }

    @Test func whatCannotBeSentIsReportedAsNotPersisted() throws {
        let producer = try Producer(
            properties: ClientProperties(bootstrapServers: "127.0.0.1:1"), logger: BrokerAccess.quiet
        )
        try producer.produce(ProducerRecord(topic: "t", key: nil, value: [1]), opaque: 7)
        var reports: [DeliveryReport] = []
        let began = ContinuousClock.now
        #expect(!producer.close(within: .milliseconds(300)) { reports.append($0) })
        #expect(ContinuousClock.now - began < .seconds(4))
        #expect(reports.map(\.opaque) == [7] && reports.first?.persistence == .notPersisted)
        #expect(throws: KafkaError.self) { try producer.produce(ProducerRecord(topic: "t", key: nil, value: nil)) }
    }

    @Test func anUnreachableBrokerIsReported() throws {
        let producer = try Producer(
            properties: ClientProperties(bootstrapServers: "127.0.0.1:1"), logger: BrokerAccess.quiet
        )
        try producer.produce(ProducerRecord(topic: "t", key: nil, value: [1]))
        var errors: [KafkaError] = []
        while !errors.contains(where: \.isUnreachable) {
            try #require(wait(for: [producer.wakeupDescriptor], milliseconds: 10_000))
            producer.drainWakeup()
            producer.deliveryReports { _ in }
            while let event = producer.nextEvent() { if case .error(let error) = event { errors.append(error) } }
        }
        #expect(errors.allSatisfy { $0.isRetriable && !$0.isFatal } && producer.fatalError == nil)
        producer.close(within: .zero)
    }

    /// Idempotence: a batch that is sent again because its answer was lost stands once, and in order.
    @Test(.needs(.faultInjection)) func transientFaultsAreRetriedInOrder() throws {
        let broker = try BrokerAccess()
        let mock = try #require(broker.mock)
        let topic = try broker.createTopic(partitions: 1)
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        mock.fail(.produce, with: [.notEnoughReplicas, .notLeaderForPartition, .requestTimedOut])
        for number in 0..<100 as Range<UInt64> {
            try producer.produce(ProducerRecord(topic: topic, key: nil, value: [UInt8(number)]), opaque: number)
        }
        var offsets: [Int64?] = Array(repeating: nil, count: 100)
        #expect(producer.close(within: .seconds(30)) { offsets[Int($0.opaque)] = (try? $0.result.get())?.offset })
        #expect(offsets == (0..<100).map { Int64($0) })
    }

    @Test(.needs(.faultInjection)) func aRefusedRecordSaysWhy() throws {
        let broker = try BrokerAccess()
        let mock = try #require(broker.mock)
        let topic = try broker.createTopic(partitions: 1)
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        mock.fail(.produce, with: [.topicAuthorizationFailed])
        try producer.produce(ProducerRecord(topic: topic, key: nil, value: [1]), opaque: 3)
        var reports: [DeliveryReport] = []
        producer.flush(within: .seconds(20)) { reports.append($0) }
        #expect(reports.first?.opaque == 3 && reports.first?.persistence == .notPersisted)
        guard case .failure(let error)? = reports.first?.result else { return #expect(Bool(false)) }
        #expect(error.name == "TOPIC_AUTHORIZATION_FAILED" && !error.isRetriable)
        producer.close()
    }
}

/// Kafka's murmur2 as its documentation gives it, with the seed 0x9747b28c.
enum MurmurReference {
    static func partitions(of keys: [String], count: UInt32) -> [(String, Int32)] {
        keys.map { ($0, Int32((hash(Array($0.utf8)) & 0x7fff_ffff) % count)) }
    }

    static func hash(_ data: [UInt8]) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var h: UInt32 = 0x9747_b28c ^ UInt32(data.count)
        var i = 0
        while i + 4 <= data.count {
            var k = UInt32(data[i]) | UInt32(data[i + 1]) << 8 | UInt32(data[i + 2]) << 16 | UInt32(data[i + 3]) << 24
            k &*= m
            k ^= k >> 24
            k &*= m
            h = (h &* m) ^ k
            i += 4
        }
        for (shift, byte) in data[i...].enumerated().reversed() { h ^= UInt32(byte) << UInt32(8 * shift) }
        if i < data.count { h &*= m }
        h ^= h >> 13
        h &*= m
        return h ^ (h >> 15)
    }
}
