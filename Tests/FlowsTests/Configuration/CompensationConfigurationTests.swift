import Testing

@testable import Flows

/// `on_failure`: what can be said, and what cannot be meant.
@Suite("Configuration: on_failure") struct CompensationConfigurationTests {
    private static func changed(_ text: String, more: (String) -> String = { $0 }) -> String {
        more(
            Example.changed(
                "call: POST erp/clients\n",
                to: "call: POST erp/clients\n        remember: { client_id: .clientId }\n        on_failure: \(text)\n")
        )
    }

    @Test("a call alone, which sees what is remembered")
    func short() throws {
        let step = try #require(
            try Example.load(Self.changed("DELETE erp/clients/{client_id}")).flows.first?.steps.first)
        let undo = try #require(step.onFailure)
        #expect(undo.call.method == .delete)
        #expect(undo.call.system == "erp")
        #expect(undo.references == ["client_id"])
        #expect(undo.map == nil && undo.schema == nil && undo.headers.isEmpty && undo.successStatuses == nil)
    }

    @Test("a section has what a step has of a call")
    func long() throws {
        let text = """
            { call: POST erp/cancellations, map: { jq: "{ why: $failure.reason }" }, schema: erp/client.v2.json,
              headers: { X-Why: "{$failure.reason}" }, retry: { statuses: [409], attempts: 3 },
              success_statuses: [200, 404] }
            """
        let configuration = try Example.load(Self.changed(text))
        let undo = try #require(configuration.flows.first?.steps.first?.onFailure)
        #expect(undo.call.method == .post)
        #expect(undo.retry?.attempts == 3)
        #expect(undo.successStatuses == [200, 404])
        #expect(undo.schema?.path.hasSuffix("Schemas/erp/client.v2.json") ?? false)
        #expect(undo.headers.map(\.name) == ["X-Why"])
        let flow = try FlowDefinition(
            try #require(configuration.flows.first), of: configuration,
            schemas: SchemaTexts([
                "erp/client.v2.json": Array("{}".utf8), "crm/customer-event.v1.json": Array("{}".utf8),
            ]),
            files: Example.files())
        let definition = try #require(flow.steps.first?.onFailure)
        #expect(definition.retry.statuses == [409])
        #expect(flow.coreConfiguration.compensations.map { $0?.attempts } == [3, nil])
        #expect(flow.callNames.map(\.name).contains("create-client.on_failure"))
        #expect(FlowCheck.problems(flow) == [])
    }

    @Test(
        "what is wrong is told at its place",
        arguments: [
            ("GET erp/clients", "a compensation undoes something: its method must not be GET"),
            ("DELETE epr/clients", "there is no system ‘epr’ (did you mean erp?)"),
            ("DELETE erp/clients/{other}", "no step of this flow remembers ‘other’"),
            ("{ map: { jq: \".\" } }", "the key ‘call’ is missing"),
            ("{ call: DELETE erp/clients, schema: erp/none.json }", "no file erp/none.json"),
            ("{ call: DELETE erp/clients, probe: GET erp/clients }", "unknown key"),
        ])
    func wrong(text: String, message: String) {
        let errors = Example.errors(Self.changed(text))
        #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    }

    @Test("it needs receipts")
    func receipts() {
        let yaml = Self.changed("DELETE erp/clients") { yaml in
            yaml.replacing("        remember: { client_id: .clientId }\n", with: "")
                .replacing("topic: crm.customers\n", with: "topic: crm.customers\n    receipts: { enabled: false }\n")
        }
        let errors = Example.errors(yaml)
        #expect(
            errors.count == 1 && errors[0].contains("on_failure needs receipts, which are switched off"), "\(errors)")
    }

    @Test("behind the last step nothing can fail")
    func last() {
        let errors = Example.errors(
            Example.changed(
                "retry: { statuses: [404, 409] }",
                to: "retry: { statuses: [404, 409] }\n        on_failure: DELETE erp/clients"))
        #expect(errors.count == 1 && errors[0].contains("no step follows this one that could fail"), "\(errors)")
    }

    @Test("check compiles its programs and holds its mapping against its schema")
    func check() throws {
        var step = StepDefinition.step("reserve")
        step.onFailure = CompensationDefinition(
            map: Flows.Expression("{ why: "), method: .delete, system: 0,
            path: [TemplatePart](template: "/r/{.data.id}"))
        var flow = FlowDefinition.flow([step, .step("invoice")])
        flow.receipts = ReceiptSettings(topic: "r")
        #expect(FlowCheck.problems(flow).count == 1)
        flow.steps[0].onFailure?.map = Flows.Expression("{ why: 1 }")
        flow.steps[0].onFailure?.schema = SchemaReference(uri: "why.json", place: "p:1:1: schema")
        flow.schemas = SchemaTexts([
            "why.json": Array(#"{"type":"object","properties":{"why":{"type":"string"}}}"#.utf8)
        ])
        #expect(FlowCheck.problems(flow) == [])
        let warnings = FlowCheck.warnings(flow)
        #expect(warnings.count == 1 && warnings[0].message.contains(".why is a number"), "\(warnings)")
    }
}
