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
    let arena = Arena()

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

    /// The schema with one keyword less, for each that it has at its root.
    func variants(of entry: Entry) -> [Entry] {
        guard let schema = try? entry.text.withUnsafeBytes({ try Parser().parse(copying: $0, into: arena) }) else {
            return []
        }
        return schema.members.compactMap { removed in
            let name = removed.key.string ?? ""
            guard !["$schema", "$id", "$defs", "definitions"].contains(name),
                let rest = try? arena.object(schema.members.filter { !$0.key.isEqual(to: removed.key) })
            else { return nil }
            let text = ByteBuffer()
            text.write(rest)
            return Entry(
                file: entry.file, title: "\(entry.title) without \(name)", uri: entry.uri, text: Array(text.bytes),
                documents: entry.documents)
        }
    }
}
