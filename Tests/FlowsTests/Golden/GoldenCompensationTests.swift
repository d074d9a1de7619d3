import Delivery
import Testing

@testable import Flows

/// Golden cases of flows that undo what earlier steps did.
@Suite("Golden runs: compensations") struct GoldenCompensationTests {
    private func bench() throws -> GoldenBench {
        var steps = [StepDefinition.step("reserve"), .step("invoice", path: "/invoices")]
        steps[0].onFailure = CompensationDefinition(
            method: .delete, system: 0, path: [TemplatePart](template: "/clients/{$steps.reserve.body.id}"))
        var flow = FlowDefinition.flow(steps)
        flow.receipts = ReceiptSettings(topic: "r")
        return try GoldenBench(flow: flow)
    }

    private static let answers = "reserve: { status: 201, body: { id: r-7 } }, invoice: 422"

    @Test("the compensation is a call like any other, and the event is parked for what failed")
    func undone() throws {
        let run = try bench().run("answers: { \(Self.answers), reserve.on_failure: [503, 204] }\n")
        #expect(run.outcome == .parked)
        #expect(run.fault?.reason == .rejected(status: 422))
        #expect(run.status == 422)
        #expect(
            run.calls.map { "\($0.step) \($0.method) \($0.path)" } == [
                "reserve POST /clients", "invoice POST /invoices", "reserve.on_failure DELETE /clients/r-7",
                "reserve.on_failure DELETE /clients/r-7",
            ])
    }

    @Test("a case can expect it, and a compensation that is refused")
    func expected() throws {
        let bench = try bench()
        let calls = "calls: [{ step: reserve }, { step: invoice }, { step: reserve.on_failure, method: DELETE }]"
        #expect(
            try bench.differences(
                "answers: { \(Self.answers) }\nexpect: { parked: { reason: rejected, step: invoice }, \(calls) }\n")
                == [])
        #expect(
            try bench.differences(
                "answers: { \(Self.answers), reserve.on_failure: 404 }\n"
                    + "expect: { parked: { reason: compensation, step: reserve, status: 404 }, \(calls) }\n") == [])
        let golden = try GoldenBench.golden("answers: { reserve.on_failure: 404, invoice.on_failure: 404 }\n")
        #expect(bench.runner.problems(of: golden).count == 1)
    }
}
