import Foundation
import JSON
import Testing

@testable import JQ

/// A builtin is one entry with its documentation and its tests; the reference is made of the entries.
@Suite struct BuiltinReferenceTests {
    private static func environment() throws -> Environment {
        let countries = try ValueMap(name: "countries", object: Array(#"{"DE":"276","AT":"040"}"#.utf8))
        return Environment(valueMaps: ["countries": countries])
    }

    @Test("Every example of the table gives what it says")
    func examples() throws {
        let environment = try Self.environment()
        let examples = Builtin.all.flatMap { builtin in builtin.examples.map { (builtin.key, $0) } }
        for (name, example) in examples + LanguageNotes.formats.map({ ("@\($0.name)", $0.example) }) {
            let output = outputs(example.program, example.input, environment: environment)
                .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: ", ")
            #expect(output == example.output, "\(name): \(example.input) | \(example.program)")
        }
        #expect(examples.count > 200)
    }

    @Test("Every builtin has a sentence and an example that uses it")
    func entries() {
        for builtin in Builtin.all where BuiltinReference.isPublic(builtin) {
            #expect(builtin.summary.hasSuffix("."), "\(builtin.key)")
            #expect(!builtin.examples.isEmpty, "\(builtin.key)")
            #expect(builtin.examples.allSatisfy { $0.program.contains(builtin.name) }, "\(builtin.key)")
        }
        #expect(Builtin.named.count == Builtin.all.count, "two entries have one name and arity")
    }

    @Test("What is refused is refused by name")
    func refusals() {
        for (name, reason) in Builtin.refused { #expect(outputs(name) == "refused: `\(name)` \(reason)") }
    }

    /// The repository's root.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("The committed reference is that of the table")
    func committed() throws {
        let url = Self.root.appending(path: "docs/builtins.md")
        if ProcessInfo.processInfo.environment["PENSTOCK_GENERATE"] != nil {
            try Data(BuiltinReference.text.utf8).write(to: url)
        }
        let committed = try? String(contentsOf: url, encoding: .utf8)
        #expect(
            committed == BuiltinReference.text,
            "docs/builtins.md is not up to date: PENSTOCK_GENERATE=1 swift test --filter BuiltinReferenceTests")
    }
}
