import Foundation
import JSON
import Receipts
import Testing

@testable import Flows

/// What is known of effects and keys decides what an event still has to do: receipts, D9, D13, references.
@Suite("Steps and what is known of effects") struct RunnerReceiptTests {
    private let store = ReceiptStore(folder: nil)

    private func bench(_ steps: [StepDefinition], version: String? = nil) throws -> RunnerBench {
        var flow = FlowDefinition.flow(steps)
        flow.version = version.map { Flows.Expression($0) }
        flow.receipts = ReceiptSettings(topic: "g.receipts")
        let bench = try RunnerBench(flow)
        store.begin(0)
        bench.runner.receipts = store
        return bench
    }

    private func event(_ id: String = "e-1", offset: Int64 = 10, data: String = #"{"id":"c-1","version":5}"#)
        -> StoredRecord
    {
        StoredRecord.event(id: id, data: data, key: "c-1", offset: offset)
    }

    private func note(_ bench: RunnerBench, remembered: String? = nil) throws {
        let effect = try #require(EffectID(bench.slot.idempotencyKey))
        let receipt = Receipt(
            effect: effect, step: "create", status: 201, eventSource: "/crm", eventID: "e-1", key: Array("c-1".utf8),
            version: bench.slot.version, time: 1, remembered: remembered.map { Array($0.utf8) })
        try store.note(receipt, partition: 0)
    }

    private func set(_ state: KeyState) throws { try store.set(state, of: Array("c-1".utf8), partition: 0) }

    @Test("A step whose effect has a receipt is passed over, and the next one runs")
    func passedOver() throws {
        let bench = try bench([.step("create"), .step("link")])
        bench.take(event())
        #expect(bench.next() == "call step 0 system 0")
        try note(bench)
        bench.take(event())
        #expect(bench.next() == "call step 1 system 0")
        try note(bench)
        bench.take(event())
        #expect(bench.next() == "done")
        bench.take(event("e-2"))
        #expect(bench.next() == "call step 0 system 0", "another event's effect has another name")
    }

    @Test("Where a later step reads answers, an event is passed over only as a whole")
    func answersNeeded() throws {
        let bench = try bench([.step("create"), .step("link", map: "$steps.create.body")])
        bench.take(event())
        _ = bench.next()
        try note(bench)
        bench.take(event())
        #expect(bench.next() == "call step 0 system 0")
    }

    @Test("D9: a later event of a parked key joins the parked ones; the parked ones themselves are settled already")
    func parkedKey() throws {
        let bench = try bench([.step()])
        try set(KeyState(parked: ParkedMark(first: 10, last: 12, since: 1)))
        bench.take(event(offset: 13))
        #expect(bench.next() == "fault behind-parked TASK_PUT")
        #expect(bench.message == "events of the key are parked since offset 10 of this partition")
        for offset in [10, 12] as [Int64] {
            bench.take(event(offset: offset))
            #expect(bench.next() == "already parked")
        }
        bench.take(event(offset: 9))
        #expect(bench.next() == "call step 0 system 0")
        bench.take(StoredRecord.event(id: "e", data: "{}", key: "another", offset: 13))
        #expect(bench.next() == "call step 0 system 0")
    }

    @Test("D13: older than the last applied version is stale; the same version is not")
    func stale() throws {
        let bench = try bench([.step()], version: ".data.version")
        try set(KeyState(version: .number(literal: "5")))
        for (version, expected) in [(4, "stale"), (5, "call step 0 system 0"), (6, "call step 0 system 0")] {
            bench.take(event(data: #"{"version":\#(version)}"#))
            #expect(bench.next() == expected, "\(version)")
        }
        bench.take(event(data: "{}"))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.message == "version: the expression gives neither a string nor a number")
    }

    @Test("A name in braces is what is remembered of the key, as one segment")
    func reference() throws {
        let bench = try bench([
            .step("update", call: .put, path: "/clients/{client_id}", headers: [("X-C", "{client_id}")])
        ])
        bench.take(event())
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.message.contains("no reference ‘client_id’ is remembered for the key"), "\(bench.message)")
        try set(KeyState(references: Array(#"{"client_id":"a/7"}"#.utf8)))
        bench.take(event())
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.path == "/clients/a%2F7")
        #expect(bench.headers.contains("X-C: a/7"), "\(bench.headers)")
    }

    @Test("What a step remembers of its answer is there for the next step, and nothing of a refusal")
    func remember() throws {
        var create = StepDefinition.step("create")
        create.remember = [("client_id", Flows.Expression(".clientId"))]
        let bench = try bench([create, .step("link", path: "/links/{client_id}")])
        bench.take(event())
        _ = bench.next()
        #expect(answer(bench, 503, #"{"clientId":"no"}"#) == nil)
        #expect(bench.slot.remembered == nil)
        #expect(answer(bench, 201, #"{"clientId":"c-7"}"#) == nil)
        #expect(bench.slot.remembered.map { String(decoding: $0, as: UTF8.self) } == #"{"client_id":"c-7"}"#)
        #expect(bench.next(from: 1) == "call step 1 system 0")
        #expect(bench.path == "/links/c-7")
        #expect(answer(bench, 200, "") == nil)
        bench.take(event())
        _ = bench.next()
        #expect(answer(bench, 201, "{}") == "the answer gives null for ‘client_id’")
        #expect(answer(bench, 201, "nothing") != nil)
    }

    private func answer(_ bench: RunnerBench, _ status: Int, _ body: String) -> String? {
        Array(body.utf8).withUnsafeBytes { bench.runner.note(status: status, body: $0, in: bench.slot) }
    }

    @Test("A step that needs a missing reference has the step that creates it run first, whatever its condition says")
    func createFirst() throws {
        var create = StepDefinition.step("create", when: "false")
        create.remember = [("client_id", Flows.Expression(".clientId"))]
        var update = StepDefinition.step("update", call: .put, path: "/clients/{client_id}")
        update.createFirst = 1
        let bench = try bench([update, create])
        bench.take(event())
        #expect(bench.next() == "call step 1 system 0")
        #expect(answer(bench, 201, #"{"clientId":"c-7"}"#) == nil)
        #expect(bench.next(from: 2) == "call step 0 system 0")
        #expect(bench.path == "/clients/c-7")
        #expect(bench.next(from: 1) == "done")
        bench.take(event())
        #expect(bench.next() == "call step 1 system 0")
        #expect(answer(bench, 201, "{}") != nil)
        #expect(bench.next(from: 2) == "fault mapping TRANSFORMATION", "it is tried once")
    }
}

extension StoredRecord {
    fileprivate static func event(id: String, data: String, key: String, offset: Int64) -> StoredRecord {
        StoredRecord(
            key: key, value: data,
            headers: [
                ("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", "/crm"), ("ce_type", "t"),
                ("content-type", "application/json"),
            ], partition: 0, offset: offset)
    }
}
