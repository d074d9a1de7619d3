import Delivery
import HTTPCalls
import JSON
import Receipts
import Testing

@testable import Flows

/// What is undone of an event that fails, under which names, and what outlives a crash on the way.
@Suite("Steps that are undone") struct RunnerCompensationTests {
    private let store = ReceiptStore(folder: nil)

    init() { store.begin(0) }

    private static func undo(_ path: String, call: Method = .delete, map: String? = nil) -> CompensationDefinition {
        CompensationDefinition(
            map: map.map { Flows.Expression($0) }, method: call, system: 0, path: [TemplatePart](template: path))
    }

    /// reserve, book, invoice; the first two can be undone.
    private func bench(
        reserve: String = "/reservations/{reservation_id}", map: String? = nil, redrive: Bool = false
    ) throws -> RunnerBench {
        var steps = [StepDefinition.step("reserve"), .step("book"), .step("invoice", path: "/invoices")]
        steps[0].remember = [("reservation_id", Flows.Expression(".id"))]
        steps[0].onFailure = Self.undo(reserve)
        steps[1].onFailure = Self.undo("/bookings", call: .post, map: map ?? "$failure")
        var flow = FlowDefinition.flow(steps)
        flow.receipts = ReceiptSettings(topic: "g.receipts")
        flow.version = Flows.Expression(".data.version")
        let bench = try RunnerBench(flow)
        bench.runner.receipts = store
        bench.runner.beginsAnew = redrive
        return bench
    }

    private func take(_ bench: RunnerBench) {
        bench.take(
            StoredRecord(
                key: "c-1", value: #"{"version":5}"#,
                headers: [
                    ("ce_specversion", "1.0"), ("ce_id", "e-1"), ("ce_source", "/crm"), ("ce_type", "t"),
                    ("content-type", "application/json"),
                ], partition: 0, offset: 10))
    }

    /// The call at hand succeeded, and its receipt is written.
    private func succeed(_ bench: RunnerBench, _ body: String = "{}") throws {
        bench.answer(200, body)
        let receipt = bench.slot.receipt(of: bench.flow.step(of: bench.slot))
        let state = try store.keyState(after: receipt, of: bench.slot, in: bench.flow)
        try store.take(receipt, state, of: bench.slot, in: bench.flow)
    }

    /// What is recorded of the failure.
    private func record(_ bench: RunnerBench) throws {
        try store.note(try #require(bench.slot.failure), partition: 0)
    }

    private var state: KeyState? { get throws { try store.keyState(of: Array("c-1".utf8), partition: 0) } }

    private func toInvoice(_ bench: RunnerBench) throws {
        take(bench)
        #expect(bench.next() == "call step 0 system 0")
        try succeed(bench, #"{"id":"r-7"}"#)
        #expect(bench.next(from: 1) == "call step 1 system 0")
        try succeed(bench)
        #expect(bench.next(from: 2) == "call step 2 system 0")
    }

    @Test("last first, each under a name of its own, and the dead letter tells of what failed")
    func reverse() throws {
        let bench = try bench()
        try toInvoice(bench)
        let forward = bench.slot.idempotencyKey
        bench.answer(422, "no")
        #expect(bench.undo(.rejected(status: 422)) == "undo step 1 system 0")
        #expect(bench.body == #"{"step":"invoice","reason":"rejected","status":422}"#)
        try record(bench)
        let first = bench.slot.idempotencyKey
        try succeed(bench)
        #expect(bench.undo(.rejected(status: 422)) == "undo step 0 system 0")
        #expect(bench.path == "/reservations/r-7")
        #expect(bench.body == nil)
        #expect(Set([forward, first, bench.slot.idempotencyKey]).count == 3)
        #expect(bench.slot.undoneSteps == "book")
        #expect(bench.slot.stepsToUndo == "reserve")
        try succeed(bench)
        #expect(bench.undo(.rejected(status: 422)) == "done")
        #expect(bench.slot.undoneSteps == "book,reserve")
        #expect(bench.slot.fault?.message == "POST erp/invoices was answered with status 422")
        #expect(bench.slot.fault?.step == "invoice")
        #expect(bench.slot.lastStatus == 422)
        #expect(bench.slot.lastAnswer.text == "no")
    }

    @Test("what the key was told is taken back, with the version")
    func takenBack() throws {
        try store.set(
            KeyState(references: Array(#"{"other":1,"reservation_id":"r-1"}"#.utf8), version: .number(literal: "4")),
            of: Array("c-1".utf8), partition: 0)
        let bench = try bench()
        try toInvoice(bench)
        #expect(try state?.references == Array(#"{"other":1,"reservation_id":"r-7"}"#.utf8))
        #expect(try state?.version == .number(literal: "5"))
        bench.answer(422, "no")
        _ = bench.undo()
        try record(bench)
        try succeed(bench)
        #expect(try state?.version == .number(literal: "5"), "not everything is undone")
        _ = bench.undo()
        try succeed(bench)
        #expect(try state?.references == Array(#"{"other":1,"reservation_id":"r-1"}"#.utf8))
        #expect(try state?.version == .number(literal: "4"))
    }

    @Test("what the event told the key anew, and the key knew before, stays")
    func sameAsBefore() throws {
        let known = KeyState(references: Array(#"{"reservation_id":"r-7"}"#.utf8), version: .number(literal: "5"))
        try store.set(known, of: Array("c-1".utf8), partition: 0)
        let bench = try bench()
        try toInvoice(bench)
        bench.answer(422, "no")
        for _ in 0..<2 {
            _ = bench.undo()
            try record(bench)
            try succeed(bench)
        }
        #expect(try state?.references == known.references)
        #expect(try state?.version == known.version)
    }

    @Test("a step without an effect is not undone, and an event without any is parked as it is")
    func nothing() throws {
        let bench = try bench()
        take(bench)
        #expect(bench.next() == "call step 0 system 0")
        bench.answer(422, "no")
        #expect(bench.undo() == "done")
        #expect(bench.slot.failure == nil)
    }

    @Test("a crash before the decision calls the failing step again; one behind it goes on undoing")
    func resumed() throws {
        let first = try bench()
        try toInvoice(first)
        let second = try bench()
        take(second)
        #expect(second.next() == "call step 2 system 0")
        second.answer(422, "no")
        #expect(second.undo(.rejected(status: 422)) == "undo step 1 system 0", "known by its receipt")
        try record(second)
        try succeed(second)
        let third = try bench()
        take(third)
        #expect(third.next() == "failed rejected")
        #expect(third.undo(.rejected(status: 422)) == "undo step 0 system 0")
        #expect(third.path == "/reservations/r-7")
        try succeed(third)
        #expect(third.undo(.rejected(status: 422)) == "done")
        #expect(third.slot.fault?.message == "POST erp/invoices was answered with status 422")
        // A replay calls nothing.
        let replay = try bench()
        take(replay)
        #expect(replay.next() == "failed rejected")
        #expect(replay.undo(.rejected(status: 422)) == "done")
        #expect(replay.slot.undoneSteps == "book,reserve")
    }

    @Test("what systems answered outlives the process, where a compensation asks for it")
    func answersAreKept() throws {
        let text = "/reservations/{$steps.reserve.body.id}"
        let first = try bench(reserve: text)
        try toInvoice(first)
        first.answer(422, "no")
        _ = first.undo()
        try record(first)
        let second = try bench(reserve: text)
        take(second)
        #expect(second.next() == "failed mapping")
        #expect(second.undo() == "undo step 1 system 0")
        try succeed(second)
        #expect(second.undo() == "undo step 0 system 0")
        #expect(second.path == "/reservations/r-7")
    }

    @Test("a compensation that cannot be prepared is a fault of its own kind, and names what is left")
    func stuck() throws {
        let bench = try bench(map: "error(\"x\")")
        try toInvoice(bench)
        bench.answer(422, "no")
        #expect(bench.undo(.rejected(status: 422)) == "fault compensation TRANSFORMATION")
        #expect(bench.message.hasPrefix("on_failure: map: "), "\(bench.message)")
        #expect(
            bench.message.hasSuffix(
                "the event had failed before at invoice: POST erp/invoices was answered with status 422"))
        #expect(bench.slot.stepsToUndo == "book,reserve")
    }

    @Test("a redrive undoes what is left, then begins anew under new names; the next one under newer ones")
    func redrive() throws {
        let worker = try bench()
        try toInvoice(worker)
        let forward = worker.slot.idempotencyKey
        worker.answer(422, "no")
        _ = worker.undo()
        try record(worker)
        let first = try bench(redrive: true)
        take(first)
        #expect(first.next() == "failed mapping")
        #expect(first.undo() == "undo step 1 system 0")
        try succeed(first)
        #expect(first.undo() == "undo step 0 system 0")
        try succeed(first)
        #expect(first.undo() == "again")
        #expect(first.next() == "call step 0 system 0", "the receipts of what is undone do not count")
        try succeed(first, #"{"id":"r-8"}"#)
        #expect(first.next(from: 1) == "call step 1 system 0")
        try succeed(first)
        #expect(first.next(from: 2) == "call step 2 system 0")
        let second = first.slot.idempotencyKey
        #expect(second != forward)
        first.answer(422, "no")
        #expect(first.undo() == "undo step 1 system 0")
        #expect(first.slot.failure?.round == 1)
        try record(first)
        try succeed(first)
        _ = first.undo()
        try succeed(first)
        #expect(first.undo() == "done")
        let next = try bench(redrive: true)
        take(next)
        #expect(next.next() == "call step 0 system 0", "all is undone: it begins at once")
        #expect(next.slot.round == 2)
    }

    @Test("what a redrive has applied is passed over when it comes again")
    func applied() throws {
        let bench = try bench()
        try toInvoice(bench)
        bench.answer(422, "no")
        _ = bench.undo()
        try record(bench)
        var known = try #require(bench.slot.failure)
        known.round = 1
        known.isApplied = true
        try store.note(known, partition: 0)
        take(bench)
        #expect(bench.next() == "skip")
    }

    @Test("headers tell what is undone, and what is not")
    func headers() throws {
        let bench = try bench()
        try toInvoice(bench)
        bench.answer(422, "no")
        _ = bench.undo(.rejected(status: 422))
        try succeed(bench)
        _ = bench.undo(.rejected(status: 422))
        bench.answer(404, "gone")
        let fault = bench.flow.fault(of: bench.slot, .compensation)
        #expect(fault.reason == .compensation)
        #expect(fault.step == "reserve")
        #expect(
            fault.message == "on_failure: DELETE erp/reservations/{reservation_id} was answered with status 404; "
                + "the event had failed before at invoice: POST erp/invoices was answered with status 422")
        #expect(bench.slot.undoneSteps == "book")
        #expect(bench.slot.stepsToUndo == "reserve")
    }

    @Test("D3: the names of the first round are what they were")
    func names() throws {
        let key = IdempotencyKey(flow: "f", step: "s")
        let (source, id) = (Array("a".utf8), Array("b".utf8))
        source.withUnsafeBytes { source in
            id.withUnsafeBytes { id in
                #expect(key.text(source: source, id: id, round: 0) == key.text(source: source, id: id))
                #expect(key.text(source: source, id: id, round: 1) != key.text(source: source, id: id))
                #expect(key.text(source: source, id: id, round: 2) != key.text(source: source, id: id, round: 1))
            }
        }
    }
}
