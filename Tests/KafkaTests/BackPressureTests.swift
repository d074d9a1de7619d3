import Kafka
import TestKit
import Testing

/// Promise D8: what is fetched and not taken is bounded, and it is kept.
@Suite(.ownThread) struct BackPressureTests {
    @Test func aPausedPartitionIsNotTakenFromAndKeepsWhatItHas() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        for partition in 0..<2 { try produce(broker, topic, partition: Int32(partition), (0..<200).map { "\($0)" }) }
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        let paused = TopicPartition(topic: topic, partition: 1)
        // In advance, so that not even the first record comes.
        member.consumer.pause([paused])
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.seen.count == 200 && member.consumer.prefetchedCount(of: paused) >= 200 })
        #expect(member.seen.allSatisfy { $0.partition != paused })

        member.consumer.drainWakeup()
        #expect(!wait(for: [member.consumer.wakeupDescriptor], milliseconds: 0))
        // Everything is at hand: one turn after the signal, without a fetch.
        member.consumer.resume([paused])
        #expect(wait(for: [member.consumer.wakeupDescriptor], milliseconds: 0))
        member.turn()
        #expect(member.seen.count == 400)
        #expect(member.consumer.close())
    }

    @Test func ofAPartitionThatIsDoneWithNothingMoreIsFetched() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let done = TopicPartition(topic: topic, partition: 1)
        for partition in 0..<2 { try produce(broker, topic, partition: Int32(partition), ["a", "b"]) }
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.seen.count == 4 })
        member.consumer.endFetching(of: done)
        // A fetch that was under way when the reader was done may bring the first of them.
        for partition in 0..<2 { try produce(broker, topic, partition: Int32(partition), ["c"]) }
        #expect(turning([member]) { member.seen.count == 5 })
        for partition in 0..<2 { try produce(broker, topic, partition: Int32(partition), ["d"]) }
        #expect(turning([member]) { member.seen.count == 6 })
        #expect(!turning([member], for: .milliseconds(300)) { member.consumer.prefetchedCount(of: done) > 1 })
        #expect(member.seen.suffix(2).allSatisfy { $0.partition.partition == 0 } && member.seen.count == 6)
        #expect(member.consumer.close())
    }

    @Test func fetchingStopsAtTheBoundAndGoesOnBelowIt() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let partition = TopicPartition(topic: topic, partition: 0)
        let text = String(repeating: "x", count: 1000)
        // A fetch never cuts a producer's batch.
        try produce(broker, topic, Array(repeating: text, count: 2000), properties: ["batch.size": "20000"])
        let member = try Member(
            broker, group: BrokerAccess.uniqueName("g"),
            properties: [
                "queued.max.messages.kbytes": "128", "fetch.message.max.bytes": "40000",
                "heartbeat.interval.ms": "3000",
            ]
        )
        member.takesRecords = false
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.consumer.prefetchedCount(of: partition) > 60 })
        var held = 0
        repeat {
            held = member.consumer.prefetchedCount(of: partition)
        } while turning([member], for: .milliseconds(700)) { member.consumer.prefetchedCount(of: partition) > held }
        // The bound, and at most one fetch beyond it.
        #expect(held * 1000 < 128 * 1024 + 200_000)
        // Emptied at once and filled again, ten times. Without waking the fetching thread, each may cost a second.
        let began = ContinuousClock.now
        for _ in 0..<10 {
            while member.take(max: 500) > 0 {}
            #expect(turning([member]) { member.consumer.prefetchedCount(of: partition) > 60 })
        }
        #expect(ContinuousClock.now - began < .seconds(4))
        member.takesRecords = true
        #expect(turning([member]) { member.seen.count == 2000 })
        let offsets = member.seen.map(\.offset)
        #expect(offsets.elementsEqual(0..<2000))
        #expect(member.consumer.close())
    }

    /// Promise D12: polling counts, whether records are taken or not.
    @Test func aMemberThatTakesNothingStaysInTheGroup() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        try produce(broker, topic, ["a"])
        let member = try Member(
            broker, group: BrokerAccess.uniqueName("g"),
            properties: ["max.poll.interval.ms": "6000", "session.timeout.ms": "6000"]
        )
        member.takesRecords = false
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.assignment.count == 1 })
        #expect(!turning([member], for: .seconds(8)) { member.rebalanceCount > 1 || !member.errors.isEmpty })
        member.takesRecords = true
        #expect(turning([member]) { member.seen.count == 1 })
        #expect(member.consumer.close())
    }
}
