import Delivery
import Testing

@testable import Flows

@Suite("Receipts that wait for company (D4)")
struct WaitingReceiptsTests {
    private let start = Instant(nanoseconds: 1_000_000_000)
    private let first = EventID(rawValue: 1)
    private let second = EventID(rawValue: 2)

    @Test("they wait while there is something else to start, and not longer than the patience from the first on")
    func waitWhileBusy() {
        var waiting = WaitingReceipts()
        #expect(waiting.deadline == nil)
        waiting.add(first, now: start)
        waiting.add(second, now: start + .milliseconds(9))
        #expect(waiting.deadline == start + WaitingReceipts.patience)
        #expect(waiting.takeDue(isIdle: false, now: start + .milliseconds(9)).isEmpty)
        #expect(waiting.takeDue(isIdle: false, now: start + WaitingReceipts.patience) == [first, second])
        #expect(waiting.deadline == nil)
    }

    @Test("with nothing else to start they are written at once, each once")
    func idle() {
        var waiting = WaitingReceipts()
        waiting.add(first, now: start)
        #expect(waiting.takeDue(isIdle: true, now: start) == [first])
        #expect(waiting.takeDue(isIdle: true, now: start).isEmpty)
    }

    @Test("the patience begins anew with the first that waits again")
    func anew() {
        var waiting = WaitingReceipts()
        waiting.add(first, now: start)
        _ = waiting.takeDue(isIdle: true, now: start)
        waiting.add(second, now: start + .seconds(1))
        #expect(waiting.deadline == start + .seconds(1) + WaitingReceipts.patience)
    }
}

@Suite("Assignments of partitions, counted (D6)")
struct AssignmentCountsTests {
    @Test("each by itself, and none before it was given")
    func counts() {
        var counts = AssignmentCounts()
        #expect(counts[3] == 0 && counts[-1] == 0)
        counts.changed(3)
        counts.changed(3)
        counts.changed(0)
        #expect(counts[3] == 2 && counts[0] == 1 && counts[1] == 0 && counts[4] == 0)
    }
}
