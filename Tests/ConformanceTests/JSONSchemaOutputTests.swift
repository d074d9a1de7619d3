import JSON
import JSONSchema
import TestKit
import Testing

/// Where the suite has its cases for output: the folder `output-tests`, which need not be there.
enum JSONSchemaOutputSuite {
    static let folder = "\(JSONSchemaSuite.folder)/output-tests/draft2020-12"
    static var isAvailable: Bool { ConformanceData.has("\(folder)/content") }
}

/// The suite's cases for output, in the forms that are rendered.
@Suite(.enabled(if: JSONSchemaOutputSuite.isAvailable, "the suite's folder output-tests is not there"))
struct JSONSchemaOutputTests {
    private static let folder = JSONSchemaOutputSuite.folder

    /// What is left out: cases of valid values that ask for annotations, which the specification lets be left out.
    private static let exceptions = [
        "validating type: correct type yields an output unit",
        "readOnly generates its value as an annotation: readOnly is true",
    ]

    @Test func cases() throws {
        var counts = (passed: 0, leftOut: 0)
        let arena = Arena()
        for kind in ["content", "structure"] {
            guard ConformanceData.has("\(Self.folder)/\(kind)") else { continue }
            for file in try ConformanceData.files(in: "\(Self.folder)/\(kind)", suffix: ".json") {
                let groups = try ConformanceData.bytes(of: file).withUnsafeBytes {
                    try Parser().parse(copying: $0, into: arena)
                }
                for group in groups.elements { try run(group, arena, &counts) }
            }
        }
        print("output: \(counts.passed) passed, \(counts.leftOut) left out (annotations, and the form verbose)")
        #expect(counts.passed > 0)
    }

    private func run(_ group: Value, _ arena: Arena, _ counts: inout (passed: Int, leftOut: Int)) throws {
        let schema = try Self.compile(group["schema"] ?? .null)
        for test in group["tests"]?.elements ?? Value.emptyArray.elements {
            let title = "\(group["description"]?.string ?? ""): \(test["description"]?.string ?? "")"
            for form in test["output"]?.members ?? Value.emptyObject.members {
                guard let rendered = Self.form(form.key.string ?? ""), !Self.exceptions.contains(title) else {
                    counts.leftOut += 1
                    continue
                }
                let output = schema.validate(test["data"] ?? .null)?.json(rendered) ?? rendered.validText
                let value = try Array(output.utf8).withUnsafeBytes { try Parser().parse(copying: $0, into: arena) }
                let failure = try Self.compile(form.value).validate(value)
                #expect(failure == nil, "\(title): \(output)")
                counts.passed += 1
            }
        }
    }

    private static func form(_ name: String) -> OutputForm? {
        ["flag": .flag, "basic": .basic, "detailed": .detailed][name]
    }

    private static func compile(_ schema: Value) throws -> Schema {
        let uri = "https://json-schema.org/draft/2020-12/output/schema"
        let registry = SchemaRegistry {
            $0 == uri ? try? ConformanceData.bytes(of: "\(folder)/output-schema.json") : nil
        }
        let text = ByteBuffer()
        text.write(schema)
        try registry.add(Array(text.bytes), uri: "https://json-schema.org/tests/case")
        return try Schema(uri: "https://json-schema.org/tests/case", in: registry)
    }
}
