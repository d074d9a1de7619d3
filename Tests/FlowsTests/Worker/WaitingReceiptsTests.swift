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
        batch.add(receipt(1, assignment: 7)) {
            $0.append("key 1")
        } value: {
            $0.append("value 1")
        }
        batch.add(event(2), assignment: 7)
        batch.add(receipt(3, assignment: 8)) {
            $0.append("key 3")
        } value: { _ in
        }
        let entries = taken(batch)
        #expect(entries.map(\.event) == [event(1), event(2), event(3)])
        #expect(entries.map(\.assignment) == [7, 7, 8])
        #expect(entries.map(\.text) == ["key 1=value 1", "later", "key 3="])
        #expect(batch.isEmpty && taken(batch).isEmpty)
    }

    private func receipt(_ number: UInt64, assignment: Int) -> PlainReceipt {
        PlainReceipt(
            event: event(number), effect: EffectID(high: 0, low: number), time: 1, partition: 0, assignment: assignment,
            isLast: true)
    }

    private func event(_ number: UInt64) -> EventID { EventID(rawValue: number) }

    private func taken(_ batch: ReceiptBatch) -> [(event: EventID, assignment: Int, text: String)] {
        var entries: [(event: EventID, assignment: Int, text: String)] = []
        batch.takeAll { entry, key, value in
            switch entry {
            case .ofKey(let event, let assignment): entries.append((event, assignment, "later"))
            case .plain(let receipt, _, _):
                let text = "\(String(decoding: key, as: UTF8.self))=\(String(decoding: value, as: UTF8.self))"
                entries.append((receipt.event, receipt.assignment, text))
            }
        }
        return entries
    }
}

@Suite("Receipts under way")
struct ReceiptsUnderWayTests {
    private var underWay = ReceiptsUnderWay()
    private let event = EventID(slot: 6, generation: 1)

    private func receipt(
        _ event: EventID, partition: Int32 = 4, assignment: Int = 5, isLast: Bool = true
    ) -> PlainReceipt {
        PlainReceipt(
            event: event, effect: EffectID(high: 1, low: event.rawValue), time: 3, partition: partition,
            assignment: assignment, isLast: isLast)
    }

    // Macros cannot call what changes a variable.
    private mutating func acknowledge(_ event: EventID, in partition: Int32 = 0) -> Bool {
        underWay.acknowledge(event, in: partition)
    }

    private mutating func refuse(_ event: EventID, in partition: Int32 = 0) -> Bool {
        [UInt8]("key".utf8).withUnsafeBytes { key in
            [UInt8]("value".utf8).withUnsafeBytes { underWay.refuse(event, in: partition, key: key, value: $0) }
        }
    }

    @Test("an acknowledged one is taken once, in its own partition of the topic")
    mutating func written() {
        let answers = [acknowledge(event)]
        underWay.add(receipt(event), to: 0)
        let isNext = (underWay.isNext(event, in: 0), underWay.isNext(event, in: 1))
        let more = [acknowledge(event, in: 1), acknowledge(event), acknowledge(event)]
        #expect(answers + more == [false, false, true, false] && isNext == (true, false))
        let written = underWay.takeWritten()
        #expect(written.map(\.partition) == [4] && written.map(\.assignment) == [5])
        #expect(written.map { $0.events.map(\.id) } == [[event]])
        #expect(written.map(\.effects) == [[NotedEffect(receipt(event).effect, time: 3)]])
        let rest = underWay.takeWritten()
        #expect(rest.isEmpty)
    }

    @Test("those of a partition that are acknowledged together stay together, in order")
    mutating func together() {
        let events = (0..<5).map { EventID(slot: $0, generation: 1) }
        for (event, partition) in zip(events, [0, 0, 1, 0, 0] as [Int32]) {
            underWay.add(receipt(event, partition: partition, isLast: partition == 1), to: 0)
        }
        for event in events { _ = acknowledge(event) }
        let written = underWay.takeWritten()
        #expect(written.map(\.partition) == [0, 1, 0])
        #expect(
            written.map { $0.events.map(\.id) } == [[events[0], events[1]], [events[2]], [events[3], events[4]]])
        #expect(written.map { $0.events.allSatisfy(\.isLast) } == [false, true, false])
    }

    @Test("those behind one that is refused are acknowledged all the same, and all of them once")
    mutating func outOfTurn() {
        let events = (0..<6).map { EventID(slot: $0, generation: 1) }
        for event in events { underWay.add(receipt(event), to: 0) }
        var answers = [acknowledge(events[0]), acknowledge(events[3]), refuse(events[2]), acknowledge(events[1])]
        let isNext = underWay.isNext(events[4], in: 0)
        answers += [acknowledge(events[4]), acknowledge(events[5])]
        #expect(answers.allSatisfy { $0 } && isNext)
        let written = underWay.takeWritten().flatMap { $0.events.map(\.id) }
        #expect(written == [0, 3, 1, 4, 5].map { events[$0] })
        answers = [acknowledge(events[2]), acknowledge(events[5])]
        #expect(answers == [false, false])
    }

    @Test("one that the topic refuses is kept with its bytes, and is written again (receipts are never lost)")
    mutating func refused() throws {
        underWay.add(receipt(event), to: 0)
        let answers = [refuse(event), acknowledge(event)]
        #expect(answers == [true, false])
        let taken = underWay.takeRefused(event)
        let refused = try #require(taken)
        #expect(refused.key == Array("key".utf8) && refused.value == Array("value".utf8))
        #expect(refused.receipt == receipt(event))
        let isThere = underWay.takeRefused(event) != nil
        #expect(!isThere)
    }

    @Test("the next event of the same number has nothing to do with it")
    mutating func generations() {
        underWay.add(receipt(event), to: 0)
        let next = EventID(slot: event.slot, generation: event.generation + 1)
        underWay.forget(next)
        let answers = [acknowledge(next), acknowledge(event)]
        #expect(answers == [false, true])
    }

    @Test("what is kept of an event that is over is forgotten")
    mutating func forgotten() {
        underWay.add(receipt(event), to: 0)
        let isKept = refuse(event)
        underWay.forget(event)
        let isThere = underWay.takeRefused(event) != nil
        #expect(isKept && !isThere)
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
