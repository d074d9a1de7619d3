import Foundation
import TestKit
import Testing

/// The commands for documents as a user types them: `map`, `validate`, `schema`, `check`.
@Suite("Commands for documents")
struct DocumentCommandTests {
    private func run(
        _ line: String..., input: String? = nil, environment: [String: String] = [:], in folder: Workspace
    ) async throws -> Program.Ending {
        try await Program.run(line, environment: environment, input: input, in: folder)
    }

    private func objects(_ ending: Program.Ending) throws -> [[String: Any]] {
        try ending.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
    }

    // MARK: - map

    struct Call: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        var input = ""
        let output: String
        var status: Int32 = 0
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let calls = [
        Call(arguments: [".a"], input: "{\"a\":1}{\"a\":[2]}", output: "1\n[\n  2\n]\n"),
        Call(arguments: ["-c", ".[]"], input: "[1,{\"b\":2}]", output: "1\n{\"b\":2}\n"),
        Call(arguments: ["-e", ".a", "-r"], input: "{\"a\":\"é\"}", output: "é\n"),
        Call(arguments: ["-j", ".[]"], input: "[\"a\",1]", output: "a1"),
        Call(arguments: ["--tab", "-S", "."], input: "{\"b\":1,\"a\":2}", output: "{\n\t\"a\": 2,\n\t\"b\": 1\n}\n"),
        Call(arguments: [".", "--indent", "1"], input: "[1]", output: "[\n 1\n]\n"),
        Call(arguments: [".", "--indent", "0"], input: "[1]", output: "[1]\n"),
        Call(arguments: ["-s", "-c", "."], input: "1 2\n3", output: "[1,2,3]\n"),
        Call(arguments: ["-n", "1 + 1"], output: "2\n"),
        Call(arguments: ["-R", "-c", "."], input: "a b\nc", output: "\"a b\"\n\"c\"\n"),
        Call(arguments: ["-Rs", "."], input: "a\nb\n", output: "\"a\\nb\\n\"\n"),
        Call(arguments: ["-nr", "--arg", "x", "-1", "$x, $ARGS.named.x"], output: "-1\n-1\n"),
        Call(arguments: ["-nc", "--argjson", "x", "[1]", "$x"], output: "[1]\n"),
        Call(arguments: ["-nc", "--arg=x=y=z", "$x"], output: "\"y=z\"\n"),
        Call(
            arguments: ["-nc", "--slurpfile", "d", "two.json", "--rawfile", "t", "two.json", "[$d, $t]"],
            output: "[[1,2],\"1 2\"]\n"),
        Call(
            arguments: [
                "-nc", "--event", "{\"id\":1}", "--headers", "{\"h\":2}", "--reference", "{\"r\":3}", "--step-answers",
                "{\"s\":{\"status\":201}}", "[$event.id, $headers.h, $reference.r, $steps.s.status]",
            ], output: "[1,2,3,201]\n"),
        Call(arguments: ["$event.id"], input: "{\"id\":7}", output: "7\n"),
        Call(
            arguments: ["-c", ".", "two.json", "-", "rows.csv", "doc.yaml"], input: "3",
            output: "1\n2\n3\n{\"id\":\"7\",\"name\":\"A, B\"}\n{\"a\":[1,null]}\n"),
        Call(arguments: ["-c", "mapping.jq", "two.json"], output: "2\n3\n"),
        Call(arguments: ["-c", "-f", "mapping.jq", "two.json"], output: "2\n3\n"),
        Call(arguments: ["--exit-status", "."], input: "1 false", output: "1\nfalse\n", status: 1),
        Call(arguments: ["--exit-status", "empty"], input: "1", output: "", status: 1),
        Call(arguments: ["--exit-status", "."], input: "false 1", output: "false\n1\n"),
        Call(
            arguments: ["-C", "-c", "."], input: "[null]",
            output: "\u{1B}[1;39m[\u{1B}[0m\u{1B}[0;90mnull\u{1B}[0m\u{1B}[1;39m]\u{1B}[0m\n"),
        Call(arguments: ["-M", "-c", "."], input: "[null]", output: "[null]\n"),
        Call(arguments: [".n"], input: "{\"n\":100000000000000000001.10}", output: "100000000000000000001.10\n"),
    ]

    @Test("map takes what jq takes", arguments: calls)
    func map(call: Call) async throws {
        let folder = try Workspace()
        try folder.write("two.json", "1 2")
        try folder.write("rows.csv", "id,name\n7,\"A, B\"\n")
        try folder.write("doc.yaml", "a: [1, ~]\n")
        try folder.write("mapping.jq", ". + 1")
        let ending = try await Program.run(["map"] + call.arguments, input: call.input, in: folder)
        #expect(ending.status == call.status, "\(ending.errors)")
        #expect(ending.output == call.output)
        #expect(ending.errors.isEmpty, "\(ending.errors)")
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        var input = ""
        var output = ""
        let errors: [String]
        var status: Int32 = 2
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let mistakes = [
        Mistake(
            arguments: ["map", ".a |"], errors: ["error: <expression>:1:5: syntax error", "    .a |\n        ^"]),
        Mistake(
            arguments: ["map", "bad.jq"],
            errors: ["error: bad.jq:2:5: ", "    . + nope\n        ^^^^"]),
        Mistake(arguments: ["map", "missing.jq"], errors: ["missing.jq: cannot be read"]),
        Mistake(
            arguments: ["map", "events.ndjson"], errors: ["looks like a document", "penstock map . events.ndjson"]),
        Mistake(arguments: ["map"], errors: ["give a program or its file"]),
        Mistake(arguments: ["map", ".", "missing.json"], errors: ["missing.json: cannot be read: No such file"]),
        Mistake(arguments: ["map", ".", "."], errors: [".: cannot be read: it is a folder"]),
        Mistake(arguments: ["map", ".", "--argjson", "x", "{"], errors: ["the value of $x is no JSON", "^"]),
        Mistake(arguments: ["map", ".", "--arg", "1x", "y"], errors: ["--arg"]),
        Mistake(arguments: ["map", ".", "--tab", "--indent", "3"], errors: ["--compact, --tab and --indent"]),
        Mistake(arguments: ["map", "-n", ".", "events.ndjson"], errors: ["--null-input reads no file"]),
        Mistake(arguments: ["map", "input"], errors: ["input"]),
        Mistake(
            arguments: ["map", "lookup(\"x\"; .a)", "events.ndjson"],
            errors: ["there is no value map \"x\"", "name the one that has the value maps by --config"]),
        Mistake(
            arguments: ["map", "-c", ".a | tonumber", "events.ndjson"], output: "1\n3\n",
            errors: [
                "events.ndjson:2:6: found ‘}’ where a value is expected\n    {\"a\":}\n         ^",
                "events.ndjson:4: <expression>:1:6: ", "    .a | tonumber\n         ^",
            ], status: 1),
        Mistake(
            arguments: ["map", "."], input: "{\n  \"a\": [1,\n  2}\n}",
            errors: ["standard input:3:4: ", "      2}\n       ^"],
            status: 1),
        Mistake(
            arguments: ["map", "-s", "."], input: "1 ]", errors: ["standard input:1:3: "], status: 1),
        Mistake(
            arguments: ["map", "--steps", "100", "[range(1000)]"], input: "1", errors: ["more than 100 steps"],
            status: 1),
        Mistake(arguments: ["validate", "broken.json"], errors: ["broken.json:1:10: "]),
        Mistake(
            arguments: ["validate", "wrong.schema.json"],
            errors: ["wrong.schema.json:1:9: /type: ", "    {\"type\":\"strin\"}\n            ^~~~~~~"]),
        Mistake(arguments: ["validate", "a.v1.json", "missing.json"], errors: ["missing.json: cannot be read"]),
        Mistake(arguments: ["validate", "a.v1.json", "--format", "verbose"], errors: ["verbose"]),
        Mistake(arguments: ["schema", "compat", "a.v1.json"], errors: ["new"]),
        Mistake(arguments: ["schema", "compat", "--backward", "--full", "a.v1.json", "a.v2.json"], errors: ["one of"]),
        Mistake(
            arguments: ["schema", "compat", "a.v1.json", "missing.json"], errors: ["missing.json: cannot be read"]),
        Mistake(arguments: ["schema", "sample", "a.v1.json", "--count", "0"], errors: ["--count"]),
        Mistake(arguments: ["schema", "sample", "never.json"], errors: ["never.json"], status: 1),
    ]

    @Test("what is wrong is told with its place and what to do, and nothing else", arguments: mistakes)
    func mistake(mistake: Mistake) async throws {
        let folder = try Workspace()
        try folder.write("events.ndjson", "{\"a\":1}\n{\"a\":}\n{\"a\":3}\n{\"a\":\"x\"}\n")
        try folder.write("bad.jq", "# a comment\n. + nope")
        try folder.write("broken.json", "{\"type\": ")
        try folder.write("wrong.schema.json", "{\"type\":\"strin\"}")
        try folder.write("never.json", "false")
        try folder.write("a.v1.json", "{}")
        try folder.write("a.v2.json", "{}")
        let ending = try await Program.run(mistake.arguments, input: mistake.input, in: folder)
        #expect(ending.status == mistake.status, "\(ending)")
        #expect(ending.output == mistake.output)
        for part in mistake.errors { #expect(ending.errors.contains(part), "\(part) in: \(ending.errors)") }
        for trace in ["Fatal error", "Stack dump", ".swift:"] { #expect(!ending.errors.contains(trace)) }
    }

    @Test("map finds the value maps and modules of the mapping's project, or of --config")
    func lookup() async throws {
        let folder = try Workspace()
        try folder.write("flow/penstock.yaml", "value_maps: { countries: { file: c.csv } }\nflows: \"${NOT_SET}\"\n")
        try folder.write("flow/c.csv", "code,name\nDE,Germany\n")
        try folder.write("flow/mappings/order.jq", "import \"lib/m\" as m; m::name")
        try folder.write("flow/mappings/lib/m.jq", "def name: lookup(\"countries\"; .c);")
        let found = try await run("map", "flow/mappings/order.jq", input: "{\"c\":\"DE\"}", in: folder)
        #expect(found.output == "\"Germany\"\n", "\(found.errors)")
        let named = try await run(
            "map", "--config", "flow/penstock.yaml", "lookup(\"countries\"; .c)", input: "{\"c\":\"XX\"}", in: folder)
        #expect(named.status == 1)
        #expect(named.errors.contains("no entry \"XX\" in the value map \"countries\""))
        try folder.write("flow/c.csv", "code,name\nDE,Germany\nDE,x\n")
        let faulty = try await run("map", "flow/mappings/order.jq", input: "{\"c\":\"DE\"}", in: folder)
        #expect(faulty.status == 2)
        #expect(
            faulty.errors.contains("c.csv:3:1: value_maps.countries: the code \"DE\" stands twice, first on line 2"))
    }

    // MARK: - validate

    private static let schema = """
        { "type": "object", "required": ["id"],
          "properties": { "id": { "type": "string", "maxLength": 3 }, "lines": { "items": { "type": "integer" } } } }
        """

    @Test("validate shows the line of each failing value, in every document of a stream")
    func validate() async throws {
        let folder = try Workspace()
        try folder.write("s.json", Self.schema)
        let input = "{\"id\":\"a\"}\n{\"id\": \"abcd\",\n \"lines\": [1,\n  \"x\"]}\n{}"
        let table = try await run("validate", "s.json", input: input, in: folder)
        #expect(table.status == 1)
        #expect(
            table.output == """
                standard input:2: not valid
                  standard input:2:8: /id must have at most 3 characters (s.json#/properties/id/maxLength)
                      {"id": "abcd",
                             ^~~~~~
                  standard input:4:3: /lines/1 must be an integer, but is a string \
                (s.json#/properties/lines/items/type)
                        "x"]}
                        ^~~
                standard input:5: not valid
                  standard input:5:1: the document lacks the required "id" (s.json#/required)
                      {}
                      ^~
                1 valid, 2 not valid

                """)
        let json = try objects(try await run("validate", "s.json", "--output", "json", input: input, in: folder))
        #expect(json.map { $0["valid"] as? Bool } == [true, false, false])
        let errors = try #require(json[1]["errors"] as? [[String: Any]])
        #expect(errors.map { $0["instanceLocation"] as? String } == ["/id", "/lines/1"])
        #expect(errors.map { $0["line"] as? Int } == [2, 4])
        #expect(errors.map { $0["column"] as? Int } == [8, 3])
        let quiet = try await run("validate", "s.json", "--quiet", input: input, in: folder)
        #expect(quiet.status == 1)
        #expect(quiet.output.isEmpty && quiet.errors.isEmpty)
    }

    @Test("validate prints the specification's output: flag, basic, detailed")
    func forms() async throws {
        let folder = try Workspace()
        try folder.write("s.json", Self.schema)
        for form in ["flag", "basic", "detailed"] {
            let units = try objects(
                try await run(
                    "validate", "s.json", "--format", form, input: "{\"id\":\"a\"}{\"id\":1}{", in: folder))
            #expect(units.map { $0["valid"] as? Bool } == [true, false, false])
            #expect((units[1]["errors"] != nil || units[1]["error"] != nil) == (form != "flag"))
        }
    }

    @Test("validate reads YAML and CSV by their names, with places in them")
    func otherNotations() async throws {
        let folder = try Workspace()
        try folder.write("s.json", Self.schema)
        try folder.write("d.yaml", "id: abcd\nlines:\n  - 1\n  - x\n---\nid: a\n")
        try folder.write("d.csv", "id;lines\na;\nabcd;\n")
        let ending = try await run("validate", "s.json", "d.yaml", "d.csv", in: folder)
        #expect(ending.status == 1)
        for part in [
            "d.yaml:1:5: /id must have", "    id: abcd\n          ^", "d.yaml:4:5: /lines/1 must be an integer",
            "d.csv:3:1: /id must have at most 3", "2 valid, 2 not valid",
        ] { #expect(ending.output.contains(part), "\(part) in \(ending.output)") }
    }

    @Test("a schema's neighbours may be referred to; their faults do not matter unless they are")
    func neighbours() async throws {
        let folder = try Workspace()
        try folder.write("data.json", "{ no JSON")
        try folder.write(
            "a.json", "{\"properties\":{\"x\":{\"$ref\":\"sub/b.json\"},\"y\":{\"$ref\":\"https://x.example/c\"}}}")
        try folder.write("sub/b.json", "{\"type\":\"integer\"}")
        try folder.write("c.json", "{\"$id\":\"https://x.example/c\",\"type\":\"string\"}")
        for path in ["a.json", "./a.json", folder.path + "/a.json"] {
            let ending = try await run("validate", path, input: "{\"x\":\"1\",\"y\":1}", in: folder)
            #expect(ending.output.contains("/x must be an integer"), "\(ending)")
            #expect(ending.output.contains("/y must be a string"), "\(ending)")
        }
    }

    // MARK: - schema

    @Test("schema compat tells each direction with reasons; the exit code says whether what is demanded holds")
    func compat() async throws {
        let folder = try Workspace()
        try folder.write("v1.json", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}")
        try folder.write(
            "v2.json", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]}")
        let all = try await run("schema", "compat", "v1.json", "v2.json", in: folder)
        #expect(all.status == 1)
        #expect(all.lines.first == "backward: incompatible")
        #expect(all.output.contains("v2.json#/required"))
        #expect(all.output.contains("\nforward: compatible\nfull: incompatible\n"))
        let forward = try await run("schema", "compat", "--forward", "v1.json", "v2.json", in: folder)
        #expect(forward.status == 0)
        #expect(forward.output == "forward: compatible\n")
        let backward = try await run("schema", "compat", "--backward", "v2.json", "v1.json", in: folder)
        #expect(backward.status == 0)
        let json = try objects(
            try await run("schema", "compat", "--output", "json", "v1.json", "v2.json", in: folder))
        let verdict = try #require(json.first?["backward"] as? [String: Any])
        #expect(verdict["verdict"] as? String == "incompatible")
        let reason = try #require((verdict["reasons"] as? [[String: Any]])?.first)
        #expect((reason["witness"] as? [String: Any])?["a"] == nil, "\(reason)")
    }

    @Test("schema sample makes documents that validate, and others that do not, the same for the same seed")
    func sample() async throws {
        let folder = try Workspace()
        let schema = Repository.path("Schemas/erp/client.v2.json")
        let valid = try await run("schema", "sample", schema, "--count", "20", "--seed", "7", in: folder)
        #expect(valid.lines.count == 20, "\(valid.errors)")
        let judged = try await run("validate", schema, input: valid.output, in: folder)
        #expect(judged.output == "20 valid, 0 not valid\n")
        let again = try await run("schema", "sample", schema, "--count", "20", "--seed", "7", in: folder)
        #expect(again.output == valid.output)
        let invalid = try await run("schema", "sample", schema, "--count", "20", "--invalid", in: folder)
        #expect(
            try await run("validate", schema, input: invalid.output, in: folder).lines.last == "0 valid, 20 not valid")
        let told = try objects(
            try await run("schema", "sample", schema, "--invalid", "--output", "json", in: folder))
        #expect(told.first?["keyword"] is String)
        #expect(told.first?["valid"] as? Bool == false)
    }

    // MARK: - check

    private func project(_ more: [String: String] = [:]) throws -> Workspace {
        let folder = try Workspace()
        var files = [
            "penstock.yaml": """
            value_maps: { countries: { file: c.csv } }
            systems: { erp: { base_url: "http://127.0.0.1:1" } }
            flows:
              orders:
                topic: shop.orders
                schema: order.v1.json
                steps: [{ name: put, map: order.jq, call: POST erp/orders }]

            """, "c.csv": "code,name\nDE,Germany\n", "order.jq": "{ country: lookup(\"countries\"; .data.c) }",
            "Schemas/order.v1.json": "{}",
        ]
        files.merge(more) { $1 }
        for (name, text) in files { try folder.write(name, text) }
        return folder
    }

    @Test("check warns of what can hardly be meant, with 0; with --strict, 1; as JSON each is an object")
    func warnings() async throws {
        let folder = try project([
            "order.jq": ".data", "Schemas/order.v1.json": "{\n \"type\": \"object\",\n \"default\": 1 }",
            "Schemas/order.v2.json": "{ \"type\": \"object\", \"required\": [\"id\"] }",
        ])
        let table = try await run("check", in: folder)
        #expect(table.status == 0, "\(table)")
        for part in [
            "penstock.yaml:1:15: warning: value_maps.countries: no condition or mapping looks this map up",
            "Schemas/order.v1.json:3:13: warning: /default: ",
            "Schemas/order.v2.json:1:33: warning: not backward compatible with order.v1.json: ",
            "ok: 1 flow, 3 warnings",
        ] { #expect(table.output.contains(part), "\(part) in \(table.output)") }
        let strict = try await run("check", "--strict", in: folder)
        #expect(strict.status == 1)
        #expect(strict.lines.last == "not ok: 3 warnings")
        let json = try objects(try await run("check", "--strict", "--output", "json", in: folder))
        #expect(json.count == 4)
        #expect(json.dropLast().allSatisfy { $0["severity"] as? String == "warning" && $0["line"] is Int })
        #expect(json.last?["ok"] as? Bool == false)
        #expect(json.last?["warnings"] as? Int == 3)
        let fine = try await run("check", "--strict", in: try project())
        #expect(fine.status == 0, "\(fine)")
    }

    @Test("check tells errors of value maps and of the configuration, as JSON too; run tells them with 2")
    func errors() async throws {
        let folder = try project(["c.csv": "code,name\nDE,Germany\nDE,x\n"])
        let message = "value_maps.countries: the code \"DE\" stands twice, first on line 2"
        let table = try await run("check", in: folder)
        #expect(table.status == 1)
        #expect(table.output == "c.csv:3:1: \(message)\n")
        let json = try objects(try await run("check", "--output", "json", in: folder))
        #expect(json.first?["file"] as? String == "c.csv")
        #expect(json.first?["message"] as? String == message)
        #expect(json.last?["errors"] as? Int == 1)
        let service = try await run("run", in: folder)
        #expect(service.status == 2)
        #expect(service.errors.contains(message))
        try folder.write("penstock.yaml", "flows: 1\nflow: 2\n")
        let unread = try await run("check", "--output", "json", in: folder)
        #expect(unread.status == 2)
        let found = try objects(unread)
        #expect(found.map { $0["line"] as? Int } == [1, 2, nil])
        #expect(found.last?["ok"] as? Bool == false)
    }

    @Test(
        "every command of this area has help with an example",
        arguments: ["map", "validate", "check", "schema compat", "schema sample"])
    func help(command: String) async throws {
        let ending = try await Program.run(
            command.split(separator: " ").map(String.init) + ["--help"], in: try Workspace())
        #expect(ending.status == 0)
        #expect(ending.output.contains("Example: penstock \(command)"))
        #expect(ending.output.contains("Exit codes: 0"))
    }
}
