import JSON
import JSONSchema
import TestKit
import Testing

/// What the shape of a schema promises: whatever the schema allows is in it. Shown on the public suite: every instance
/// that is valid, and, for being worth anything, how many of the others are ruled out.
@Suite(.enabled(if: JSONSchemaSuite.isAvailable, JSONSchemaSuite.howToObtain))
struct SchemaShapeTests {
    @Test(arguments: [Draft.draft202012, .draft7])
    func everyValidInstanceIsInTheShapeOfItsSchema(draft: Draft) throws {
        let arena = Arena()
        var valid = 0
        var invalid = 0
        var ruledOut = 0
        let folder = "\(JSONSchemaSuite.folder)/tests/\(draft == .draft7 ? "draft7" : "draft2020-12")"
        for file in try ConformanceData.files(in: folder, suffix: ".json") {
            let groups = try ConformanceData.bytes(of: file).withUnsafeBytes {
                try JSON.Parser().parse(copying: $0, into: arena)
            }
            for group in groups.elements {
                guard let shape = Self.shape(of: group, draft) else { continue }
                for test in group["tests"]?.elements ?? .init(start: nil, count: 0) {
                    let contains = shape.contains(test["data"] ?? .null)
                    if test["valid"]?.kind == .true {
                        valid += 1
                        let title = [group, test].map { $0["description"]?.string ?? "" }.joined(separator: ": ")
                        #expect(contains, "\(file): \(title): \(shape)")
                    } else {
                        invalid += 1
                        if !contains { ruledOut += 1 }
                    }
                }
            }
        }
        print("shapes of \(draft): \(valid) valid instances inside, \(ruledOut) of \(invalid) others ruled out")
        #expect(valid > 500)
        #expect(ruledOut * 4 > invalid, "a shape that holds everything is of no use")
    }

    private static func shape(of group: Value, _ draft: Draft) -> Shape? {
        let remotes = "http://localhost:1234/"
        let registry = SchemaRegistry(defaultDraft: draft) { uri in
            guard uri.hasPrefix(remotes) else { return nil }
            return try? ConformanceData.bytes(of: "\(JSONSchemaSuite.folder)/remotes/\(uri.dropFirst(remotes.count))")
        }
        let text = ByteBuffer()
        text.write(group["schema"] ?? .null)
        do {
            try registry.add(Array(text.bytes), uri: "https://suite.example/schema")
            return try Schema(uri: "https://suite.example/schema", in: registry).shape
        } catch {
            Issue.record("\(group["description"]?.string ?? ""): \(error)")
            return nil
        }
    }
}
