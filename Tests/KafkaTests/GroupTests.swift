import Kafka
import TestKit
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Promise D6: a revocation is a request that is answered when the owner is ready.
@Suite(.ownThread) struct GroupTests {
    @Test(arguments: [AssignmentStrategy.range, .roundRobin])
    func eagerMembersShareWhatAllGaveBack(strategy: AssignmentStrategy) throws {
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
        #expect(first.unansweredRevocations.first?.count == 4)
        // The group waits for the answer, and the first member still commits.
        let partition = TopicPartition(topic: topic, partition: 0)
        first.consumer.commit([OffsetCommit(partition, offset: 1, metadata: "drained")])
        #expect(turning([first, second]) { !first.commitResults.isEmpty })
        // (The mock cluster refuses what Kafka accepts here.)
        if BrokerAccess.isReal { #expect(first.commitResults.first?.error == nil) }
        #expect(second.assignment.isEmpty)

        first.answersAtOnce = true
        first.answer()
        #expect(turning([first, second]) { first.assignment.count == 2 && second.assignment.count == 2 })
        #expect(first.assignment.isDisjoint(with: second.assignment))
        #expect(first.consumer.close() && second.consumer.close())
    }

    @Test(
        "D6: what is committed while the group is joined neither fails nor costs the assignment",
        .enabled(if: BrokerAccess.isReal, "the mock cluster refuses commits while it waits for members"))
    func commitsWhileJoining() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        let group = BrokerAccess.uniqueName("g")
        // The others hear of a rebalance late, and until then the first one waits for its group.
        let first = try Member(broker, group: group, strategy: .cooperativeSticky)
        let slow = try Member(
            broker, group: group, strategy: .cooperativeSticky, properties: ["heartbeat.interval.ms": "1500"])
        let members = [first, slow]
        for member in members { try member.consumer.subscribe([topic]) }
        #expect(turning(members) { first.assignment.count == 2 && slow.assignment.count == 2 })
        first.events = []
        let third = try Member(broker, group: group, strategy: .cooperativeSticky)
        try third.consumer.subscribe([topic])
        var offset: Int64 = 0
        let isShared = turning(members + [third]) {
            offset += 1
            first.consumer.commit(first.assignment.map { OffsetCommit($0, offset: offset, metadata: "") })
            return third.assignment.count >= 1 && first.assignment.count + slow.assignment.count <= 3
        }
        #expect(isShared)
        let losses = first.events.filter {
            if case .revoked(_, lost: true) = $0 { true } else { false }
        }
        #expect(losses.isEmpty)
        // What is held is replaced by what comes later, and only that is answered so.
        let failures = first.commitResults.compactMap(\.error)
        let others = failures.map(\.message).filter { !$0.contains("being joined") }
        #expect(others.isEmpty, "\(others)")
        #expect(first.consumer.close() && slow.consumer.close() && third.consumer.close())
    }

    @Test("What was given and never assigned is given back like the rest: the group does not wait for it")
    func unassignedPartitionsMove() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        let group = BrokerAccess.uniqueName("g")
        let first = try Member(broker, group: group, strategy: .cooperativeSticky)
        first.answersAtOnce = false
        try first.consumer.subscribe([topic])
        #expect(turning([first]) { !first.unansweredAssignments.isEmpty })
        first.unansweredAssignments = []
        try first.consumer.assign([])
        first.answersAtOnce = true

        let second = try Member(broker, group: group, strategy: .cooperativeSticky)
        try second.consumer.subscribe([topic])
        #expect(turning([first, second]) { second.assignment.count == 2 })
        #expect(first.consumer.close() && second.consumer.close())
    }

    @Test func cooperativeMembersGiveBackOnlyWhatMoves() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        let group = BrokerAccess.uniqueName("g")
        let first = try Member(broker, group: group, strategy: .cooperativeSticky)
        try first.consumer.subscribe([topic])
        #expect(turning([first]) { first.assignment.count == 4 })

        let second = try Member(broker, group: group, strategy: .cooperativeSticky)
        try second.consumer.subscribe([topic])
        first.answersAtOnce = false
        #expect(turning([first, second]) { !first.unansweredRevocations.isEmpty })
        let moving = try #require(first.unansweredRevocations.first)
        #expect(moving.count == 2)
        first.answersAtOnce = true
        first.answer()
        #expect(turning([first, second]) { second.assignment.count == 2 })
        #expect(first.assignment.count == 2 && second.assignment == Set(moving))
        for partition in 0..<4 { try produce(broker, topic, partition: Int32(partition), ["\(partition)"]) }
        #expect(turning([first, second]) { first.seen.count == 2 && second.seen.count == 2 })
        #expect(first.consumer.close() && second.consumer.close())
    }

    /// The mock cluster refuses a member that asks for its partitions later than the group's leader has shared them
    /// out, and then lets the group wait for nearly a session. Its round-trip time gives members the time they need.
    @Test(.needs(.faultInjection)) func aMemberThatIsNotTheLeaderMayBeLate() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        let group = BrokerAccess.uniqueName("g")
        let session = ["session.timeout.ms": "45000", "max.poll.interval.ms": "60000", "debug": "cgrp"]
        let joining = LogRecorder()
        let leader = try Member(
            broker, group: group, strategy: .cooperativeSticky, properties: session, logger: joining.logger)
        try leader.consumer.subscribe([topic])
        #expect(turning([leader]) { joining.texts.contains { $0.contains("-> wait-join") } })
        let late = LogRecorder { entry in
            if entry.metadata["facility"] == "JOINGROUP" { usleep(5_000) }
        }
        let follower = try Member(
            broker, group: group, strategy: .cooperativeSticky, properties: session, logger: late.logger)
        try follower.consumer.subscribe([topic])
        #expect(turning([leader, follower]) { !leader.assignment.isEmpty && !follower.assignment.isEmpty })
        #expect(leader.rebalanceCount == 1 && follower.rebalanceCount == 1)
        #expect(!late.texts.contains { $0.contains("SyncGroup error") })
        #expect(leader.consumer.close() && follower.consumer.close())
    }

    /// A group with more members than partitions. A member that waits for its group must be told apart from one for
    /// which there is nothing.
    @Test(arguments: AssignmentStrategy.allCases)
    func aMemberForWhichThereIsNothingIsToldSo(strategy: AssignmentStrategy) throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        let group = BrokerAccess.uniqueName("g")
        let members = try (0..<2).map { _ in try Member(broker, group: group, strategy: strategy) }
        for member in members { try member.consumer.subscribe([topic]) }
        func isTold(_ member: Member) -> Bool {
            member.events.contains { if case .assigned = $0 { true } else { false } }
        }
        #expect(turning(members) { members.allSatisfy(isTold) })
        #expect(turning(members) { members.map(\.assignment.count).sorted() == [0, 1] })
        // The one that leaves last waits for the rebalance after the other's leaving, on the mock cluster 5 seconds.
        for member in members { #expect(member.consumer.close(within: .seconds(15))) }
    }

    @Test func anAssignmentAnsweredLateStartsWhereItIsTold() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 1)
        try produce(broker, topic, partition: 0, (0..<10).map { "\($0)" })
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"))
        member.answersAtOnce = false
        member.start = .offset(7)
        try member.consumer.subscribe([topic])
        #expect(turning([member]) { !member.unansweredAssignments.isEmpty })
        // Nothing is fetched before the answer.
        #expect(!turning([member], for: .milliseconds(300)) { !member.seen.isEmpty })
        member.answer()
        #expect(turning([member]) { member.seen.count == 3 })
        #expect(member.seen.map(\.text) == ["7", "8", "9"])
        #expect(member.consumer.close())
    }

    /// KIP-345: a static member that closes does not leave, and finds its partitions again without a rebalance.
    @Test(.needs(.staticMembership)) func aStaticMemberComesBackToItsPartitions() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 4)
        let group = BrokerAccess.uniqueName("g")
        let first = try Member(
            broker, group: group, instanceID: "a",
            properties: ["session.timeout.ms": "20000", "max.poll.interval.ms": "60000"])
        let second = try Member(
            broker, group: group, instanceID: "b",
            properties: ["session.timeout.ms": "20000", "max.poll.interval.ms": "60000"])
        try first.consumer.subscribe([topic])
        try second.consumer.subscribe([topic])
        #expect(turning([first, second]) { first.assignment.count == 2 && second.assignment.count == 2 })
        let before = first.assignment
        let rebalances = second.rebalanceCount
        #expect(first.consumer.close())

        let again = try Member(
            broker, group: group, instanceID: "a",
            properties: ["session.timeout.ms": "20000", "max.poll.interval.ms": "60000"])
        try again.consumer.subscribe([topic])
        #expect(turning([again, second]) { again.assignment.count == 2 })
        #expect(again.assignment == before)
        #expect(second.rebalanceCount == rebalances)
        #expect(again.consumer.close() && second.consumer.close())
    }

    /// Promise D11 for the rest of the group: a member that leaves hands over at once, one that is killed after
    /// `session.timeout.ms`.
    @Test(arguments: [true, false])
    func whatAMemberLeavesIsTakenOver(inOrder: Bool) throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let group = BrokerAccess.uniqueName("g")
        let first = try Member(broker, group: group, strategy: .cooperativeSticky)
        let second = try Member(broker, group: group, strategy: .cooperativeSticky)
        try first.consumer.subscribe([topic])
        try second.consumer.subscribe([topic])
        #expect(turning([first, second]) { first.assignment.count == 1 && second.assignment.count == 1 })
        if inOrder { #expect(first.consumer.close()) } else { first.consumer.abandon() }
        #expect(turning([second]) { second.assignment.count == 2 })
        #expect(second.consumer.close())
    }

    @Test func whatIsKeptOverARebalanceIsReadWithoutGapsOrRepeats() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        let other = try broker.createTopic(partitions: 2)
        let texts = (0..<400).map { "\($0)" }
        for partition in 0..<2 { try produce(broker, topic, partition: Int32(partition), texts) }
        let member = try Member(broker, group: BrokerAccess.uniqueName("g"), strategy: .cooperativeSticky)
        try member.consumer.subscribe([topic])
        // A few records taken, many prefetched, one partition paused.
        let paused = TopicPartition(topic: topic, partition: 1)
        member.consumer.pause([paused])
        member.takesRecords = false
        #expect(turning([member]) { member.assignment.count == 2 && member.take(max: 10) > 0 })
        // Another subscription is another rebalance.
        for topics in [[topic, other], [topic], [topic, other]] {
            try member.consumer.subscribe(topics)
            #expect(turning([member]) { member.assignment.count == topics.count * 2 })
            #expect(turning([member]) { member.take(max: 10) > 0 })
        }
        #expect(member.consumer.isPaused(paused) && member.seen.allSatisfy { $0.partition != paused })
        member.consumer.resume([paused])
        member.takesRecords = true
        #expect(turning([member]) { member.seen.count >= 800 })
        for partition in 0..<2 {
            let offsets = member.seen.filter { $0.partition.partition == Int32(partition) }.map(\.offset)
            #expect(offsets.elementsEqual(0..<400))
        }
        #expect(member.consumer.close())
    }

    @Test func recordsOfARevokedPartitionAreNotDeliveredAnyMore() throws {
        let broker = try BrokerAccess()
        let topic = try broker.createTopic(partitions: 2)
        for partition in 0..<2 { try produce(broker, topic, partition: Int32(partition), (0..<500).map { "\($0)" }) }
        let group = BrokerAccess.uniqueName("g")
        let first = try Member(broker, group: group, strategy: .cooperativeSticky)
        try first.consumer.subscribe([topic])
        #expect(turning([first]) { first.assignment.count == 2 && !first.seen.isEmpty })
        // Prefetched and not taken when the partition goes.
        first.takesRecords = false
        let second = try Member(broker, group: group, strategy: .cooperativeSticky)
        try second.consumer.subscribe([topic])
        #expect(turning([first, second]) { second.assignment.count == 1 })
        let moved = try #require(second.assignment.first)
        let seenOfMoved = first.seen.filter { $0.partition == moved }.count
        first.takesRecords = true
        #expect(
            turning([first, second]) {
                first.seen.filter { $0.partition != moved }.count == 500
                    && second.seen.filter { $0.partition == moved }.count == 500
            })
        #expect(first.seen.filter { $0.partition == moved }.count == seenOfMoved)
        #expect(first.consumer.close() && second.consumer.close())
    }
}
