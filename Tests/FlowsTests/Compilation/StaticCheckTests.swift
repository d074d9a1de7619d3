import Foundation
import Testing

@testable import Flows

/// Issue 3: "`check` warns, with file, line, column and schema location, of a path the input schema cannot have, a
/// required output member never written, a type that cannot fit, an unreachable branch of `when`."
@Suite("Holding programs against schemas")
struct StaticCheckTests {
    /// Two kinds of events, each with data of its own, and nothing else.
    private static let event = """
        {
          "type": "object",
          "required": ["specversion", "id", "source", "type", "data"],
          "properties": {
            "specversion": {}, "id": {}, "source": {}, "time": {"type": "string"},
            "type": {"enum": ["customer.created", "customer.deleted"]},
            "data": {}
          },
          "additionalProperties": false,
          "oneOf": [
            {"properties": {"type": {"const": "customer.created"}, "data": {"$ref": "customer.json"}}},
            {"properties": {"type": {"const": "customer.deleted"}, "data": {"$ref": "removal.json"}}}
          ]
        }
        """
    private static let customer = """
        {
          "type": "object", "required": ["id", "name", "address"], "additionalProperties": false,
          "properties": {
            "id": {"type": "string"}, "name": {"type": "string"}, "score": {"type": "integer"},
            "address": {
              "type": "object", "required": ["street"],
              "properties": {"street": {"type": "string"}, "zip": {"type": "string"}}
            },
            "tags": {"type": "array", "items": {"type": "string"}}
          }
        }
        """
    private static let removal = """
        {
          "type": "object", "required": ["id", "reason"], "additionalProperties": false,
          "properties": {"id": {"type": "string"}, "reason": {"enum": ["asked", "bankrupt"]}}
        }
        """
    private static let client = """
        {
          "type": "object", "required": ["key", "name", "status"], "additionalProperties": false,
          "properties": {
            "key": {"type": "string"}, "name": {"type": "string"}, "status": {"enum": ["active", "inactive"]},
            "tags": {"type": "array", "items": {"type": "object"}}, "size": {"type": "integer"}
          }
        }
        """
    private static let good = #"{key: .data.id, name: .data.name, status: "active"}"#

    private func flow(_ steps: [StepDefinition], schema: String? = "event.json") -> FlowDefinition {
        .flow(
            steps, schema: schema,
            schemas: [
                "event.json": Self.event, "customer.json": Self.customer, "removal.json": Self.removal,
                "client.json": Self.client,
            ])
    }

    private func warnings(_ steps: [StepDefinition], schema: String? = "event.json") -> [String] {
        let flow = flow(steps, schema: schema)
        #expect(FlowCheck.problems(flow) == [])
        return FlowCheck.warnings(flow).map(\.description)
    }

    private func warnings(map: String, when: String? = #".type == "customer.created""#) -> [String] {
        warnings([.step(when: when, map: map, schema: "client.json")])
    }

    @Test("a mapping that fits is not warned of")
    func fine() {
        #expect(warnings(map: Self.good) == [])
    }

    @Test("a path that the event's schema cannot have is told, with the schema's place and the nearest name")
    func missingPath() {
        let map = Self.good.replacing(".data.name", with: "\n  .data.nmae // \"?\"")
        #expect(
            warnings(map: map) == [
                "test.jq:2:3: .data.nmae: the schema allows no member \"nmae\" here; did you mean \"name\"? "
                    + "(customer.json#)"
            ])
    }

    @Test("what `when` lets pass decides which of the event's schemas counts")
    func discriminatedEvents() {
        let map = #"{key: .data.id, name: .data.reason, status: "inactive"}"#
        #expect(warnings(map: map, when: #".type == "customer.deleted""#) == [])
        #expect(warnings(map: map, when: #"$event.type == "customer.deleted""#) == [])
        #expect(warnings(map: map, when: #".type != "customer.created""#) == [])
        #expect(warnings(map: map, when: nil) == [])
        let found = warnings(map: map, when: #".type | IN("customer.created", "customer.changed")"#)
        #expect(found.contains { $0.contains(".data.reason: the schema allows no member") }, "\(found)")
    }

    @Test("a name that an open schema does not speak of is told as a likely mistake, if it is close to one it does")
    func likelyMistake() {
        let near = flow([.step(when: #".type == "customer.created""#, map: #"{a: .data.address.stret}"#)])
        let found = FlowCheck.warnings(near)
        #expect(found.map(\.isCertain) == [false])
        #expect(
            found.map(\.description) == [
                "test.jq:1:5: .data.address.stret: the schema declares no member \"stret\" here, though it allows it; "
                    + "did you mean \"street\"? (customer.json#/properties/address)"
            ])
        let far = flow([.step(when: #".type == "customer.created""#, map: #"{a: .data.address.geo}"#)])
        #expect(FlowCheck.warnings(far) == [])
    }

    @Test("a required member that is never written is told")
    func neverWritten() {
        #expect(
            warnings(map: #"{key: .data.id, name: .data.name}"#) == [
                "test.jq:1:1: the required member \"status\" is never written (client.json#)"
            ])
    }

    @Test("a member that the schema has no room for is told where it is written")
    func forbidden() {
        #expect(
            warnings(map: Self.good.replacing("}", with: ",\n statsu: 1}")) == [
                "test.jq:2:10: .statsu is written, and the schema allows no member \"statsu\" there (client.json#)"
            ])
    }

    @Test(
        "a type that cannot fit is told where it is written",
        arguments: [
            (
                "name: .data.score",
                "test.jq:1:23: .name is a number or null, and the schema allows a string "
                    + "(client.json#/properties/name)"
            ),
            (
                "name: [.data.name]",
                "test.jq:1:23: .name is an array, and the schema allows a string (client.json#/properties/name)"
            ),
            (
                "name: (.data.name | length)",
                "test.jq:1:23: .name is a number, and the schema allows a string (client.json#/properties/name)"
            ),
            (
                "name: .data.name, tags: (.data.tags // [])",
                "test.jq:1:41: .tags[] is a string, and the schema allows an object (client.json#/properties/tags/items)"
            ),
            (
                "name: .data.name, size: \"big\"",
                "test.jq:1:41: .size is a string, and the schema allows a number (client.json#/properties/size)"
            ),
        ])
    func types(members: String, expected: String) {
        #expect(warnings(map: "{key: .data.id, \(members), status: \"active\"}") == [expected])
    }

    @Test("a constant outside of an enumeration is told, even if only one branch writes it")
    func constants() {
        let map = Self.good.replacing("\"active\"", with: "(if .data.score == 1 then \"active\" else \"inactiv\" end)")
        #expect(
            warnings(map: map) == [
                "test.jq:1:43: .status can be \"inactiv\", and the schema allows \"active\", \"inactive\"; did you mean "
                    + "\"inactive\"? (client.json#/properties/status)"
            ])
    }

    @Test("a condition that is never true is told, and why")
    func neverTrue() {
        let found = warnings([.step(when: #".type == "customer.craeted""#)])
        #expect(
            found == [
                "test.jq:1:1: .type is never \"customer.craeted\"; did you mean \"customer.created\"? "
                    + "(event.json#/properties/type)",
                "test.jq:1:1: `when` is never true: the step create never applies",
            ])
        let contradiction = warnings([.step(when: #".type == "customer.created" and .data.reason == "asked""#)])
        #expect(contradiction.contains { $0.contains("the step create never applies") }, "\(contradiction)")
    }

    @Test("a branch that one step never reaches is not told when another step of the same mapping does")
    func sharedMapping() {
        let map =
            #"{key: .data.id, name: "x", status: (if .type == "customer.deleted" then "inactive" else "active" end)}"#
        let created = StepDefinition.step("a", when: #".type == "customer.created""#, map: map, schema: "client.json")
        let deleted = StepDefinition.step("b", when: #".type == "customer.deleted""#, map: map, schema: "client.json")
        #expect(warnings([created, deleted]) == [])
        #expect(warnings([created]).first?.contains(".type is never \"customer.deleted\"") ?? false)
        #expect(FlowCheck.warnings([flow([created]), flow([deleted])]) == [])
    }

    @Test("several documents, or none, are told")
    func outputs() {
        #expect(warnings(map: "\(Self.good), 1").contains { $0.contains("yields more than one document") })
        #expect(warnings(map: "empty").contains { $0.contains("never yields a document for the step create") })
        #expect(warnings(map: ".data.tags[]? | {key: .}").allSatisfy { !$0.contains("document;") })
    }

    @Test("an expression in a path or a header that can give no text is told")
    func templates() {
        let found = warnings([
            .step(
                when: #".type == "customer.created""#, path: "/clients/{.data.address}",
                headers: [("X-A", "{.data.id}")])
        ])
        #expect(
            found == [
                "test.jq:1:1: `{.data.address}` is an object; it must be a string or a number with content "
                    + "(customer.json#/properties/address)"
            ])
    }

    @Test("data that is sent without a mapping is held against the step's schema")
    func unmapped() {
        let found = warnings([.step(when: #".type == "customer.created""#, schema: "client.json")])
        #expect(
            found.contains { $0.hasPrefix("penstock.yaml:9:9: the event's data, sent as it is: the required") },
            "\(found)")
    }

    @Test("a schema that no CloudEvent can satisfy is told: that of the data, for example")
    func schemaOfTheDataAlone() {
        #expect(
            warnings([.step()], schema: "customer.json") == [
                "penstock.yaml:5:5: no event in the format cloudevents can be valid by this schema (customer.json)"
            ])
    }

    @Test("without schemas nothing is known, and nothing is said")
    func noSchemas() {
        let flow = FlowDefinition.flow([
            .step(when: ".typ == \"x\"", map: "{a: .data.b.c, d: (.data.e | ascii_downcase)}", path: "/c/{.data.id}")
        ])
        #expect(FlowCheck.warnings(flow) == [])
    }

    @Test("what comes with `if`, `then` in the event's schema is understood, too")
    func conditionalSchema() {
        let schema = """
            {
              "type": "object", "required": ["type", "data"],
              "properties": {"type": {"enum": ["customer.created", "customer.deleted"]}},
              "allOf": [
                {"if": {"properties": {"type": {"const": "customer.created"}}},
                 "then": {"properties": {"data": {"$ref": "customer.json"}}}},
                {"if": {"properties": {"type": {"const": "customer.deleted"}}},
                 "then": {"properties": {"data": {"$ref": "removal.json"}}}}
              ]
            }
            """
        var flow = flow([.step(when: #".type == "customer.created""#, map: "{r: .data.reason}")])
        flow.schemas.texts["event.json"] = Array(schema.utf8)
        #expect(
            FlowCheck.warnings(flow).map(\.message) == [".data.reason: the schema allows no member \"reason\" here"])
        flow.steps[0] = .step(map: "{r: .data.reason}")
        #expect(FlowCheck.warnings(flow) == [])
    }

    /// Issue 3: "No false alarm on the example flows".
    @Test("the example flows are not warned of")
    func examples() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let names = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("examples").path)
        var count = 0
        for name in names where name != "README.md" {
            let folder = root.appendingPathComponent("examples/\(name)").path
            let configuration = try Configuration.load(paths: [folder], environment: [:], files: .local)
            var texts: [String: [UInt8]] = [:]
            let schemas = root.appendingPathComponent("Schemas")
            for case let file as URL in FileManager.default.enumerator(at: schemas, includingPropertiesForKeys: nil)
                ?? .init()
            where file.pathExtension == "json" {
                texts[String(file.path.dropFirst(schemas.path.count + 1))] = Array(try Data(contentsOf: file))
            }
            for flow in configuration.flows {
                let definition = try FlowDefinition(
                    flow, of: configuration, schemas: SchemaTexts(texts), files: .local)
                #expect(FlowCheck.problems(definition) == [])
                #expect(FlowCheck.warnings(definition).map(\.description) == [])
                count += 1
            }
        }
        #expect(count > 0)
    }
}
