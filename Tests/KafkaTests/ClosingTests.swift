import TestKit
import Testing

@testable import Kafka

/// Closing never hangs and never aborts, whatever the group is doing at the moment. (librdkafka 2.0.2 has assertions
/// that a careless order of calls runs into.)
@Suite(.ownThread) struct ClosingTests {
    @Test(arguments: AssignmentStrategy.allCases)
    func beforeTheFirstAssignment(strategy: AssignmentStrategy) throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let group = BrokerAccess.uniqueName("g")
        for pause in [0, 5, 30, 100, 300] {
            let member = try Member(broker, group: group, strategy: strategy)
            try member.consumer.subscribe([topic])
            _ = turning([member], for: .milliseconds(pause)) { false }
            let began = ContinuousClock.now
            member.consumer.close(within: .seconds(5))
            #expect(ContinuousClock.now - began < .seconds(8))
        }
    }

    @Test(arguments: AssignmentStrategy.allCases, [false, true])
    func inTheMiddleOfARebalance(strategy: AssignmentStrategy, closeTheNewOne: Bool) throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        let group = BrokerAccess.uniqueName("g")
        let first = try Member(broker, group: group, strategy: strategy)
        try first.consumer.subscribe([topic])
        #expect(turning([first]) { first.assignment.count == 4 })
        let second = try Member(broker, group: group, strategy: strategy)
        try second.consumer.subscribe([topic])
        first.answersAtOnce = false
        #expect(turning([first, second]) { !first.unansweredRevocations.isEmpty })

        // One of them goes while the revocation is unanswered.
        let (going, staying) = closeTheNewOne ? (second, first) : (first, second)
        let began = ContinuousClock.now
        going.consumer.close(within: .seconds(5))
        #expect(ContinuousClock.now - began < .seconds(8))
        staying.answersAtOnce = true
        staying.answer()
        #expect(turning([staying]) { staying.assignment.count == 4 })
        #expect(staying.consumer.close())
    }

    @Test func withAnAssignmentUnanswered() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        for strategy in AssignmentStrategy.allCases {
            let member = try Member(broker, group: BrokerAccess.uniqueName("g"), strategy: strategy)
            member.answersAtOnce = false
            try member.consumer.subscribe([topic])
            #expect(turning([member]) { !member.unansweredAssignments.isEmpty })
            #expect(member.consumer.close(within: .seconds(5)), "\(strategy)")
        }
    }

    /// The group has answered the request to join, and not yet said what is assigned.
    @Test(.needs(.faultInjection), arguments: AssignmentStrategy.allCases)
    func betweenJoiningAndTheFirstAssignment(strategy: AssignmentStrategy) throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        try broker.mock?.fail(.syncGroup, onBroker: 1, with: .none, after: .seconds(3))
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"), strategy: strategy)
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.consumer.rebalanceProtocol != "NONE" })
        #expect(member.assignment.isEmpty)
        let began = ContinuousClock.now
        member.consumer.close(within: .seconds(5))
        #expect(ContinuousClock.now - began < .seconds(8))
    }

    @Test func withoutABroker() throws {
        for strategy in AssignmentStrategy.allCases {
            let consumer = try Consumer(
                properties: ClientProperties(bootstrapServers: "127.0.0.1:1"), group: "g", strategy: strategy,
                logger: BrokerAccess.quiet
            )
            try consumer.subscribe(["t"])
            let began = ContinuousClock.now
            consumer.close(within: .seconds(2))
            #expect(ContinuousClock.now - began < .seconds(5))
        }
    }

    @Test func waitsForCommitsUnderWay() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let partition = TopicPartition(topic: topic, partition: 0)
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { member.assignment.count == 1 })
        member.consumer.commit([OffsetCommit(partition, offset: 5)])
        var results: [CommitResult] = []
        let isInOrder = member.consumer.close { event in
            if case .committed(let some) = event { results += some }
        }
        #expect(isInOrder)
        #expect(results == [CommitResult(partition: partition, offset: 5, error: nil)])
    }

    @Test func aClosedConsumerRefusesQuietly() throws {
        let broker = try BrokerAccess()
        let consumer = try Consumer(properties: broker.properties, group: "g", logger: BrokerAccess.quiet)
        #expect(consumer.close())
        #expect(consumer.close())
        #expect(consumer.nextEvent() == nil)
        #expect(consumer.consumeBatch(max: 10) { _ in } == 0)
        #expect(throws: KafkaError.self) { try consumer.subscribe(["t"]) }
        #expect(throws: KafkaError.self) { try consumer.assign([]) }
        consumer.commit([OffsetCommit(TopicPartition(topic: "t", partition: 0), offset: 1)])
        consumer.pause([TopicPartition(topic: "t", partition: 0)])
        consumer.drainWakeup()
    }
}
