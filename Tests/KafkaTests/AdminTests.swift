import Kafka
import TestKit
import Testing

@Suite(.ownThread) struct AdminTests {
    private func admin(_ broker: BrokerAccess) throws -> Admin {
        try Admin(properties: broker.properties, logger: BrokerAccess.quiet)
    }

    @Test func topicsAreDescribedAndMissingOnesNamed() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 3)
        let admin = try admin(broker)
        try admin.checkReachable(within: .seconds(10))
        let description = try #require(try admin.describeTopics([topic], within: .seconds(10)).first)
        #expect(description.name == topic && description.partitions.map(\.number) == [0, 1, 2])
        #expect(description.partitions.allSatisfy { $0.leader != nil && !$0.replicas.isEmpty })
        #expect(try admin.topicExists(topic, within: .seconds(10)))

        let missing = BrokerAccess.uniqueName("missing")
        let error = #expect(throws: KafkaError.self) {
            try admin.describeTopics([topic, missing], within: .seconds(10))
        }
        #expect(error?.isUnknownTopic == true && error?.isUnreachable == false)
        #expect(error?.message.contains(missing) == true)
        // Asking did not create it.
        #expect(try !admin.topicExists(missing, within: .seconds(10)))
    }

    @Test func watermarksTellWhatATopicHolds() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        try produce(broker, topic, partition: 1, ["a", "b", "c"])
        let admin = try admin(broker)
        let found = try admin.watermarks(topic: topic, within: .seconds(10))
        #expect(
            found == [
                TopicPartition(topic: topic, partition: 0): Watermarks(low: 0, high: 0),
                TopicPartition(topic: topic, partition: 1): Watermarks(low: 0, high: 3),
            ]
        )
        let error = #expect(throws: KafkaError.self) {
            try admin.watermarks(topic: BrokerAccess.uniqueName("missing"), within: .seconds(10))
        }
        #expect(error?.isUnknownTopic == true)
    }

    @Test func lagIsKnownFromTheLastFetch() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let partition = TopicPartition(topic: topic, partition: 0)
        try produce(broker, topic, (0..<10).map { "\($0)" })
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        #expect(member.consumer.lag(of: partition, position: 0) == nil)
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.seen.count == 10 })
        #expect(member.consumer.lag(of: partition, position: 4) == 6)
        #expect(member.consumer.watermarks(of: partition)?.high == 10)
        #expect(member.consumer.close())
    }

    @Test func aGroupThatNeverWasHasCommittedNothing() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let partition = TopicPartition(topic: topic, partition: 0)
        let found = try admin(broker).groupOffsets(
            group: BrokerAccess.uniqueName("nobody"), partitions: [partition], within: .seconds(10)
        )
        #expect(found == [CommittedPosition(partition: partition, offset: nil, metadata: "")])
    }

    @Test(.needs(.topicAdministration)) func topicsAreCreatedAndDeleted() throws {
        let broker = try BrokerAccess()
        let admin = try admin(broker)
        let name = BrokerAccess.uniqueName("made")
        let new = NewTopic(name, partitions: 5, replication: 1, configuration: ["cleanup.policy": "compact"])
        #expect(try admin.createTopics([new], within: .seconds(15)) == [TopicOutcome(topic: name, error: nil)])
        #expect(try admin.describeTopics([name], within: .seconds(10)).first?.partitions.count == 5)
        let again = try admin.createTopics([new], within: .seconds(15))
        #expect(again.first?.error?.isTopicAlreadyExists == true)
        let wrong = try admin.createTopics(
            [NewTopic(BrokerAccess.uniqueName("w"), partitions: 1, configuration: ["no.such": "x"])],
            within: .seconds(15)
        )
        #expect(wrong.first?.error?.isRetriable == false)
        #expect(try admin.deleteTopics([name], within: .seconds(15)).first?.error == nil)
        let gone = try admin.deleteTopics([BrokerAccess.uniqueName("missing")], within: .seconds(15))
        #expect(gone.first?.error?.isUnknownTopic == true)
    }

    @Test(.needs(.timeLookup)) func offsetsAreFoundByTime() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let partition = TopicPartition(topic: topic, partition: 0)
        let producer = try Producer(properties: broker.properties, logger: BrokerAccess.quiet)
        for (number, time) in [1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000].enumerated() {
            try producer.produce(
                ProducerRecord(topic: topic, key: nil, value: [UInt8(number)], timestamp: Int64(time))
            )
        }
        #expect(producer.close(within: .seconds(20)))
        let admin = try admin(broker)
        #expect(try admin.offsets(atTimestamps: [partition: 1_700_000_000_500], within: .seconds(10)) == [partition: 1])
        #expect(try admin.offsets(atTimestamps: [partition: 1_800_000_000_000], within: .seconds(10)) == [:])
    }

    @Test(.needs(.faultInjection)) func theMockSaysThatItCreatesNoTopics() throws {
        let broker = try BrokerAccess()
        let error = #expect(throws: KafkaError.self) {
            try admin(broker).createTopics([NewTopic("t", partitions: 1, replication: 1)], within: .seconds(3))
        }
        #expect(error?.isUnsupported == true)
    }

    @Test(.needs(.faultInjection)) func theMockCreatesWhatIsProducedTo() throws {
        let broker = try BrokerAccess(brokers: 3)
        #expect(broker.bootstrapServers.split(separator: ",").count == 3)
        let topic = BrokerAccess.uniqueName("auto")
        try produce(broker, topic, ["a"])
        #expect(try admin(broker).describeTopics([topic], within: .seconds(10)).first?.partitions.count == 4)
        let mock = try #require(broker.mock)
        #expect(throws: KafkaError.self) { try mock.createTopic(topic, partitions: 1) }
    }

    @Test(.needs(.faultInjection)) func theMockDelaysItsAnswers() throws {
        let broker = try BrokerAccess()
        let mock = try #require(broker.mock)
        try mock.setRoundTripTime(broker: 1, .milliseconds(300))
        let began = ContinuousClock.now
        try admin(broker).checkReachable(within: .seconds(10))
        #expect(ContinuousClock.now - began >= .milliseconds(300))
    }
}

@Suite("Groups from outside", .ownThread) struct GroupAdminTests {
    private func admin(_ broker: BrokerAccess) throws -> Admin {
        try Admin(properties: broker.properties, logger: BrokerAccess.quiet)
    }

    @Test("offsets and metadata can be set for a group without members")
    func setOffsets() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let admin = try admin(broker)
        let group = BrokerAccess.uniqueName("g")
        let partitions = [0, 1].map { TopicPartition(topic: topic, partition: $0) }
        let results = try admin.setGroupOffsets(
            group: group,
            [
                OffsetCommit(partitions[0], offset: 7, metadata: "penstock-replay/1 {}"),
                OffsetCommit(partitions[1], offset: 0),
            ], within: .seconds(20))
        #expect(results.allSatisfy { $0.error == nil } && results.count == 2, "\(results)")
        let read = try admin.groupOffsets(group: group, partitions: partitions, within: .seconds(10))
        #expect(read.map(\.offset) == [7, 0] && read.map(\.metadata) == ["penstock-replay/1 {}", ""])
    }

    @Test(
        "offsets of a group with members are not set",
        .enabled(if: BrokerAccess.isReal, "the mock cluster refuses late or not at all"))
    func busyGroup() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let admin = try admin(broker)
        let partition = TopicPartition(topic: topic, partition: 0)
        let busy = BrokerAccess.uniqueName("g")
        let member = try Member(broker, group: busy)
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.consumer.assignment.count == 2 })
        var error: KafkaError?
        do throws(KafkaError) {
            error = try admin.setGroupOffsets(
                group: busy, [OffsetCommit(partition, offset: 7)], within: .seconds(20)
            ).compactMap(\.error).first
        } catch let refusal {
            error = refusal
        }
        #expect(error?.isGroupBusy == true, "\(String(describing: error))")
        #expect(member.consumer.close())
    }

    @Test("the members of a group are told, or that this broker cannot tell")
    func members() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let admin = try admin(broker)
        let group = BrokerAccess.uniqueName("g")
        guard BrokerAccess.isReal else {
            // Many times: a refusal must not break what the client answers afterwards.
            for _ in 0..<30 {
                let error = #expect(throws: KafkaError.self) { try admin.describeGroup(group, within: .seconds(10)) }
                #expect(error?.isUnsupported == true, "\(String(describing: error))")
            }
            let partition = TopicPartition(topic: topic, partition: 0)
            #expect(try admin.groupOffsets(group: group, partitions: [partition], within: .seconds(10)).count == 1)
            return
        }
        #expect(try admin.describeGroup(group, within: .seconds(10)).isStopped)
        let member = try Member(broker, group: group)
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.consumer.assignment.count == 2 })
        let description = try admin.describeGroup(group, within: .seconds(10))
        #expect(!description.isStopped && description.state == "Stable")
        #expect(description.members.map { Set($0.partitions).count } == [2])
        #expect(member.consumer.close())
    }
}
