import Testing

@testable import Flows

/// What a dry run tells must be what a redrive calls.
@Suite("What a redrive would call")
struct RedrivePreviewTests {
    private let attributes: [(String, String?)] = [
        ("ce_specversion", "1.0"), ("ce_id", "4711"), ("ce_source", "/crm/eu"), ("ce_type", "t"),
    ]

    private func calls(
        _ steps: StepDefinition..., value: String? = #"{"id":"C-1"}"#
    ) throws -> ([String], RedrivePreview.Ending) {
        let preview = try RedrivePreview(.flow(steps))
        let (calls, ending) = preview.calls(for: try deadLetter(3, 42, value: value, headers: attributes))
        let texts = calls.map { call in
            let body = call.body.map { String(decoding: $0, as: UTF8.self) } ?? "-"
            return "\(call.step): \(call.method) \(call.system)\(call.path) \(body)"
        }
        return (texts, ending)
    }

    @Test("every step's method, path and body, in order")
    func steps() throws {
        let (texts, ending) = try calls(
            .step("create", map: "{ a: .data.id }"), .step("never", when: "false"),
            .step("remove", call: .delete, path: "/clients/{.data.id}"))
        #expect(texts == [#"create: POST erp/clients {"a":"C-1"}"#, "remove: DELETE erp/clients/C-1 -"])
        guard case .done = ending else {
            Issue.record("\(ending)")
            return
        }
    }

    @Test("an event that would fail again says so before anything is called")
    func fault() throws {
        let (texts, ending) = try calls(.step(map: "error(\"no\")"))
        #expect(texts.isEmpty)
        guard case .fault(let fault) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(fault.message.contains("no"))
    }

    @Test("what depends on an answer cannot be told")
    func answers() throws {
        let (texts, ending) = try calls(
            .step("create", map: "1"),
            .step("more", call: .put, path: "/clients/{$steps[\"create\"].body.id}"))
        #expect(texts == ["create: POST erp/clients 1"])
        guard case .dependsOnAnswers = ending else {
            Issue.record("\(ending)")
            return
        }
    }

    @Test("the idempotency key is that of the event where it was read, for plain JSON without an identity (D3)")
    func names() throws {
        let definition = FlowDefinition.flow([.step(map: "1")], format: .json)
        let letter = try deadLetter(3, 42)
        let (calls, _) = try RedrivePreview(definition).calls(for: letter)
        let bench = try RunnerBench(definition)
        bench.take(StoredRecord(value: "{}", partition: 3, offset: 42))
        #expect(bench.next() == "call step 0 system 0")
        #expect(calls.map(\.idempotencyKey) == [bench.slot.idempotencyKey])
    }
}
