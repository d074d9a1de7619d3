import Delivery
import Testing

@testable import Flows

/// What a case's event does in virtual time, by the flow and the delivery core of a worker.
@Suite("Golden runs")
struct GoldenRunnerTests {
    @Test("a call is what a worker would send, and each step gets 200 with {} unless told otherwise")
    func applied() throws {
        let bench = try GoldenBench(
            .step("create", map: "{n: .data.n, t: now}", headers: [("X-Id", "{.id}")]), .step("link", when: "false"))
        let run = try bench.run("now: 2026-01-01T00:00:01.5Z\n")
        #expect(run.outcome == .applied)
        #expect(run.calls.map { "\($0.step) \($0.method) \($0.path)" } == ["create POST /clients"])
        #expect(run.calls[0].body.map { String(decoding: $0, as: UTF8.self) } == #"{"n":1.50,"t":1767225601.5}"#)
        #expect(run.calls[0].headers.map(\.name) == ["Content-Type", "Idempotency-Key", "X-Id"])
        #expect(run.calls[0].headers.last?.value == "e-1")
    }

    @Test("after a target fault the call is repeated under the same key, later each time (D3, D4, D5)")
    func repeated() throws {
        let bench = try GoldenBench(.step("create"))
        let run = try bench.run("answers: { create: [503, timeout, refused, 429, 201] }\n")
        #expect(run.outcome == .applied)
        #expect(run.calls.count == 5)
        #expect(Set(run.calls.map { $0.headers.first { $0.name == "Idempotency-Key" }?.value }).count == 1)
        #expect(run.calls[0].wait == .zero)
    }

    @Test("Retry-After is honoured, in seconds and as a date")
    func retryAfter() throws {
        let bench = try GoldenBench(.step("create"))
        for value in ["3600", "'Thu, 01 Jan 2026 01:00:00 GMT'"] {
            let run = try bench.run("answers: { create: [{ status: 503, headers: { retry-after: \(value) } }, 200] }\n")
            #expect(run.calls.count == 2)
            #expect(run.calls[1].wait >= .seconds(895), "the core's ceiling: \(run.calls[1].wait)")
        }
    }

    @Test(
        "when the answers given do not settle the event it waits",
        arguments: ["503", "401", "302", "timeout", "refused"])
    func waiting(answer: String) throws {
        let bench = try GoldenBench(.step("create"), .step("link"))
        let run = try bench.run("answers: { create: [\(answer), \(answer)] }\n")
        #expect(run.outcome == .waiting)
        #expect(run.calls.count == 2)
        #expect(run.unusedAnswers.isEmpty)
    }

    @Test("a refusal parks the event; a status that the step declares retryable does so past its ceiling")
    func rejected() throws {
        let once = try GoldenBench(.step("create")).run("answers: { create: [422] }\n")
        #expect(once.outcome == .parked)
        #expect(once.fault?.reason == .rejected(status: 422))
        #expect(once.fault?.message == "POST erp/clients was answered with status 422")
        #expect(once.calls.count == 1)
        let declared = try GoldenBench(.step("create"), retry: RetryPolicy(statuses: [409], attempts: 3))
        let thrice = try declared.run("answers: { create: [409, 409, 409, 409] }\n")
        #expect(thrice.outcome == .parked)
        #expect(thrice.calls.count == 3)
        #expect(thrice.unusedAnswers.map(\.position) == [3])
    }

    @Test("statuses that a step declares to be success are")
    func success() throws {
        let bench = try GoldenBench(.step("create", success: [409]))
        #expect(try bench.run("answers: { create: 409 }\n").outcome == .applied)
        #expect(try bench.run("answers: { create: 200 }\n").outcome == .parked)
    }

    @Test("later steps see the answers of earlier ones, and what is remembered")
    func answers() throws {
        let bench = try GoldenBench(
            .step("create"),
            .step(
                "link", when: "$steps.create.status == 201", map: "[$reference.a, $steps.create.body]", call: .put,
                path: "/c/{$steps.create.body.id}"))
        let run = try bench.run(
            "remembered: { a: 1.0 }\nanswers: { create: [503, { status: 201, body: { id: x } }], link: [500, 200] }\n")
        #expect(run.outcome == .applied)
        #expect(
            run.calls.map { "\($0.step) \($0.path)" } == [
                "create /clients", "create /clients", "link /c/x", "link /c/x",
            ])
        #expect(run.calls[3].body.map { String(decoding: $0, as: UTF8.self) } == #"[1.0,{"id":"x"}]"#)
        #expect(try bench.run("answers: { create: { status: 200, body: plain } }\n").calls.count == 1)
    }

    @Test("records: binary mode, tombstones by the flow's policy, files, values that are no JSON")
    func records() throws {
        let files = ["cases/a.json": GoldenBench.event]
        for (text, policy, outcome) in [
            ("record: { tombstone: true }", .skip, .skipped), ("record: { tombstone: true }", .park, .parked),
            (
                "record: { headers: { ce_id: a, ce_source: b, ce_type: c, ce_specversion: '1.0' }, tombstone: true }",
                .deliver, .applied
            ),
            (
                "record: { headers: { ce_id: a, ce_source: b, ce_type: c, ce_specversion: '1.0' }, value: { a: 1 } }",
                .skip, .applied
            ),
            ("record: { value: '{' }", .skip, .parked), ("event_file: a.json", .skip, .applied),
            ("record: { value_file: a.json }", .skip, .applied), ("event: 7", .skip, .parked),
        ] as [(String, FlowDefinition.Tombstones, GoldenCase.Outcome)] {
            let bench = try GoldenBench(flow: .flow([.step()], tombstones: policy), files: files)
            let golden = try GoldenBench.load(text, "cases/c.yaml", files: files).cases[0]
            #expect(bench.runner.run(golden, files: bench.files).outcome == outcome, "\(text)")
        }
        let plain = try GoldenBench(flow: .flow([.step(map: ".")], format: .json))
        let golden = try GoldenBench.load("event: [1, 2.50]").cases[0]
        #expect(plain.runner.run(golden, files: plain.files).calls[0].body == Array("[1,2.50]".utf8))
    }

    @Test("one runner runs case after case, none leaves anything behind")
    func caseAfterCase() throws {
        let bench = try GoldenBench(.step("create", map: "[$steps, $reference]"))
        #expect(try bench.run("remembered: { a: 1 }\nanswers: { create: [401] }\n").outcome == .waiting)
        #expect(try bench.run("answers: { create: [422] }\n").outcome == .parked)
        let run = try bench.run("")
        #expect(run.outcome == .applied)
        #expect(run.fault == nil)
        #expect(run.calls[0].body == Array("[{},{}]".utf8))
    }
}
