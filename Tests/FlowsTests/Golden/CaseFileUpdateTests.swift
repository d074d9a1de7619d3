import JSON
import Testing

@testable import Flows

/// `--update`: what flows did is written into the case file, and nothing else of it is touched.
@Suite("Updates of case files")
struct CaseFileUpdateTests {
    private let event = #"{"specversion":"1.0","id":"e-1","source":"/crm","type":"t","data":{"num":1.50,"s":"a: b"}}"#

    private func update(_ text: String, _ name: String = "case.yaml") throws -> String {
        let bench = try GoldenBench(.step("create", map: ".data"))
        let text = text.replacing("EVENT", with: event)
        let file = try GoldenBench.load(text, name)
        let results = file.cases.map { bench.runner.result(of: $0, files: .memory([name: text])) }
        let (updated, unchanged) = CaseFileUpdate.text(of: file, results: results)
        #expect(unchanged.isEmpty)
        // What was written passes.
        let again = try GoldenBench.load(updated, name)
        for golden in again.cases {
            #expect(bench.runner.result(of: golden, files: .memory([:])).differences == [], "\(updated)")
        }
        return updated.replacing(event, with: "EVENT")
    }

    private let key = "7ffa1e1a-"

    @Test("a case without an expectation gets one behind its last line")
    func added() throws {
        let text = try update("# about\nname: a\nevent: EVENT   # inline\n\n# the end\n")
        #expect(
            text.hasPrefix(
                """
                # about
                name: a
                event: EVENT   # inline
                expect:
                  outcome: applied
                  calls:
                    - step: create
                      method: POST
                      path: /clients
                      headers:
                        Idempotency-Key:
                """))
        #expect(text.hasSuffix("      body:\n        num: 1.50\n        s: \"a: b\"\n\n# the end\n"), "\(text)")
    }

    @Test("only the expectation that differs is replaced; comments, order and other cases stay")
    func replaced() throws {
        let text = try update(
            """
            # cases
            - name: first   # it passes
              event: EVENT
              expect: { outcome: applied } # as it is

            - expect:
                # lost
                outcome: skipped

                calls: []

              # stays
              event: EVENT
            - event: EVENT
              expect:
                outcome: parked
              name: third

            """)
        #expect(
            text.replacing(try Regex("Idempotency-Key: .*"), with: "KEY") == """
                # cases
                - name: first   # it passes
                  event: EVENT
                  expect: { outcome: applied } # as it is

                - expect:
                    outcome: applied
                    calls:
                      - step: create
                        method: POST
                        path: /clients
                        headers:
                          KEY
                        body:
                          num: 1.50
                          s: "a: b"

                  # stays
                  event: EVENT
                - event: EVENT
                  expect:
                    outcome: applied
                  name: third

                """, "\(text)")
    }

    @Test("the form of the old expectation stays where it still holds")
    func form() throws {
        let text = try update(
            """
            event: EVENT
            answers: { create: [503, 200] }
            expect:
              calls:
                - path: /wrong
                  headers: { content-type: x }
                  body_where: .num == 1.5
                - body: { num: 2 }
            """)
        #expect(
            text.hasSuffix(
                """
                expect:
                  outcome: applied
                  calls:
                    - path: /clients
                      headers:
                        Content-Type: application/json
                      body_where: ".num == 1.5"
                    - body:
                        num: 1.50
                        s: "a: b"
                """), "\(text)")
    }

    @Test("parked events: reason, step, status; a message that still matches stays, another is written whole")
    func parked() throws {
        let text = try update(
            "event: EVENT\nanswers: { create: 422 }\nexpect:\n  parked: { reason: schema, message: status (\\d+) }\n")
        #expect(text.hasSuffix("  parked:\n    reason: rejected\n    message: \"status (\\\\d+)\"\n"), "\(text)")
        let other = try update("event: EVENT\nanswers: { create: 422 }\nexpect:\n  parked: { message: nope }\n")
        #expect(
            other.hasSuffix("  parked:\n    message: POST erp/clients was answered with status 422\n"), "\(other)")
        let new = try update("event: EVENT\nanswers: { create: 422 }\nexpect: { outcome: applied }\n")
        #expect(
            new.contains("outcome: parked\n  parked:\n    reason: rejected\n    step: create\n    status: 422"),
            "\(new)")
    }

    @Test("JSON stays JSON, with the indentation of its neighbours")
    func json() throws {
        let text = try update(
            "[\n  {\n    \"expect\": { \"outcome\": \"skipped\", \"calls\": [{ \"path\": \"}\\\"\" }] },\n    \"event\": EVENT\n  },\n  {\"event\": EVENT}\n]\n",
            "case.json")
        #expect(
            text.hasPrefix(
                """
                [
                  {
                    "expect": {
                      "outcome": "applied",
                      "calls": [
                        {
                          "path": "/clients"
                        }
                      ]
                    },
                    "event": EVENT
                  },
                  {"event": EVENT,
                   "expect": {
                """), "\(text)")
        #expect(text.hasSuffix("\n]\n"))
        try Array(text.replacing("EVENT", with: event).utf8).withUnsafeBytes { _ = try Document().parse($0) }
    }

    @Test("braces in YAML, with quotes and apostrophes around")
    func braces() throws {
        let text = try update(
            "{ name: it's one, expect: { outcome: skipped, parked: }, event: EVENT }\n".replacing(
                ", parked: ", with: " "))
        #expect(text.hasPrefix("{ name: it's one, expect: {\n  \"outcome\": \"applied\"\n}, event: EVENT }"), "\(text)")
    }

    @Test(
        "texts are written plain where nobody can misread them",
        arguments: [
            ("abc", "abc"), ("Amara Rossi", "Amara Rossi"), ("/clients/a%20b", "/clients/a%20b"),
            ("48165", "\"48165\""),
            ("1e5", "\"1e5\""), ("0x1F", "\"0x1F\""), ("2026-01-01", "\"2026-01-01\""), ("yes", "\"yes\""),
            ("Null", "\"Null\""), ("", "\"\""), (" a", "\" a\""), ("a ", "\"a \""), ("a: b", "\"a: b\""),
            ("a#b", "\"a#b\""), ("- a", "\"- a\""), ("ü", "\"ü\""), ("a\nb", "\"a\\nb\""), ("12:30", "\"12:30\""),
            ("~", "\"~\""), ("5f0c", "5f0c"), ("application/json", "application/json"),
        ])
    func scalars(text: String, written: String) throws {
        #expect(YAMLText.scalar(text) == written)
        let reader = ConfigurationReader(files: .memory([:]), references: .literal) { _ in nil }
        let node = try #require(reader.compose(yaml: "a: \(written)\n", file: "a"))
        #expect(node.mapping?.first?.value.scalar?.string == text)
        #expect(node.mapping?.first?.value.scalar.map(YAMLToJSON.isString) == true)
    }

    @Test("any document survives being written as YAML and read again")
    func documents() throws {
        for text in [
            #"{"a":[],"b":{},"c":[[1,[2,{"d":null}]],{"e":[{"f":true}]}],"g h":{"i":"j\n k"},"":"x","1":2}"#,
            #"{"x":[{"a":{"b":[1,2.50]},"c":[]},{}],"y":-1e-7,"z":"\u0007\u2028 \u0085 \"q\" 'p' \\"}"#,
        ] {
            let arena = Arena()
            let value = try Parser().parse(text, into: arena)
            let yaml = "  " + YAMLText.member("v", value, column: 3) + "\n"
            let reader = ConfigurationReader(files: .memory([:]), references: .literal) { _ in nil }
            let node = try #require(reader.compose(yaml: yaml, file: "a"), "\(reader.errors) \(yaml)")
            let again = try Parser().parse(YAMLToJSON.text(of: node), into: arena)
            #expect(again["v"]?.isEqual(to: value) ?? false, "\(yaml)")
        }
    }
}
