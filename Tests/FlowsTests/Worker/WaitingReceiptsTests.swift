import Delivery
import Receipts
import Testing

@testable import Flows

@Suite("Receipts that wait for company (D4)")
struct WaitingReceiptsTests {
    private let start = Instant(nanoseconds: 1_000_000_000)
    private let patience = WaitingReceipts.patience

    @Test("they wait while there is something else to start, and not longer than the patience from the first on")
    func waitWhileBusy() {
        var waiting = WaitingReceipts()
        #expect(waiting.isEmpty && waiting.deadline(after: patience) == nil)
        waiting.batch(of: 2, now: start).add(event(1), assignment: 1)
        waiting.batch(of: 2, now: start + .milliseconds(9)).add(event(2), assignment: 1)
        #expect(waiting.deadline(after: patience) == start + patience)
        #expect(waiting.takeDue(after: patience, now: start + .milliseconds(9)) == nil)
        let due = waiting.takeDue(after: patience, now: start + patience)
        #expect(due?.partition == 2)
        #expect(due.map { taken($0.batch).map(\.event) } == [event(1), event(2)])
        #expect(waiting.isEmpty)
    }

    @Test("how long they wait follows from what else there is to start, and from what waits behind its key")
    func choice() {
        var core = Core(
            CoreConfiguration(systems: [SystemLimits(concurrency: 1)], records: true), seed: 1)
        var actions: [Action] = []
        core.assigned(PartitionID(0), position: nil, now: start, into: &actions)
        func fetch(_ keys: [UInt64], from first: Int64) {
            for (index, key) in keys.enumerated() {
                _ = core.fetched(
                    PartitionID(0), offset: first + Int64(index), key: key, byteCount: 1, now: start, into: &actions)
            }
        }
        func patience(isLeaving: Bool = false) -> Duration { WaitingReceipts.patience(core, isLeaving: isLeaving) }
        #expect(patience() == .zero, "nothing to do")
        fetch([1], from: 0)
        #expect(patience() == .zero, "all that there is runs")
        fetch([2, 3, 4], from: 1)
        #expect(patience() == WaitingReceipts.patience, "three wait for the system")
        #expect(patience(isLeaving: true) == .zero)
        fetch([1, 2], from: 4)
        #expect(patience() == WaitingReceipts.patienceForKeys, "two of six wait behind others of their keys")
        #expect(patience(isLeaving: true) == .zero)
    }

    @Test("with nothing else to start all are written at once, each once")
    func idle() {
        var waiting = WaitingReceipts()
        waiting.batch(of: 0, now: start).add(event(1), assignment: 1)
        waiting.batch(of: 5, now: start).add(event(2), assignment: 1)
        var events: [EventID] = []
        while let due = waiting.takeDue(after: .zero, now: start) { events += taken(due.batch).map(\.event) }
        #expect(events == [event(1), event(2)])
        #expect(waiting.isEmpty)
    }

    @Test("each partition has its own patience, which begins anew with the first that waits again")
    func perPartition() {
        var waiting = WaitingReceipts()
        waiting.batch(of: 0, now: start).add(event(1), assignment: 1)
        waiting.batch(of: 1, now: start + .milliseconds(50)).add(event(2), assignment: 1)
        let now = start + patience
        #expect(waiting.takeDue(after: patience, now: now).map { taken($0.batch).count } == 1)
        #expect(waiting.takeDue(after: patience, now: now) == nil)
        #expect(waiting.deadline(after: patience) == now + .milliseconds(50))
        waiting.batch(of: 0, now: now + .milliseconds(10)).add(event(3), assignment: 1)
        #expect(waiting.takeDue(after: patience, now: now + .milliseconds(50))?.partition == 1)
        #expect(waiting.deadline(after: patience) == now + .milliseconds(10) + patience)
    }

    @Test("their records come out as they went in, in order, beside those that are encoded later")
    func bytes() {
        let batch = ReceiptBatch()
        batch.add(event(1), assignment: 7) {
            $0.append("key 1")
        } value: {
            $0.append("value 1")
        }
        batch.add(event(2), assignment: 7)
        batch.add(event(3), assignment: 8) {
            $0.append("key 3")
        } value: { _ in
        }
        let entries = taken(batch)
        #expect(entries.map(\.event) == [event(1), event(2), event(3)])
        #expect(entries.map(\.assignment) == [7, 7, 8])
        #expect(entries.map(\.text) == ["key 1=value 1", "later", "key 3="])
        #expect(batch.isEmpty && taken(batch).isEmpty)
    }

    private func event(_ number: UInt64) -> EventID { EventID(rawValue: number) }

    private func taken(_ batch: ReceiptBatch) -> [(event: EventID, assignment: Int, text: String)] {
        var entries: [(event: EventID, assignment: Int, text: String)] = []
        batch.takeAll { entry, key, value in
            let text =
                if case .ofKey = entry.content { "later" } else {
                    "\(String(decoding: key, as: UTF8.self))=\(String(decoding: value, as: UTF8.self))"
                }
            entries.append((entry.event, entry.assignment, text))
        }
        return entries
    }
}

@Suite("Receipts under way")
struct ReceiptsUnderWayTests {
    private let receipt = ReceiptsUnderWay.Receipt(
        effect: EffectID(high: 1, low: 2), time: 3, partition: 4, assignment: 5)
    private let event = EventID(slot: 6, generation: 1)

    @Test("an acknowledged one is taken once")
    func written() {
        var underWay = ReceiptsUnderWay()
        #expect(underWay.takeWritten(event) == nil)
        underWay.add(receipt, of: event)
        #expect(underWay.takeWritten(event) == receipt)
        #expect(underWay.takeWritten(event) == nil)
    }

    @Test("one that the topic refuses is kept with its bytes, and is written again (receipts are never lost)")
    func refused() throws {
        var underWay = ReceiptsUnderWay()
        underWay.add(receipt, of: event)
        let isKept = [UInt8]("key".utf8).withUnsafeBytes { key in
            [UInt8]("value".utf8).withUnsafeBytes { underWay.keepRefused(event, key: key, value: $0) }
        }
        #expect(isKept)
        #expect(underWay.takeWritten(event) == nil)
        let taken = underWay.takeRefused(event)
        let refused = try #require(taken)
        #expect(refused.key == Array("key".utf8) && refused.value == Array("value".utf8) && refused.receipt == receipt)
        #expect(underWay.takeRefused(event) == nil)
    }

    @Test("the next event of the same number has nothing to do with it")
    func generations() {
        var underWay = ReceiptsUnderWay()
        underWay.add(receipt, of: event)
        let next = EventID(slot: event.slot, generation: event.generation + 1)
        #expect(underWay.takeWritten(next) == nil)
        underWay.forget(next)
        #expect(underWay.takeWritten(event) == receipt)
    }

    @Test("an event that is over is forgotten")
    func forgotten() {
        var underWay = ReceiptsUnderWay()
        underWay.add(receipt, of: event)
        underWay.forget(event)
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        let isKept = underWay.keepRefused(event, key: empty, value: empty)
        #expect(!isKept)
        underWay.add(receipt, of: event)
        _ = underWay.keepRefused(event, key: empty, value: empty)
        underWay.forget(event)
        #expect(underWay.takeRefused(event) == nil)
    }
}

@Suite("The slots of events")
struct EventSlotsTests {
    private let first = EventID(slot: 0, generation: 1)
    private let second = EventID(slot: 9, generation: 1)

    @Test("an event keeps its slot until it gives it back, and the next one that needs one has the same memory")
    func reuse() {
        var slots = EventSlots()
        #expect(!slots.holds(first) && !slots.holds(second))
        let slot = slots[first]
        #expect(slots[first] === slot && slots.holds(first))
        #expect(slots[second] !== slot)
        slots.giveBack(first)
        #expect(!slots.holds(first) && slots.holds(second))
        slots.giveBack(first)
        #expect(slots[EventID(slot: 3, generation: 1)] === slot)
        #expect(slots[first] !== slot)
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
