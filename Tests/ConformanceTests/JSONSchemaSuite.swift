import JSON
import JSONSchema
import TestKit
import Testing

/// Runs files of the public JSON Schema Test Suite and counts.
struct JSONSchemaSuite {
    static let folder = "json-schema-test-suite"
    static var isAvailable: Bool { ConformanceData.has("\(folder)/tests") && ConformanceData.has("\(folder)/remotes") }
    static let howToObtain: Comment = """
        the JSON Schema Test Suite is not there: clone json-schema-org/JSON-Schema-Test-Suite as \
        json-schema-test-suite into the folder that PENSTOCK_CONFORMANCE_DATA names (by default ../shared/data)
        """

    let draft: Draft
    let folderOfDraft: String
    var options = Schema.Options(assertFormats: false)
    /// What is left out, each with its reason: cases as "file: group: case", or groups as "file: group".
    var exceptions: [String: String] = [:]

    private(set) var passed = 0
    private(set) var failed = 0
    /// How many cases each exception left out.
    private(set) var excepted: [String: Int] = [:]

    init(_ draft: Draft, assertFormats: Bool = false, exceptions: [String: String] = [:]) {
        self.draft = draft
        folderOfDraft = "\(Self.folder)/tests/\(draft == .draft7 ? "draft7" : "draft2020-12")"
        options.assertFormats = assertFormats
        self.exceptions = exceptions
    }

    /// The required cases: all files that are not in `optional`.
    mutating func runRequired() throws {
        for file in try ConformanceData.files(in: folderOfDraft, suffix: ".json") { try run(file) }
    }

    mutating func run(_ file: String) throws {
        let arena = Arena()
        let groups = try ConformanceData.bytes(of: file).withUnsafeBytes {
            try Parser().parse(copying: $0, into: arena)
        }
        let name = String(file.dropFirst(folderOfDraft.count + 1))
        for (index, group) in groups.elements.enumerated() {
            let title = "\(name): \(group["description"]?.string ?? "")"
            let cases = group["tests"]?.elements
            if let exception = exceptions.keys.first(where: { $0 == title }) {
                excepted[exception, default: 0] += cases?.count ?? 0
                continue
            }
            guard let cases, let schema = compile(group, title, uri: "https://suite.example/\(name)/\(index)") else {
                failed += group["tests"]?.count ?? 0
                continue
            }
            for test in cases {
                let exception = "\(title): \(test["description"]?.string ?? "")"
                if exceptions[exception] != nil {
                    excepted[exception, default: 0] += 1
                } else {
                    check(test, schema, title)
                }
            }
        }
    }

    private func compile(_ group: Value, _ title: String, uri: String) -> Schema? {
        let remotes = "http://localhost:1234/"
        let registry = SchemaRegistry(defaultDraft: draft) { uri in
            guard uri.hasPrefix(remotes) else { return nil }
            return try? ConformanceData.bytes(of: "\(Self.folder)/remotes/\(uri.dropFirst(remotes.count))")
        }
        let text = ByteBuffer()
        text.write(group["schema"] ?? .null)
        do {
            try registry.add(Array(text.bytes), uri: uri)
            return try Schema(uri: uri, in: registry, options: options)
        } catch {
            Issue.record("\(title): \(error)")
            return nil
        }
    }

    private mutating func check(_ test: Value, _ schema: Schema, _ title: String) {
        let data = test["data"] ?? .null
        let expected = test["valid"]?.kind == .true
        let verdict = schema.isValid(data)
        // Who explains must come to the same verdict, and have a reason.
        let failure = schema.validate(data)
        if verdict == expected, (failure == nil) == expected, failure?.causes.isEmpty != true {
            passed += 1
        } else {
            failed += 1
            Issue.record("\(title): \(test["description"]?.string ?? "") should be \(expected ? "valid" : "invalid")")
        }
    }

    /// Prints the counts and each exception with its reason.
    func report(_ title: String) {
        print("\(title): \(passed) passed, \(failed) failed")
        for (group, count) in excepted.sorted(by: { $0.key < $1.key }) {
            print("\(title): \(count) left out, \(group) (\(exceptions[group] ?? ""))")
        }
    }
}
