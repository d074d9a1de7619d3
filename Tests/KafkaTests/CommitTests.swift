import Kafka
import TestKit
import Testing

/// Promise D7: offset and metadata are committed together and come back together.
@Suite(.ownThread) struct CommitTests {
    @Test func offsetAndMetadataComeBackInOneAnswer() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 3)
        let partitions = (0..<3).map { TopicPartition(topic: topic, partition: $0) }
        try produce(broker, topic, partition: 0, ["a", "b"])
        let group = BrokerAccess.uniqueName("g")
        let member = try Member(broker, group: group)
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.assignment.count == 3 })
        let metadata = String(repeating: "settled-ahead ✓ ", count: 200)
        member.consumer.commit([
            OffsetCommit(partitions[0], offset: 2, metadata: metadata), OffsetCommit(partitions[1], offset: 0),
        ])
        #expect(turning([member]) { member.commitResults.count == 2 })
        #expect(member.commitResults.allSatisfy { $0.error == nil })
        #expect(Set(member.commitResults.map(\.offset)) == [2, 0])

        let request = member.consumer.requestCommittedPositions(partitions)
        #expect(turning([member]) { member.positions(request) != nil })
        let answer = try #require(try member.positions(request)?.get())
        let byPartition = Dictionary(uniqueKeysWithValues: answer.map { ($0.partition, $0) })
        #expect(byPartition[partitions[0]]?.offset == 2 && byPartition[partitions[0]]?.metadata == metadata)
        #expect(byPartition[partitions[1]]?.offset == 0 && byPartition[partitions[1]]?.metadata == "")
        #expect(byPartition[partitions[2]]?.offset == nil && byPartition[partitions[2]]?.error == nil)
        #expect(member.consumer.close())

        let admin = try Admin(properties: broker.properties, logger: BrokerAccess.quiet)
        let seen = try admin.groupOffsets(group: group, partitions: partitions, within: .seconds(10))
        #expect(seen.first { $0.partition == partitions[0] }?.metadata == metadata)
    }

    @Test func askingForNothingIsAnswered() throws {
        let broker = try BrokerAccess()
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        let request = member.consumer.requestCommittedPositions([])
        #expect(turning([member]) { member.positions(request) != nil })
        #expect(try member.positions(request)?.get() == [])
    }

    @Test func positionsAreAskedForBeforeAnAssignmentIsAnswered() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let partition = TopicPartition(topic: topic, partition: 0)
        try produce(broker, topic, partition: 0, ["a", "b", "c"])
        let group = BrokerAccess.uniqueName("g")
        for expected in [nil, 2] as [Int64?] {
            let member = try Member(broker, group: group)
            member.answersAtOnce = false
            try member.consumer.subscribe([topic])
            #expect(turning([member]) { !member.unansweredAssignments.isEmpty })
            let request = member.consumer.requestCommittedPositions([partition])
            #expect(turning([member]) { member.positions(request) != nil })
            let position = try #require(try member.positions(request)?.get().first)
            #expect(position.offset == expected)
            member.start = position.offset.map { .offset($0) } ?? .earliest
            member.answer()
            #expect(turning([member]) { member.seen.count == (expected == nil ? 3 : 1) })
            member.consumer.commit([OffsetCommit(partition, offset: 2, metadata: "m")])
            #expect(member.consumer.close())
        }
    }

    @Test(.needs(.faultInjection))
    func aRefusedCommitSaysWhy() throws {
        let broker = try BrokerAccess()
        let mock = try #require(broker.mock)
        let topic = try broker.createTopic(partitions: 1)
        let partition = TopicPartition(topic: topic, partition: 0)
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.assignment.count == 1 })
        mock.fail(.offsetCommit, with: [.groupAuthorizationFailed])
        member.consumer.commit([OffsetCommit(partition, offset: 1)])
        #expect(turning([member]) { member.commitResults.count == 1 })
        let error = try #require(member.commitResults.first?.error)
        #expect(error.name == "GROUP_AUTHORIZATION_FAILED" && !error.isRetriable)
        member.consumer.commit([OffsetCommit(partition, offset: 1)])
        #expect(turning([member]) { member.commitResults.count == 2 })
        #expect(member.commitResults.last?.error == nil)
        #expect(member.consumer.close())
    }

    @Test func withoutABrokerTheQuestionIsAnsweredWithAnError() throws {
        let consumer = try Consumer(
            properties: ClientProperties(bootstrapServers: "127.0.0.1:1"), group: "g", logger: BrokerAccess.quiet
        )
        consumer.positionsTimeout = .milliseconds(500)
        let request = consumer.requestCommittedPositions([TopicPartition(topic: "t", partition: 0)])
        var failure: KafkaError?
        let deadline = ContinuousClock.now + .seconds(10)
        while failure == nil, ContinuousClock.now < deadline {
            consumer.drainWakeup()
            while let event = consumer.nextEvent() {
                if case .positions(request, .failure(let error)) = event { failure = error }
            }
            wait(for: [consumer.wakeupDescriptor], milliseconds: 200)
        }
        #expect(failure?.isRetriable == true)
        consumer.close(within: .seconds(1))
    }
}
