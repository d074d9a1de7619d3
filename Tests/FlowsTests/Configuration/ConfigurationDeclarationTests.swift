import Foundation
import Testing

@testable import Flows

@Suite struct ConfigurationDeclarationTests {
    static let durations: [(String, Duration?)] = [
        ("500ms", .milliseconds(500)), ("10s", .seconds(10)), ("2m", .seconds(120)), ("1h30m", .seconds(5400)),
        ("1m30s", .seconds(90)), ("0s", .zero), ("", nil), ("10", nil), ("s", nil), ("1.5s", nil), ("-1s", nil),
        ("10 s", nil), ("1s1m", nil), ("1s1s", nil), ("99999999999999999999s", nil), ("10001h", nil), ("1d", nil),
    ]

    @Test("Durations", arguments: durations)
    func duration(_ text: String, _ expected: Duration?) {
        #expect(DurationText.parse(text) == expected)
        if let expected { #expect(DurationText.parse(DurationText.text(expected)) == expected) }
    }

    static let sizes: [(String, Int?)] = [
        ("16MiB", 16 << 20), ("1KiB", 1024), ("2GiB", 2 << 30), ("64kB", 64_000), ("1MB", 1_000_000), ("100B", 100),
        ("100", nil), ("MiB", nil), ("1mib", nil), ("1.5MiB", nil), ("-1B", nil), ("9999999999999GiB", nil), ("", nil),
    ]

    @Test("Sizes", arguments: sizes)
    func size(_ text: String, _ expected: Int?) {
        #expect(ByteCount.parse(text) == expected)
        if let expected { #expect(ByteCount.parse(ByteCount.text(expected)) == expected) }
    }

    static let urls: [(String, Bool)] = [
        ("http://localhost:8080", true), ("https://erp.example.com/v2", true), ("HTTP://x", true),
        ("http://[::1]:80/a", true),
        ("ftp://x", false), ("http://", false), ("http:///a", false), ("http://u:p@x", false), ("http://x?y", false),
        ("http://x#y", false), ("http://x y", false), ("http://x:0", false), ("http://x:99999", false),
        ("http://x:", false),
        ("erp.example.com", false), ("http://é", false), ("", false),
    ]

    @Test("URLs", arguments: urls)
    func url(_ text: String, _ expected: Bool) { #expect(Names.isURL(text) == expected) }

    @Test("Expansion: defaults, files, and the characters themselves")
    func expansion() throws {
        func scope(_ value: String, _ environment: [String: String] = [:]) throws -> String? {
            let yaml =
                "systems: { s: { base_url: \"http://a\", auth: { oauth2_client_credentials: { token_url: \"http://a\", "
                + "client_id: a, client_secret: b, scope: '\(value)' } } } }\nflows: { f: { topic: t, steps: [{ name: s, call: GET s }] } }"
            let files = ConfigurationFiles.memory(["c.yaml": yaml, "s/x": "in file\n\n", "/abs": "absolute"])
            let configuration = try Configuration.load(paths: ["c.yaml"], environment: environment, files: files)
            guard case .oauth2ClientCredentials(let grant) = configuration.systems[0].authentication else { return nil }
            return grant.scope
        }
        #expect(try scope("a${X}b${X}", ["X": "1"]) == "a1b1")
        #expect(try scope("${X:-d e:-f}") == "d e:-f")
        #expect(try scope("${X:-d}", ["X": ""]) == "d")
        #expect(try scope("x${X}", ["X": ""]) == "x")
        #expect(try scope("${file:s/x}") == "in file\n")
        #expect(try scope("${file:/abs}") == "absolute")
        #expect(try scope("$${X} $X $") == "${X} $X $")
        #expect(try scope("${X}", ["X": "${Y}"]) == "${Y}")
        #expect(throws: ConfigurationErrors.self) { try scope("${1X}") }
        #expect(throws: ConfigurationErrors.self) { try scope("${}") }
    }

    @Test("Suggestions are near, or there is none")
    func suggestions() {
        #expect(Suggestion.nearest(to: "timeuot", among: ["timer", "timeout"]) == "timeout")
        #expect(Suggestion.nearest(to: "", among: ["abc"]) == nil)
        #expect(Suggestion.nearest(to: "topc", among: ["topic", "group"]) == "topic")
        #expect(Suggestion.nearest(to: "zzz", among: ["topic", "group"]) == nil)
        #expect(
            Suggestion.nearestFile(to: "custmer.jq", among: ["a.jq", "customer-to-client.jq", "customer.json"])
                == "customer-to-client.jq")
    }

    /// The repository's root.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("The committed schema and reference are those of the declarations")
    func generated() throws {
        let files = [
            ("Schemas/config/penstock.schema.json", try Configuration.schemaText()),
            ("docs/configuration.md", Configuration.referenceText()),
        ]
        for (path, text) in files {
            let url = Self.root.appending(path: path)
            if ProcessInfo.processInfo.environment["PENSTOCK_GENERATE"] != nil {
                try Data(text.utf8).write(to: url)
            }
            let committed = try? String(contentsOf: url, encoding: .utf8)
            #expect(
                committed == text,
                "\(path) is not up to date: PENSTOCK_GENERATE=1 swift test --filter ConfigurationDeclarationTests"
            )
        }
    }

    @Test("Every key is documented by a sentence and an example")
    func documented() {
        func check(_ section: SectionDescription) {
            for field in section.fields where field.refusal == nil {
                #expect(field.documentation.hasSuffix("."), "\(field.name)")
                #expect(!field.example.isEmpty, "\(field.name)")
                #expect(field.isRequired || !field.type.isEmpty)
                for (_, child) in field.sections { check(child) }
            }
        }
        check(Configuration.section.description)
    }
}
