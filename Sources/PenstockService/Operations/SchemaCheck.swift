import Flows
import JSON
import JSONSchema

/// What can be wrong with the schemas of a folder beside their not compiling: what they say of themselves, and how
/// their versions follow one another.
struct SchemaCheck {
    private let folder: String
    private let texts: [String: [UInt8]]

    init(folder: String, texts: SchemaTexts) {
        self.folder = folder
        self.texts = texts.texts
    }

    /// Warnings, in the order of files. Schemas that do not compile are passed over.
    func warnings() -> [Finding] {
        let texts = texts
        let registry = SchemaRegistry(load: { texts[$0] })
        var known: Set<String> = []
        for (uri, text) in texts.sorted(by: { $0.key < $1.key }) where (try? registry.add(text, uri: uri)) != nil {
            known.insert(uri)
        }
        // Two versions may declare the same `$id`: what finds no place beside the others is looked at by itself.
        return texts.keys.sorted().flatMap { examples($0, in: known.contains($0) ? registry : nil) }
            + SchemaVersions.pairs(in: texts.keys).flatMap(versions)
    }

    private func file(_ uri: String) -> SchemaFile? {
        guard let text = texts[uri] else { return nil }
        let texts = texts
        return try? SchemaFile(
            folder + "/" + uri, uri: uri, text: text, load: { texts[$0] }, neighbours: texts.keys.sorted())
    }

    /// - Parameter registry: one that has the schema; `nil`: a registry of its own is made.
    private func examples(_ uri: String, in registry: SchemaRegistry?) -> [Finding] {
        guard let registry = registry ?? file(uri)?.registry,
            let problems = try? SchemaExamples.problems(of: uri, in: registry), !problems.isEmpty, let file = file(uri)
        else { return [] }
        return problems.map { problem in
            let (place, excerpt) = file.locate(problem.location)
            return Finding(
                .warning, file: file.path, line: place.line, column: place.column,
                message: "\(problem.location): \(problem.message)", excerpt: excerpt)
        }
    }

    /// That consumers of the newer version cannot read what was written under the older one. What cannot be told is
    /// not claimed.
    private func versions(_ pair: SchemaVersions.Pair) -> [Finding] {
        guard let old = file(pair.older), let new = file(pair.newer), let older = try? old.compile(),
            let newer = try? new.compile(),
            case .incompatible(let reasons) = SchemaCompatibility.compare(old: older, new: newer).backward
        else { return [] }
        return reasons.filter { $0.witness != nil }.map { reason in
            let location = reason.newLocation.firstIndex(of: "#").map { reason.newLocation[$0...].dropFirst() } ?? ""
            let (place, excerpt) = new.locate(String(location))
            let what = reason.instanceLocation.isEmpty ? "the document" : reason.instanceLocation
            return Finding(
                .warning, file: new.path, line: place.line, column: place.column,
                message: "not backward compatible with \(pair.older): \(what) \(reason.text)", excerpt: excerpt,
                schemas: [reason.oldLocation, reason.newLocation])
        }
    }
}
