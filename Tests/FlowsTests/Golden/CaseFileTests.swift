import Foundation
import JSON
import JSONSchema
import Testing

@testable import Flows

/// How case files are read, and what is said of those that are wrong.
@Suite("Case files")
struct CaseFileTests {
    private let event = "event: { a: 1 }\n"

    @Test("a file is one case or a list of them; a case without a name has the file's")
    func forms() throws {
        let one = try GoldenBench.load(event, "cases/one.yaml")
        #expect(one.cases.map(\.name) == ["one.yaml"])
        let many = try GoldenBench.load("- event: {}\n- name: second\n  event: {}\n", "cases/many.yaml")
        #expect(many.cases.map(\.name) == ["many.yaml[0]", "second"])
        #expect(many.cases.map { "\($0.place)" } == ["cases/many.yaml:1:3", "cases/many.yaml:2:3"])
        let json = try GoldenBench.load("[{\"event\":{}},\n\t{\"name\":\"b\",\"event\":{}}]", "many.json")
        #expect(json.cases.map(\.name) == ["many.json[0]", "b"])
    }

    @Test("a document keeps its digits; what is no number by JSON's grammar is a text")
    func documents() throws {
        let text = """
            event:
              money: 1.50
              big: 123456789012345678901234567890
              zip: 02101
              day: 2026-01-01
              yes: yes
              empty:
              flag: true
              quoted: "12"
              list: [1e3, -0.0, .5, null, ~]
              text: |
                two
                lines
            """
        let golden = try GoldenBench.load(text).cases[0]
        #expect(
            golden.event?.text
                == #"{"money":1.50,"big":123456789012345678901234567890,"zip":"02101","day":"2026-01-01","#
                + #""yes":"yes","empty":null,"flag":true,"quoted":"12","list":[1e3,-0.0,".5",null,null],"#
                + #""text":"two\nlines"}"#)
    }

    @Test("in JSON all escapes count, pairs of surrogates too, and tabs may stand anywhere")
    func json() throws {
        let text = "{\t\"event\":\t{\"s\":\"\\ud83d\\ude00 \\u00e9 \\\\ud83d \\/\"}}"
        let golden = try GoldenBench.load(text, "a.json").cases[0]
        #expect(golden.event?.text == #"{"s":"😀 é \\ud83d /"}"#)
    }

    @Test("a value of a record, or a body, that is a text is taken as it is, anything else as JSON")
    func bytes() throws {
        for (value, bytes) in [
            ("'{\"broken'", "{\"broken"), ("{ a: 1.0 }", "{\"a\":1.0}"), ("7", "7"), ("'7'", "7"), ("null", "null"),
            ("[a]", "[\"a\"]"),
        ] {
            let golden = try GoldenBench.load("record: { value: \(value) }\n").cases[0]
            #expect(golden.record?.value?.bytes == Array(bytes.utf8), "\(value)")
        }
    }

    @Test(
        "what is wrong is told with file, line and column",
        arguments: [
            ("event: {}\nexpct: {}\n", "case.yaml:2:1: expct: unknown key (did you mean expect?)"),
            (
                "event: {}\nexpect: { outcome: aplied }\n",
                "case.yaml:2:11: expect.outcome: ‘aplied’ is not one of applied, skipped, parked, waiting "
                    + "(did you mean applied?)"
            ),
            (
                "event: {}\nexpect:\n  calls:\n    - stp: a\n",
                "case.yaml:4:7: expect.calls[0].stp: unknown key (did you mean step?)"
            ),
            ("name: x\n", "case.yaml:1:1: expected exactly one of the keys event, event_file and record"),
            ("event: {}\nevent_file: a.json\n", "case.yaml:2:1: event_file: no file a.json"),
            ("- event: {}\n- nme: x\n", "case.yaml:2:3: [1].nme: unknown key (did you mean name?)"),
            (
                "record: { key: a }\n",
                "case.yaml:1:1: record: expected exactly one of the keys value, value_file and tombstone"
            ),
            (
                "event: {}\nnow: yesterday\n",
                "case.yaml:2:1: now: ‘yesterday’ is not a time by RFC 3339 such as 2026-01-01T00:00:00Z"
            ),
            ("event: {}\nanswers: { a: tiemout }\n", "(did you mean timeout?)"),
            ("event: {}\nanswers: { a: 99 }\n", "case.yaml:2:12: answers.a: ‘99’ is not an answer"),
            (
                "event: {}\nanswers: { a: [{ status: 20 }] }\n",
                "case.yaml:2:18: answers.a[0].status: ‘20’ is not a whole number from 200 to 599"
            ),
            ("event: {}\nremembered: [1]\n", "case.yaml:2:1: remembered: expected an object"),
            ("event: {}\nexpect: { calls: [{ body_where: '.a ==' }] }\n", "case.yaml:2:"),
            ("event: {}\nexpect: { parked: { message: '[' } }\n", "case.yaml:2:21: expect.parked.message: "),
            (
                "event: {}\nexpect: { outcome: applied, parked: {} }\n",
                "the key ‘parked’ has no meaning with the outcome applied"
            ),
            ("event: {}\n  b: 1\n", "not valid YAML"), ("[]\n", "case.yaml:1:1: the file has no case"),
            ("", "the file is empty"),
        ])
    func wrong(text: String, message: String) {
        let problems = problems(text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains(message) ?? false, "\(problems)")
    }

    @Test("JSON that is none is told by the JSON parser")
    func wrongJSON() {
        let problems = problems("{\"event\": {},\n \"name\" 1}", "a.json")
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("a.json:2:9: not valid JSON: ") ?? false, "\(problems)")
    }

    @Test("${…} has no meaning in a case: it is what the flow is given")
    func references() throws {
        let golden = try GoldenBench.load("name: costs ${X}\nevent: { a: '${HOME}' }\n").cases[0]
        #expect(golden.name == "costs ${X}")
        #expect(golden.event?.text == "{\"a\":\"${HOME}\"}")
    }

    @Test("a step that the flow does not have is told with its place")
    func steps() throws {
        let bench = try GoldenBench(.step("create"), .step("link"))
        let golden = try GoldenBench.golden(
            "answers: { creat: 200 }\nexpect: { calls: [{ step: lnk }], parked: { step: x } }\n")
        #expect(
            bench.runner.problems(of: golden).map(\.description) == [
                "case.yaml:2:12: answers.creat: the flow customers has no step ‘creat’ (did you mean create?)",
                "case.yaml:3:19: expect.calls[0].step: the flow customers has no step ‘lnk’ (did you mean link?)",
                "case.yaml:3:1: expect.parked.step: the flow customers has no step ‘x’",
            ])
    }

    // MARK: - Schema

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("the schema for editors is the one in the repository")
    func schemaFile() throws {
        let path = Self.root.appending(path: "Schemas/config/case.schema.json")
        let text = try CaseFile.schemaText()
        if ProcessInfo.processInfo.environment["PENSTOCK_GENERATE"] != nil {
            try text.write(to: path, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: path, encoding: .utf8) == text,
            "not up to date: PENSTOCK_GENERATE=1 swift test --filter CaseFileTests")
    }

    @Test("the schema accepts the example's cases and refuses what the reader refuses")
    func schema() throws {
        let registry = SchemaRegistry(load: { _ in nil })
        try registry.add(Array(try CaseFile.schemaText().utf8), uri: "case.schema.json")
        let schema = try Schema(uri: "case.schema.json", in: registry)
        let folder = Self.root.appending(path: "examples/crm-to-erp/cases")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count > 3)
        for name in names {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            #expect(try failure(text, schema) == nil, "\(name)")
        }
        for text in ["expct: {}", "answers: { a: 99 }", "expect: { outcome: aplied }", "record: { kye: a }", "[]"] {
            #expect(try failure(text, schema) != nil, "\(text)")
        }
    }

    private func failure(_ yaml: String, _ schema: Schema) throws -> String? {
        let reader = ConfigurationReader(files: .memory([:]), references: .literal) { _ in nil }
        let node = try #require(reader.compose(yaml: yaml, file: "a.yaml"))
        let arena = Arena()
        let document = try Parser().parse(YAMLToJSON.text(of: node), into: arena)
        return withExtendedLifetime(arena) { schema.validate(document).map { "\($0)" } }
    }
}
