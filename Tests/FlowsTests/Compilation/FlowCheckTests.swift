import Testing

@testable import Flows

/// What can be wrong with a flow is told before it runs, all of it at once, each with its place.
@Suite("Checking flows")
struct FlowCheckTests {
    private static let yaml = """
        systems:
          erp: { base_url: http://erp.example.com }
        flows:
          customers:
            topic: crm.customers
            schema: crm/event.json
            steps:
              - name: create
                when: .type == "a" and
                map: mappings/client.jq
                schema: erp/client.json
                call: POST erp/clients/{.data.id | nope}

        """

    /// Everything that is wrong with the flow of this configuration.
    private func problems(_ yaml: String, mapping: String = ".", schemas: [String: String] = [:]) throws -> [String] {
        let all = ["crm/event.json": "{}", "erp/client.json": "{}"].merging(schemas) { $1 }
        var files = ["penstock.yaml": yaml, "mappings/client.jq": mapping]
        for (name, text) in all { files["Schemas/" + name] = text }
        let memory = ConfigurationFiles.memory(files, workingDirectory: "/project")
        let configuration = try Configuration.load(paths: ["penstock.yaml"], environment: [:], files: memory)
        return try configuration.flows.flatMap { flow in
            FlowCheck.problems(
                try FlowDefinition(
                    flow, of: configuration, schemas: SchemaTexts(all.mapValues { Array($0.utf8) }), files: memory))
        }
    }

    @Test("a flow without a fault has no problems")
    func fine() throws {
        let yaml = Self.yaml.replacing(" and\n", with: "\n").replacing(" | nope", with: "")
        #expect(try problems(yaml) == [])
    }

    @Test("errors in expressions of the configuration are told at their line and column in the file")
    func expressions() throws {
        let problems = try problems(Self.yaml)
        #expect(problems.count == 2, "\(problems)")
        #expect(problems.contains { $0.hasPrefix("penstock.yaml:9:") && $0.contains("flows.customers.steps[0].when") })
        #expect(
            problems.contains {
                $0.hasPrefix("penstock.yaml:12:") && $0.contains("flows.customers.steps[0].call") && $0.contains("nope")
            }, "\(problems)")
    }

    @Test("an error in a mapping's file is told at its line and column there, with the line and a caret")
    func mapping() throws {
        let yaml = Self.yaml.replacing(" and\n", with: "\n").replacing(" | nope", with: "")
        let problems = try problems(yaml, mapping: "{ id: .data.id,\n  name: .data.name | upcase }\n")
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("mappings/client.jq:2:") ?? false, "\(problems)")
        #expect(problems.first?.contains("upcase") ?? false)
        #expect(problems.first?.contains("^") ?? false)
    }

    @Test(
        "a schema that is no schema, or refers to nothing, is told with the place that names it",
        arguments: [#"{"type":"strin"}"#, #"{"$ref":"missing.json"}"#, #"{"type":"#])
    func schema(text: String) throws {
        let yaml = Self.yaml.replacing(" and\n", with: "\n").replacing(" | nope", with: "")
        let problems = try problems(yaml, schemas: ["erp/client.json": text])
        #expect(!problems.isEmpty)
        #expect(problems.contains { $0.contains("erp/client.json") }, "\(problems)")
    }

    @Test("more than 64 steps are refused: which of them apply is kept in one word")
    func tooManySteps() {
        let flow = FlowDefinition.flow((0..<65).map { .step("s\($0)") })
        #expect(FlowCheck.problems(flow) == ["flows.customers.steps: more than 64 steps"])
        #expect(FlowCheck.problems(.flow((0..<64).map { .step("s\($0)") })) == [])
    }
}
