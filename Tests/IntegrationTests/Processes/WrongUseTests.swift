import Foundation
import SimulatedSystems
import TestKit
import Testing

/// Bad input to commands: one clear error that names the place, the right exit code (1 found problems, 2 used wrongly,
/// 3 could not reach something), and no stack trace.
@Suite("Commands that are used wrongly")
struct WrongUseTests {
    private static let yaml = """
        kafka: { bootstrap_servers: "127.0.0.1:1" }
        systems:
          erp: { base_url: "http://127.0.0.1:1/v2" }
        flows:
          customers:
            topic: crm.customers
            schema: event.json
            steps:
              - name: create
                when: .type == "a"
                map: mappings/client.jq
                call: POST erp/clients

        """

    private func workspace(_ yaml: String = yaml, mapping: String = "{ id: .data.id }", schema: String = "{}") throws
        -> Workspace
    {
        let folder = try Workspace()
        try folder.write("penstock.yaml", yaml)
        try folder.write("mappings/client.jq", mapping)
        try folder.write("Schemas/event.json", schema)
        return folder
    }

    /// Nothing of what a program that crashed would leave.
    private func expectClear(
        _ ending: Program.Ending, status: Int32, _ parts: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let text = ending.output + ending.errors
        #expect(ending.status == status, "\(text)", sourceLocation: sourceLocation)
        for part in parts { #expect(text.contains(part), "\(part) in: \(text)", sourceLocation: sourceLocation) }
        for trace in ["Fatal error", "Stack dump", "Crash", ".swift:", "Error Domain", "0x0000"] {
            #expect(!text.contains(trace), "\(text)", sourceLocation: sourceLocation)
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        var yaml = WrongUseTests.yaml
        var mapping = "{ id: .data.id }"
        var schema = "{}"
        let parts: [String]
        var testDescription: String { name }
    }

    static let faults = [
        Fault(
            name: "unknown key", yaml: yaml.replacing("topic: crm", with: "topik: crm"),
            parts: ["penstock.yaml:6:5", "topik", "did you mean", "topic"]),
        Fault(
            name: "missing variable", yaml: yaml.replacing("crm.customers", with: "${TOPIC}"),
            parts: ["penstock.yaml:6:", "flows.customers.topic", "TOPIC"]),
        Fault(name: "not YAML", yaml: yaml + "  - : [", parts: ["penstock.yaml:13:", "not valid YAML"]),
        Fault(
            name: "unknown client property",
            yaml: yaml.replacing("{ bootstrap_servers: \"127.0.0.1:1\" }", with: "{ client: { fetch.min.byte: 3 } }"),
            parts: ["penstock.yaml:1:", "fetch.min.byte"]),
        Fault(
            name: "unknown system", yaml: yaml.replacing("POST erp/", with: "POST epr/"),
            parts: ["penstock.yaml:12:", "epr", "did you mean"]),
        Fault(
            name: "missing mapping", yaml: yaml.replacing("client.jq", with: "clinet.jq"),
            parts: ["penstock.yaml:11:", "clinet.jq", "did you mean"]),
        Fault(
            name: "missing schema", yaml: yaml.replacing("event.json", with: "evnt.json"),
            parts: ["penstock.yaml:7:", "evnt.json"]),
        Fault(name: "bad mapping", mapping: "{ id: .data.id,\n  x: nope }", parts: ["mappings/client.jq:2:6", "nope"]),
        Fault(name: "bad schema", schema: #"{"type":"strin"}"#, parts: ["event.json", "strin"]),
        Fault(name: "schema that is no JSON", schema: "{", parts: ["event.json"]),
    ]

    @Test("a fault of the configuration is told with its place by check and by run", arguments: faults)
    func configuration(fault: Fault) async throws {
        let folder = try workspace(fault.yaml, mapping: fault.mapping, schema: fault.schema)
        for command in ["check", "run"] {
            let ending = try await Program.run([command], in: folder)
            // `check` finds problems where the configuration itself can be read, and is used wrongly where it cannot.
            let status: Int32 =
                command == "check" && ["bad mapping", "bad schema", "schema that is no JSON"].contains(fault.name)
                ? 1 : 2
            expectClear(ending, status: status, fault.parts)
        }
    }

    @Test("run and check --connect say which broker does not answer, with 3")
    func unreachableBroker() async throws {
        let folder = try workspace()
        for arguments in [["run", "--log-level", "critical"], ["check", "--connect"], ["lag"]] {
            let ending = try await Program.run(arguments, in: folder)
            expectClear(ending, status: 3, ["127.0.0.1:1"])
            #expect(ending.errors.split(separator: "\n").count + ending.lines.count <= 2, "\(ending)")
        }
    }

    @Test("an unknown topic is named by run, check --connect, lag and tail, with 3")
    func unknownTopic() async throws {
        try await Site.run { site in
            let yaml = try String(contentsOfFile: site.folder.path + "/penstock.yaml", encoding: .utf8)
            try site.folder.write(
                "other.yaml", yaml.replacing("topic: \(site.topic)\n", with: "topic: nowhere-\(site.topic)\n"))
            for command in ["run", "check --connect", "lag"] {
                let arguments = command.split(separator: " ").map(String.init) + ["--config", "other.yaml"]
                let ending = try await Program.run(arguments, environment: site.environment, in: site.folder)
                expectClear(ending, status: 3, ["nowhere-\(site.topic)"])
            }
            let tail = try await site.penstock("tail", "nowhere-\(site.topic)", "--no-follow", "--from", "beginning")
            expectClear(tail, status: 3, ["nowhere-\(site.topic)"])
        }
    }

    @Test("check --connect tries tokens: an endpoint that denies or is not there is told with its key, with 3")
    func tokenEndpoint() async throws {
        try await Site.run { site in
            let fine = try await site.penstock("check", "--connect")
            #expect(fine.status == 0, "\(fine.output)\(fine.errors)")
            let denied = try await site.penstock("check", "--connect", environment: ["ERP_CLIENT_SECRET": "wrong-one"])
            expectClear(denied, status: 3, ["systems.erp.auth", "401"])
            #expect(!(denied.output + denied.errors).contains("wrong-one"), "a secret never shows")
            let absent = try await site.penstock("check", "--connect", environment: ["ERP_URL": "http://127.0.0.1:1"])
            expectClear(absent, status: 3, ["systems.erp.auth"])
        }
    }

    @Test(
        "what the command line does not know is used wrongly, with 2 and a hint",
        arguments: [
            ("run --nope", "--nope"), ("nope", "nope"), ("check --config nowhere.yaml", "nowhere.yaml"),
            ("run --workers 0", "--workers"), ("run --workers many", "many"), ("map missing.jq", "missing.jq"),
            ("map -e .a+ -", ":1:"), ("map -e . missing.json", "missing.json"),
            ("validate missing.json -", "missing.json"), ("validate Schemas/event.json missing.json", "missing.json"),
            ("produce --topic t --bootstrap-servers h:1 missing.ndjson", "missing.ndjson"),
            ("produce x.ndjson", "--topic or --flow"), ("produce --flow nope x.ndjson", "nope"),
            ("tail t --from somewhere", "--from"), ("tail t --filter . --filter", "--filter"),
            ("tail t --bootstrap-servers 127.0.0.1:1 --filter .a|", "--filter"),
            ("broker --topic a:b", "a:b"), ("simulate nothing", "nothing"), ("simulate erp --port 99999", "--port"),
            ("demo --events 0", "--events"), ("lag --output xml", "xml"), ("config", "schema"),
        ])
    func commandLine(line: String, part: String) async throws {
        let folder = try workspace()
        let ending = try await Program.run(line.split(separator: " ").map(String.init), in: folder)
        if line == "config" {
            // A group of commands without one shows its help.
            #expect(ending.status == 0)
        } else {
            expectClear(ending, status: 2, [part])
        }
    }

    @Test(
        "every command has help with an example",
        arguments: [
            "demo", "run", "check", "map", "validate", "produce", "tail", "lag", "config schema", "broker", "simulate",
        ])
    func help(command: String) async throws {
        let ending = try await Program.run(
            command.split(separator: " ").map(String.init) + ["--help"], in: try Workspace())
        #expect(ending.status == 0)
        #expect(ending.output.contains("Example: penstock \(command)"))
        #expect(ending.errors.isEmpty)
    }
}
