import JSON
import JSONSchema
import TestKit

/// The schemas of the public suite, with the documents that stand beside them: a pool to try what works on any schema.
struct JSONSchemaPool {
    struct Entry {
        let file: String
        let title: String
        let uri: String
        let text: [UInt8]
        let documents: [Value]
    }

    let draft: Draft
    private(set) var entries: [Entry] = []
    /// Holds the documents.
    private let arena = Arena()

    init(_ draft: Draft) throws {
        self.draft = draft
        let folder = JSONSchemaSuite(draft).folderOfDraft
        var files = try ConformanceData.files(in: folder, suffix: ".json")
        files += try ConformanceData.files(in: "\(folder)/optional/format", suffix: ".json")
        for file in files {
            let groups = try ConformanceData.bytes(of: file).withUnsafeBytes {
                try Parser().parse(copying: $0, into: arena)
            }
            for (index, group) in groups.elements.enumerated() {
                let text = ByteBuffer()
                text.write(group["schema"] ?? .null)
                entries.append(
                    Entry(
                        file: file, title: "\(file): \(group["description"]?.string ?? "")",
                        uri: "https://suite.example/\(file)/\(index)", text: Array(text.bytes),
                        documents: group["tests"]?.elements.compactMap { $0["data"] } ?? []))
            }
        }
    }

    /// Compiles a schema of the pool. With `isCommented` its bytes differ from the original's, its meaning does not.
    func compile(_ entry: Entry, isCommented: Bool = false) throws -> Schema {
        let remotes = "http://localhost:1234/"
        let registry = SchemaRegistry(defaultDraft: draft) { uri in
            guard uri.hasPrefix(remotes) else { return nil }
            return try? ConformanceData.bytes(of: "\(JSONSchemaSuite.folder)/remotes/\(uri.dropFirst(remotes.count))")
        }
        let text = isCommented ? Array(" ".utf8) + entry.text : entry.text
        try registry.add(text, uri: entry.uri)
        return try Schema(uri: entry.uri, in: registry)
    }
}
