import Testing

@testable import Flows

/// `batch` and `results`: what is read, and what is refused.
@Suite("Batches in the configuration")
struct BatchConfigurationTests {
    private func yaml(_ step: String, flow: String = "") -> String {
        """
        systems:
          erp: { base_url: http://erp.example.com }
        flows:
          customers:
            topic: crm.customers
            \(flow)
            steps:
              - name: bulk
                \(step.replacing("\n", with: "\n        "))

        """
    }

    private func errors(_ step: String, flow: String = "") -> [String] {
        Example.errors(yaml(step, flow: flow)).map { String($0.split(separator: ": ", maxSplits: 1)[1]) }
    }

    @Test("every key is read")
    func all() throws {
        let configuration = try Example.load(
            yaml(
                """
                call: POST erp/clients/bulk
                batch: { max: 50, linger: 20ms, max_bytes: 256KiB, body: "{ items: . }", key: .id }
                results: .items[] | { key, status, body }
                """))
        let step = try #require(configuration.flows.first?.steps.first)
        #expect(step.batch?.max == 50)
        #expect(step.batch?.linger == .milliseconds(20))
        #expect(step.batch?.byteCount == 256 << 10)
        #expect(step.batch?.body?.text == "{ items: . }")
        #expect(step.batch?.key?.text == ".id")
        #expect(step.results?.text == ".items[] | { key, status, body }")
        let flow = try #require(configuration.flows.first)
        let definition = try FlowDefinition(
            flow, of: configuration, schemas: SchemaTexts(), files: .memory([:], workingDirectory: "/"))
        #expect(definition.coreConfiguration.batches.map { $0?.items } == [50])
        #expect(definition.unbatchedPolicies.map { $0?.items } == [1])
        #expect(FlowCheck.problems(definition) == [])
    }

    @Test("a batch alone has a size, and defaults for the rest")
    func defaults() throws {
        let configuration = try Example.load(yaml("call: POST erp/clients/bulk\nbatch: { max: 10 }"))
        let batch = try #require(configuration.flows.first?.steps.first?.batch)
        #expect(batch.linger == .zero)
        #expect(batch.byteCount == 1 << 20)
    }

    @Test(
        "what makes no sense is refused, with a reason",
        arguments: [
            ("call: POST erp/bulk\nbatch: { linger: 1s }", "the key ‘max’ is missing"),
            ("call: POST erp/bulk\nbatch: { max: 0 }", "is not a whole number from 1 to 10000"),
            ("call: POST erp/bulk\nresults: .items[]", "it needs ‘batch’"),
            ("call: POST erp/bulk/{.id}\nbatch: { max: 2 }", "has one path"),
            ("call: POST erp/bulk/{client_id}\nbatch: { max: 2 }", "has one path"),
            (
                "call: POST erp/bulk\nheaders: { X-Id: \"{.id}\" }\nbatch: { max: 2 }", "has one header ‘X-Id’"
            ),
            ("call: GET erp/bulk\nbatch: { max: 2 }", "its method must be POST, PUT or PATCH"),
            ("call: POST erp/bulk\nbatch: { max: 2, key: .id }", "batch.key names events in ‘results’"),
        ])
    func refused(step: String, reason: String) {
        let errors = errors(step)
        #expect(errors.count == 1 && errors[0].contains(reason), "\(errors)")
    }

    @Test("`order: partition` would never fill a batch")
    func order() {
        let errors = errors("call: POST erp/bulk\nbatch: { max: 2 }", flow: "order: partition")
        #expect(errors.count == 1 && errors[0].contains("never fills"), "\(errors)")
        #expect(self.errors("call: POST erp/bulk\nbatch: { max: 2 }", flow: "order: none").isEmpty)
        let inOrder = "call: POST erp/bulk\nbatch: { max: 2, same_key: in_order }"
        #expect(self.errors(inOrder, flow: "order: partition").isEmpty)
        let tooMany = self.errors("call: POST erp/bulk\nbatch: { max: 200 }", flow: "buffer: { events: 100 }")
        #expect(tooMany.count == 1 && tooMany[0].contains("never fills"), "\(tooMany)")
    }

    @Test(
        "several events of a key in one call: only where nothing depends on how an earlier one ends",
        arguments: [
            ("", "order: none", "keeps no order"),
            ("remember: { client_id: .id }", "", "there can be no ‘remember’"),
            ("", "version: .data.version", "there can be no ‘version’"),
        ])
    func sameKey(step: String, flow: String, reason: String) {
        let errors = errors("call: POST erp/bulk\nbatch: { max: 2, same_key: in_order }\n" + step, flow: flow)
        #expect(errors.count == 1 && errors[0].contains(reason), "\(errors)")
    }

    @Test("several events of a key in one call: only in flows of one step")
    func sameKeySteps() {
        let text = yaml("call: POST erp/bulk\nbatch: { max: 2, same_key: in_order }")
        let errors = Example.errors(text + "      - { name: second, call: POST erp/clients }\n")
        #expect(errors.count == 1 && errors[0].contains("is for flows of one step"), "\(errors)")
    }

    @Test("`same_key` reaches the core, and has events apart unless it is said")
    func sameKeyPolicy() throws {
        for (text, expected) in [("", false), (", same_key: apart", false), (", same_key: in_order", true)] {
            let configuration = try Example.load(yaml("call: POST erp/bulk\nbatch: { max: 2\(text) }"))
            let flow = try #require(configuration.flows.first)
            let definition = try FlowDefinition(
                flow, of: configuration, schemas: SchemaTexts(), files: .memory([:], workingDirectory: "/"))
            #expect(definition.coreConfiguration.batches.map { $0?.takesSameKey } == [expected])
            #expect(definition.unbatchedPolicies.map { $0?.takesSameKey } == [false])
        }
    }

    private func definition(results: String, body: String? = nil, key: String? = nil) -> FlowDefinition {
        var step = StepDefinition.step(map: "{ id: .data.id }")
        step.batch = BatchDefinition(
            .init(items: 2), body: body.map { Flows.Expression($0) }, key: key.map { Flows.Expression($0) },
            results: Flows.Expression(results))
        return .flow([step])
    }

    @Test("`body` and `results` are of no event: they cannot ask for one's variables")
    func variables() {
        #expect(FlowCheck.problems(definition(results: ".items[] | $event")).count == 1)
        #expect(FlowCheck.problems(definition(results: ".[]", body: "{ a: $idempotency_key }")).count == 1)
        #expect(FlowCheck.problems(definition(results: ".[]", body: "{ items: . }")).isEmpty)
    }

    @Test("results that can say nothing of an event, and keys that no document has, are warned of")
    func warnings() {
        func messages(_ flow: FlowDefinition) -> [String] { FlowCheck.warnings(flow).map(\.message) }
        #expect(messages(definition(results: ".items[] | { key, status }")).isEmpty)
        #expect(messages(definition(results: ".items[] | { key: .id }")).contains { $0.contains("with a `status`") })
        #expect(messages(definition(results: ".items | length")).contains { $0.contains("with a `status`") })
        #expect(!messages(definition(results: ".items[]", key: ".identifier")).isEmpty)
        #expect(messages(definition(results: ".items[]", key: ".id")).isEmpty)
    }

    @Test("an identity cannot depend on the name that is made from it")
    func identity() {
        let flow = FlowDefinition.flow([.step()], format: .json, identity: "$idempotency_key")
        #expect(FlowCheck.problems(flow).contains { $0.contains("$idempotency_key is not available here") })
    }
}
