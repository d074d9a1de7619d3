import Kafka
import TestKit
import Testing

@Suite(.ownThread) struct FailureTests {
    private func reportedError(
        of consumer: Consumer, within limit: Duration, where isWanted: (KafkaError) -> Bool
    ) -> KafkaError? {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            consumer.drainWakeup()
            while let event = consumer.nextEvent() {
                switch event {
                case .error(let error), .partitionError(_, let error):
                    if isWanted(error) { return error }
                case .assigned(let partitions):
                    try? consumer.assign(partitions.map { PartitionStart($0, at: .earliest) })
                default: break
                }
            }
            _ = consumer.consumeBatch(max: 10) { _ in }
            wait(for: [consumer.wakeupDescriptor], milliseconds: 100)
        }
        return nil
    }

    @Test func anUnreachableBrokerIsReportedAndLogged() throws {
        let log = LogRecorder()
        let consumer = try Consumer(
            properties: ClientProperties(bootstrapServers: "127.0.0.1:1"), group: "g", logger: log.logger
        )
        try consumer.subscribe(["t"])
        let error = try #require(reportedError(of: consumer, within: .seconds(10)) { $0.isUnreachable })
        #expect(error.isRetriable && !error.isFatal && error.message.contains("127.0.0.1:1"))
        #expect(
            log.all.contains { $0.message == "librdkafka" && $0.metadata["facility"] == "FAIL" && $0.level <= .error })
        consumer.close(within: .seconds(1))
    }

    @Test func administrationSaysWhoDidNotAnswerAndWhy() throws {
        let admin = try Admin(properties: ClientProperties(bootstrapServers: "127.0.0.1:1"), logger: BrokerAccess.quiet)
        let began = ContinuousClock.now
        let error = #expect(throws: KafkaError.self) { try admin.checkReachable(within: .seconds(1)) }
        #expect(ContinuousClock.now - began < .seconds(3))
        #expect(error?.isUnreachable == true && error?.isUnknownTopic == false)
        #expect(error?.message.contains("127.0.0.1:1") == true)
        #expect(error?.message.contains("refused") == true)
        #expect(throws: KafkaError.self) { try admin.createTopics([NewTopic("t")], within: .seconds(1)) }
        #expect(throws: KafkaError.self) {
            try admin.groupOffsets(
                group: "g", partitions: [TopicPartition(topic: "t", partition: 0)], within: .seconds(1))
        }
        #expect(ContinuousClock.now - began < .seconds(8))
    }

    @Test(.needs(.topicAdministration)) func aTopicThatDoesNotExistIsReported() throws {
        let broker = try BrokerAccess()
        let missing = BrokerAccess.uniqueName("missing")
        let consumer = try Consumer(
            properties: broker.properties, group: BrokerAccess.uniqueName("g"), logger: BrokerAccess.quiet
        )
        try consumer.subscribe([missing])
        let error = try #require(reportedError(of: consumer, within: .seconds(20)) { $0.isUnknownTopic })
        #expect(error.message.contains(missing) && !error.isUnreachable)
        consumer.close()
    }

    @Test(.needs(.faultInjection)) func fetchingGoesOnAfterFaults() throws {
        let broker = try BrokerAccess()
        let mock = try #require(broker.mock)
        let topic = try broker.createTopic(partitions: 1)
        try produce(broker, topic, (0..<50).map { "\($0)" })
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        mock.fail(.findCoordinator, with: [.coordinatorNotAvailable])
        mock.fail(.joinGroup, with: [.notCoordinator])
        mock.fail(.fetch, with: [.notLeaderForPartition, .disconnect])
        mock.fail(.heartbeat, with: [.unknownMemberID])
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.seen.count >= 50 })
        #expect(member.errors.allSatisfy { !$0.isFatal })
        #expect(member.consumer.close())
    }

    @Test(.needs(.faultInjection)) func aTopicThatMayNotBeReadIsAnErrorOfItsPartition() throws {
        let broker = try BrokerAccess()
        let mock = try #require(broker.mock)
        let topic = try broker.createTopic(partitions: 1)
        try produce(broker, topic, ["a"])
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        try member.consumer.subscribe([topic])
        mock.fail(.fetch, with: Array(repeating: .topicAuthorizationFailed, count: 20))
        #expect(turning([member]) { member.errors.contains { $0.name == "TOPIC_AUTHORIZATION_FAILED" } })
        let partition = TopicPartition(topic: topic, partition: 0)
        #expect(
            member.events.contains { event in
                if case .partitionError(partition, _) = event { true } else { false }
            })
        #expect(member.errors.contains { $0.name == "TOPIC_AUTHORIZATION_FAILED" && !$0.isRetriable && !$0.isFatal })
        mock.stopFailing(.fetch)
        #expect(turning([member]) { member.seen.count == 1 })
        #expect(member.consumer.close())
    }

    /// Another member took this one's place: nothing can be done with it any more.
    @Test(.needs(.staticMembership)) func aFencedStaticMemberIsFatal() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let group = BrokerAccess.uniqueName("g")
        let first = try Member(broker, group: group, instanceID: "same")
        try first.consumer.subscribe([topic])
        #expect(turning([first]) { first.assignment.count == 1 })
        let second = try Member(broker, group: group, instanceID: "same")
        try second.consumer.subscribe([topic])
        #expect(turning([first, second]) { first.errors.contains { $0.isFatal } })
        let error = try #require(first.errors.first { $0.isFatal })
        #expect(error.name == "FENCED_INSTANCE_ID" && !error.isRetriable)
        #expect(first.consumer.fatalError?.name == "FENCED_INSTANCE_ID")
        first.consumer.close(within: .seconds(3))
        #expect(turning([second]) { second.assignment.count == 1 })
        #expect(second.consumer.close())
    }

    @Test(.needs(.faultInjection)) func aBrokerThatComesBackIsUsedAgain() throws {
        let broker = try BrokerAccess()
        let mock = try #require(broker.mock)
        let topic = try broker.createTopic(partitions: 1)
        try produce(broker, topic, ["a"])
        let member = try Member(
            broker, group: BrokerAccess.uniqueName("g"), properties: ["reconnect.backoff.max.ms": "500"])
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.seen.count == 1 })
        try mock.takeDown(broker: 1)
        #expect(turning([member]) { member.errors.contains { $0.isUnreachable } })
        try mock.bringUp(broker: 1)
        try produce(broker, topic, ["b"])
        #expect(turning([member]) { member.seen.contains { $0.text == "b" } })
        #expect(member.consumer.close())
    }
}
