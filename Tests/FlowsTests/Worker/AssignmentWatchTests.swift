import Delivery
import Testing

@testable import Flows

/// A worker that does nothing and meets no error must say why.
@Suite("Waiting for partitions")
struct AssignmentWatchTests {
    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    @Test("waiting is told after the time that the group may take, and again each time it has doubled")
    func tells() {
        var watch = AssignmentWatch(patience: .seconds(15))
        watch.began(now: at(100))
        let told = (100...250).compactMap { second in watch.due(now: at(second)).map { (second, $0) } }
        #expect(told.map(\.0) == [115, 130, 160, 220])
        #expect(told.map(\.1) == [.seconds(15), .seconds(30), .seconds(60), .seconds(120)])
    }

    @Test("nothing is told once the group has answered, and the next wait counts anew")
    func ends() {
        var watch = AssignmentWatch(patience: .seconds(15))
        #expect(watch.due(now: at(1_000)) == nil)
        watch.began(now: at(100))
        watch.began(now: at(110))
        watch.ended()
        #expect(watch.due(now: at(1_000)) == nil)
        watch.began(now: at(1_000))
        #expect(watch.due(now: at(1_014)) == nil)
        #expect(watch.due(now: at(1_015)) == .seconds(15))
    }
}
