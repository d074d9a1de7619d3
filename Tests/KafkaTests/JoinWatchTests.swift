import Testing

@testable import Kafka

/// When commits are held: Kafka's `ApiKey`s are 11 JoinGroup, 12 Heartbeat, 13 LeaveGroup, 14 SyncGroup, 8 OffsetCommit.
@Suite("D6: joining a group") struct JoinWatchTests {
    @Test("it lasts from JoinGroup until SyncGroup is answered")
    func joining() {
        let watch = JoinWatch()
        #expect(!watch.isJoining)
        watch.sent(11)
        #expect(watch.isJoining)
        watch.answered(11)
        watch.sent(14)
        watch.sent(8)
        #expect(watch.isJoining)
        watch.answered(14)
        #expect(!watch.isJoining)
    }

    @Test("what only members send ends it, too: that join was given up", arguments: [12, 13] as [Int16])
    func givenUp(request: Int16) {
        let watch = JoinWatch()
        watch.sent(11)
        watch.sent(request)
        #expect(!watch.isJoining)
    }
}
