import Delivery
import HTTPCalls
import JSON
import Testing

@testable import Flows

/// Calls with several events: what is sent, and what becomes of each.
@Suite("Batches of steps")
struct BatchTests {
    /// Several events prepared for the one step of a flow.
    private final class Bench {
        let runner: StepRunner
        let slots: [EventSlot]
        var told: [String] = []

        init(
            _ ids: [String], map: String? = nil, body: String? = nil, key: String? = nil,
            results: String? = ".items[]", success: Set<Int>? = nil, headers: [(String, String)] = [],
            takesSameKey: Bool = false
        ) throws {
            var step = StepDefinition.step(map: map, path: "/clients/bulk", headers: headers, success: success)
            step.batch = BatchDefinition(
                BatchPolicy(items: 100, takesSameKey: takesSameKey), body: body.map { Flows.Expression($0) },
                key: key.map { Flows.Expression($0) }, results: results.map { Flows.Expression($0) })
            let benches = try ids.map { id in
                let bench = try RunnerBench(.flow([step]))
                bench.take(cloudEvent(#"{"id":"\#(id)","n":1.50}"#, id: id))
                _ = bench.runner.prepare(bench.slot, from: 0)
                return bench
            }
            runner = benches[0].runner
            slots = benches.map(\.slot)
        }

        func request() throws -> BatchRequest {
            let request = BatchRequest()
            try runner.batchWriter.write(slots, of: runner.flow.steps[0], to: request)
            return request
        }

        func judge(_ status: Int, _ body: String) -> (outcome: BatchOutcome, problem: String?) {
            Array(body.utf8).withUnsafeBytes {
                runner.judgeBatch(status: status, retryAfterSeconds: nil, body: $0, slots) { problem, _ in
                    if let problem { told.append(problem) }
                }
            }
        }

        /// The statuses that the events are told; 0: no word.
        func statuses(_ body: String) -> [Int] {
            guard case .items(let items) = judge(200, body).outcome else { return [] }
            return items.map { if case .answered(let status, _) = $0 { status } else { 0 } }
        }
    }

    // MARK: What is sent

    @Test("the body is the list of the documents, with one path, one set of headers and one idempotency key")
    func list() throws {
        let bench = try Bench(["a", "b"], headers: [("X-Bulk", "yes")])
        let request = try bench.request()
        #expect(request.path.text == "/clients/bulk")
        #expect(request.body.text == #"[{"id":"a","n":1.50},{"id":"b","n":1.50}]"#)
        #expect(request.headers.fields.map(\.name) == ["Content-Type", "Idempotency-Key", "X-Bulk"])
    }

    @Test("`body` wraps the list, and digits stay as they came")
    func wrapped() throws {
        let bench = try Bench(["a", "b"], body: "{ count: length, items: . }")
        #expect(try bench.request().body.text == #"{"count":2,"items":[{"id":"a","n":1.50},{"id":"b","n":1.50}]}"#)
    }

    @Test("a `body` that fails is a fault of the events")
    func faultyBody() throws {
        let bench = try Bench(["a"], body: "error(\"odd\")")
        #expect(throws: EventFault.self) { try bench.request() }
    }

    @Test("D3: the same events in the same order have one name, other events or another order another")
    func name() throws {
        func name(_ ids: [String]) throws -> String? {
            try Bench(ids).request().headers.fields.first { $0.name == "Idempotency-Key" }?.value
        }
        #expect(try name(["a", "b"]) == name(["a", "b"]))
        #expect(try name(["a", "b"]) != name(["b", "a"]))
        #expect(try name(["a"]) != name(["b"]))
        #expect(IdempotencyKey.text(ofBatch: ["ab", "c"]) != IdempotencyKey.text(ofBatch: ["a", "bc"]))
        let text = IdempotencyKey.text(ofBatch: ["a"])
        #expect(Array(text)[14] == "5" && "89ab".contains(Array(text)[19]), "a UUID of version 5: \(text)")
    }

    @Test("`$idempotency_key` puts each event's own name into its document")
    func ownName() throws {
        let bench = try Bench(["a", "b"], map: "{ key: $idempotency_key }")
        let keys = bench.slots.map(\.idempotencyKey)
        #expect(Set(keys).count == 2)
        #expect(try bench.request().body.text == #"[{"key":"\#(keys[0])"},{"key":"\#(keys[1])"}]"#)
    }

    // MARK: What becomes of each

    @Test("results without keys are told by their position")
    func positions() throws {
        let bench = try Bench(["a", "b", "c"])
        #expect(bench.statuses(#"{"items":[{"status":201},{"status":422},{"status":"429"}]}"#) == [200, 422, 429])
    }

    @Test("results are told by the document's key, in whatever order")
    func keys() throws {
        let bench = try Bench(["a", "b", "c"], key: ".id", results: ".items[] | { key: .ref, status }")
        #expect(
            bench.statuses(#"{"items":[{"ref":"c","status":409},{"ref":"a","status":200},{"ref":"b","status":500}]}"#)
                == [200, 500, 409])
    }

    @Test("events with one key between them have its results in turn")
    func sameKeys() throws {
        let bench = try Bench(["a", "b", "c"], map: "{ to: (if .data.id == \"b\" then 2 else 1 end) }", key: ".to")
        #expect(
            bench.statuses(#"{"items":[{"key":1,"status":200},{"key":2,"status":409},{"key":1,"status":422}]}"#)
                == [200, 409, 422])
    }

    @Test("without `batch.key` the idempotency key tells")
    func idempotencyKeys() throws {
        let bench = try Bench(["a", "b"])
        let keys = bench.slots.map(\.idempotencyKey)
        #expect(
            bench.statuses(#"{"items":[{"key":"\#(keys[1])","status":422},{"key":"\#(keys[0])","status":200}]}"#)
                == [200, 422])
    }

    @Test("D4: events that the answer says nothing of, or nothing with a status, are told no outcome")
    func silence() throws {
        let bench = try Bench(["a", "b", "c"], key: ".id")
        let body = """
            {"items":[{"key":"a","status":200},{"key":"b"},{"key":"zz","status":200},{"key":"a","status":422}]}
            """
        let (outcome, problem) = bench.judge(200, body)
        #expect(outcome == .items([.answered(status: 200, retryAfter: nil), nil, nil]))
        #expect(
            problem == "no result with a status for 2 of 3 events, 1 results of no event of the call, "
                + "1 second results of an event")
        #expect(bench.slots[1].firstFailedAt > 0)
    }

    @Test("an answer that cannot be read says nothing of any", arguments: ["<html>", "", #"{"items":7}"#])
    func unreadable(body: String) throws {
        let bench = try Bench(["a", "b"])
        let (outcome, problem) = bench.judge(200, body)
        #expect(outcome == .whole(.sentNoAnswer))
        #expect(problem?.hasPrefix("results: ") ?? false)
    }

    @Test("a result's body is the event's answer: kept for the dead letter when it is a refusal")
    func bodies() throws {
        let bench = try Bench(["a", "b"])
        _ = bench.statuses(#"{"items":[{"status":200,"body":{"id":1}},{"status":422,"body":{"why":"bad"}}]}"#)
        #expect(bench.slots[1].lastAnswer.text == #"{"why":"bad"}"#)
        #expect(bench.slots[1].lastStatus == 422)
        #expect(bench.slots[0].lastStatus == 0)
        #expect(bench.slots[0].successStatus == 200)
    }

    @Test("`success_statuses` speaks of events, not of the call that carries them")
    func successStatuses() throws {
        let bench = try Bench(["a", "b", "c"], success: [201, 409])
        let body = #"{"items":[{"status":201},{"status":409},{"status":200}]}"#
        guard case .items(let items) = bench.judge(207, body).outcome
        else {
            Issue.record("no results")
            return
        }
        #expect(items == [200, 200, 422].map { .answered(status: $0, retryAfter: nil) })
    }

    @Test("a system that took an event behind one of its key that it did not take is told of")
    func disorder() throws {
        let inOrder = #"{"items":[{"status":422},{"status":200},{"status":200}]}"#
        func problem(_ keys: [String], _ body: String, takesSameKey: Bool = true) throws -> String? {
            let bench = try Bench(["a", "b", "c"], takesSameKey: takesSameKey)
            for (slot, key) in zip(bench.slots, keys) { slot.evaluatedKey = Array(key.utf8) }
            return bench.judge(200, body).problem
        }
        #expect(try problem(["1", "1", "1"], inOrder)?.hasPrefix("2 events taken behind") ?? false)
        #expect(try problem(["1", "2", "1"], inOrder)?.hasPrefix("1 events taken behind") ?? false)
        #expect(try problem(["1", "2", "3"], inOrder) == nil)
        #expect(try problem(["1", "1", "1"], inOrder, takesSameKey: false) == nil)
        #expect(try problem(["1", "1", "1"], #"{"items":[{"status":200},{"status":422},{"status":424}]}"#) == nil)
    }

    @Test("an event that is taken back is found out about anew, and keeps when it first failed")
    func takenBack() throws {
        let bench = try Bench(["a"])
        let slot = bench.slots[0]
        let body = slot.body.text
        slot.noteRefusal(status: 503, body: UnsafeRawBufferPointer(start: nil, count: 0))
        let failedAt = slot.firstFailedAt
        slot.takeBack()
        #expect(!slot.isExamined)
        #expect(slot.body.text.isEmpty)
        guard case .call? = bench.runner.prepare(slot, from: 0) else {
            Issue.record("no call")
            return
        }
        #expect(slot.body.text == body)
        #expect(slot.firstFailedAt == failedAt)
    }

    @Test("an answer that is an error is that of the call; so is any where `results` is not given")
    func whole() throws {
        #expect(try Bench(["a", "b"]).judge(422, "{}").outcome == .whole(.answered(status: 422, retryAfter: nil)))
        let atomic = try Bench(["a", "b"], results: nil)
        #expect(atomic.judge(204, "").outcome == .whole(.answered(status: 200, retryAfter: nil)))
        #expect(atomic.slots.map(\.successStatus) == [204, 204])
    }

    // MARK: Golden cases and redrives

    @Test("a golden case shows the call as a batch of one")
    func golden() throws {
        var step = StepDefinition.step("bulk", path: "/clients/bulk")
        step.batch = BatchDefinition(
            BatchPolicy(items: 50, linger: .seconds(1)), body: Flows.Expression("{ items: . }"),
            results: Flows.Expression(".items[]"))
        let bench = try GoldenBench(step)
        let run = try bench.run("answers: { bulk: [503, { status: 200, body: { items: [ { status: 422 } ] } }] }\n")
        #expect(run.calls.map(\.path) == ["/clients/bulk", "/clients/bulk"])
        #expect(run.calls[0].body.map { String(decoding: $0, as: UTF8.self) }?.hasPrefix(#"{"items":[{"#) ?? false)
        #expect(run.outcome == .parked)
        #expect(run.fault?.message == "POST erp/clients/bulk was answered with status 422")
        #expect(try bench.run("").outcome == .applied)
        #expect(try bench.run("answers: { bulk: [201] }\n").outcome == .applied)
    }
}
