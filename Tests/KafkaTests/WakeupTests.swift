import Kafka
import TestKit
import Testing

/// The owner waits on one descriptor only, and misses nothing.
@Suite(.ownThread) struct WakeupTests {
    @Test func everyRecordWakesAnIdleOwner() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 3)
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.assignment.count == 3 })
        let producer = try Producer(
            properties: try broker.properties(["linger.ms": "0"]), logger: BrokerAccess.quiet
        )
        for number in 0..<60 {
            let record = ProducerRecord(topic: topic, partition: Int32(number % 3), key: nil, value: [UInt8(number)])
            try queue(record, on: producer)
            // The owner sleeps without a time limit of its own until the descriptor wakes it.
            while member.seen.count == number {
                try #require(wait(for: [member.consumer.wakeupDescriptor], milliseconds: 20_000))
                member.turn()
            }
        }
        #expect(Set(member.seen.map { $0.value?.first }) == Set((0..<60).map { UInt8($0) }))
        #expect(producer.close() && member.consumer.close())
    }

    @Test func aBatchThatLeavesRecordsBehindSignalsAgain() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        for partition in 0..<2 { try produce(broker, topic, partition: Int32(partition), (0..<500).map { "\($0)" }) }
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        member.takesRecords = false
        let holdsAll = { member.consumer.prefetchedCount(of: $0) >= 500 }
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.consumer.assignment.allSatisfy(holdsAll) && member.assignment.count == 2 })
        member.take(max: 7)
        while member.seen.count < 1000 {
            try #require(wait(for: [member.consumer.wakeupDescriptor], milliseconds: 20_000))
            member.turn()
            member.take(max: 7)
        }
        // In turn: neither partition is left behind while the other has records.
        #expect(member.seen.prefix(500).count { $0.partition.partition == 0 } > 200)
        for partition in 0..<2 {
            let offsets = member.seen.filter { $0.partition.partition == Int32(partition) }.map(\.offset)
            #expect(offsets.elementsEqual(0..<500))
        }
        #expect(member.consumer.close())
    }

    @Test func anIdleMemberSleeps() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        try produce(broker, topic, (0..<100).map { "\($0)" })
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.seen.count == 100 })
        var wakeups = 0
        let end = ContinuousClock.now + .seconds(1)
        while ContinuousClock.now < end {
            if wait(for: [member.consumer.wakeupDescriptor], milliseconds: 100) { wakeups += 1 }
            member.turn()
        }
        #expect(wakeups < 5)
        #expect(member.consumer.close())
    }
}
