import Delivery
import JSON
import Testing

@testable import Flows

/// The question before a repeated call, and what its answer means (D4).
@Suite("Probes of steps")
struct ProbeTests {
    private func bench(hit: String? = nil, path: String = "/clients?external_id={.data.id}") throws -> RunnerBench {
        var step = StepDefinition.step()
        step.probe = ProbeDefinition(
            path: [TemplatePart](template: path), hit: hit.map { Flows.Expression($0) }, wait: .seconds(1))
        let bench = try RunnerBench(.flow([step]))
        bench.take(cloudEvent(#"{"id":"C 1"}"#))
        return bench
    }

    @Test("the question is prepared with the call")
    func path() throws {
        let bench = try bench()
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.slot.probePath.text == "/clients?external_id=C%201")
    }

    @Test("a question that cannot be asked parks the event before its call")
    func noPath() throws {
        let bench = try bench(path: "/clients/{.data.none}")
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.message.hasPrefix("probe: "))
    }

    @Test(
        "without `hit`, a record or a list with content is one; what cannot be told parks",
        arguments: [
            (#"{"id":1}"#, ProbeOutcome.hit), (#"[{"id":1}]"#, .hit), (#"{"clients":[{}]}"#, .hit), ("", .miss),
            ("null", .miss), ("[]", .miss), ("{}", .miss), (#"{"clients":[]}"#, .fault(.mapping)),
            ("<html>", .failed(.answered(status: 200, retryAfter: nil))),
        ])
    func contentRule(body: String, expected: ProbeOutcome) throws {
        let bench = try bench()
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.judge(200, body) == expected)
    }

    @Test("`hit` decides over status and body; only a 2xx is asked")
    func hit() throws {
        let bench = try bench(hit: ".status == 200 and (.body.clients | length > 0)")
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.judge(200, #"{"clients":[1]}"#) == .hit)
        #expect(bench.judge(200, #"{"clients":[]}"#) == .miss)
        #expect(bench.judge(204, "") == .miss)
        for status in [302, 404, 422, 503] {
            #expect(bench.judge(status, "[]") == .failed(.answered(status: status, retryAfter: nil)))
        }
    }

    @Test("a `hit` that fails parks the event, and says why")
    func faulty() throws {
        let bench = try bench(hit: ".body.clients | error(\"odd\")")
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.judge(200, "{}") == .fault(.mapping))
        #expect(bench.message.hasPrefix("probe: hit: "))
    }

    @Test("libcurl must not repeat a call by itself where the system is to be asked first")
    func noResends() {
        var step = StepDefinition.step()
        #expect(FlowDefinition.flow([step]).endpoints.map(\.resendsOnDeadConnection) == [true])
        step.probe = ProbeDefinition(path: [.text("/clients")], wait: .seconds(1))
        #expect(FlowDefinition.flow([step]).endpoints.map(\.resendsOnDeadConnection) == [false])
    }
}
