import Delivery
import Testing

@testable import Flows

@Suite("A process that stood still (D2, D4)")
struct StandstillWatchTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    @Test("is noticed by a turn that took longer than half the session time-out, once")
    func noticed() {
        var watch = StandstillWatch(sessionTimeout: .seconds(6), now: start)
        #expect(watch.turned(start + .seconds(1)) == nil)
        #expect(watch.turned(start + .seconds(4)) == nil, "three seconds, just half of it")
        let late = start + .milliseconds(7_001)
        #expect(watch.turned(late) == .milliseconds(3_001))
        #expect(watch.turned(late + .milliseconds(1)) == nil)
    }

    @Test("is not what the longest wait of a worker looks like, with the shortest session there is")
    func waits() {
        #expect(StandstillWatch(sessionTimeout: .seconds(6), now: start).limit > .seconds(2))
    }
}
