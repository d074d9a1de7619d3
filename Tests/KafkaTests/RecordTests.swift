import Kafka
import TestKit
import Testing

@Suite(.ownThread) struct RecordTests {
    @Test func keysValuesHeadersAndTimestampsArriveAsTheyWereProduced() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        try producer.produce(
            ProducerRecord(
                topic: topic, key: Array("k".utf8), value: Array("v".utf8),
                headers: [
                    .init("ce_id", "1"), .init("twice", [1]), .init("twice", [2]), .init("null", nil as [UInt8]?),
                    .init("empty", []),
                ],
                timestamp: 1_700_000_000_123
            ),
            opaque: 1
        )
        try producer.produce(ProducerRecord(topic: topic, key: nil, value: nil), opaque: 2)
        try producer.produce(ProducerRecord(topic: topic, key: [], value: []), opaque: 3)
        #expect(producer.close(within: .seconds(20)))

        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.seen.count >= 3 })
        let partition = TopicPartition(topic: topic, partition: 0)
        try #require(member.seen.count == 3)
        #expect(
            member.seen[0]
                == Seen(
                    partition: partition, offset: 0, key: Array("k".utf8), value: Array("v".utf8),
                    headers: [
                        .init(name: "ce_id", value: Array("1".utf8)), .init(name: "twice", value: [1]),
                        .init(name: "twice", value: [2]), .init(name: "null", value: nil),
                        .init(name: "empty", value: []),
                    ],
                    timestamp: 1_700_000_000_123
                )
        )
        #expect(member.seen[1].key == nil && member.seen[1].value == nil && member.seen[1].headers.isEmpty)
        #expect(member.seen[2].key == [] && member.seen[2].value == [] && member.seen[2].offset == 2)
        #expect(member.consumer.close())
    }
}
