import Foundation
import JSON
import JSONSchema

/// A schema by its file, with the files that it may refer to: those of its `Schemas` folder, or those beside it; others
/// by relative path. Faults of other files count only if the schema refers to them.
struct SchemaFile {
    /// The largest file beside a schema that is looked at for its `$id`, in bytes.
    private static let neighbourByteLimit = 4 << 20

    let path: String
    let uri: String
    let text: [UInt8]
    let registry: SchemaRegistry

    /// - Throws: ``CommandFailure`` when the file cannot be read, or is no JSON.
    init(_ path: String) throws(CommandFailure) {
        let text = try TextFile.read(path)
        let url = URL(filePath: path).standardizedFileURL
        let folder = url.deletingLastPathComponent()
        if let root = SchemaFile.schemasFolder(above: folder) {
            let texts = try SchemaFiles.load(folder: root).texts
            try self.init(
                path, uri: String(url.path.dropFirst(root.count + 1)), text: text, load: { texts[$0] },
                neighbours: texts.keys.sorted())
        } else {
            // The path is the name in messages, unless it begins in a folder above, which no reference could lead to.
            let isInside = !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
            let name = isInside ? path.split(separator: "/").filter { $0 != "." }.joined(separator: "/") : url.path
            let prefix = isInside ? (name as NSString).deletingLastPathComponent : folder.path
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            try self.init(
                path, uri: name, text: text, load: { FileManager.default.contents(atPath: $0).map { [UInt8]($0) } },
                neighbours: names.sorted().filter { $0.hasSuffix(".json") }.map {
                    prefix.isEmpty ? $0 : prefix + "/" + $0
                }.filter(SchemaFile.isSmall))
        }
    }

    /// A schema of a set of texts.
    /// - Parameters:
    ///   - path: where the file is, for messages.
    ///   - uri: its name in the set.
    ///   - neighbours: the names of others, whose `$id`s may be referred to.
    init(
        _ path: String, uri: String, text: [UInt8], load: @escaping (String) -> [UInt8]?, neighbours: [String]
    ) throws(CommandFailure) {
        self.path = path
        self.uri = uri
        self.text = text
        if let fault = SchemaFile.fault(text, path) { throw CommandFailure(fault, status: .usedWrongly) }
        registry = SchemaRegistry(load: load)
        do {
            try registry.add(text, uri: uri)
        } catch {
            throw CommandFailure("\(path): \(error.message)", status: .usedWrongly)
        }
        for name in neighbours where name != uri {
            // A neighbour without an `$id` is found by its name when it is needed.
            guard let other = load(name), !other.ranges(of: Array("\"$id\"".utf8)).isEmpty else { continue }
            try? registry.add(other, uri: name)
        }
    }

    /// - Throws: ``CommandFailure`` with the place in the file, if it is this one.
    func compile(assertsFormats: Bool = true) throws(CommandFailure) -> Schema {
        do {
            return try Schema(uri: uri, in: registry, options: .init(assertFormats: assertsFormats))
        } catch {
            guard error.uri == uri else { throw CommandFailure("\(path): \(error)", status: .usedWrongly) }
            let (place, excerpt) = locate(error.location)
            let pointer = error.location.isEmpty ? "" : "\(error.location): "
            let lines = ["\(path):\(place.line):\(place.column): \(pointer)\(error.message)"] + excerpt
            throw CommandFailure(lines.joined(separator: "\n"), status: .usedWrongly)
        }
    }

    /// Where a JSON Pointer leads in the file, and the line there.
    func locate(_ location: String) -> (place: TextPlace, excerpt: [String]) {
        text.withUnsafeBytes { text in
            guard let pointer = try? Pointer(location), let range = pointer.range(in: text) else {
                return (TextPlace(line: 1, column: 1), [])
            }
            return (TextPlace(of: range.lowerBound, in: text), SourceExcerpt.lines(of: text, at: range))
        }
    }

    private static func fault(_ text: [UInt8], _ path: String) -> String? {
        let document = Document()
        return text.withUnsafeBytes { bytes -> String? in
            do throws(ParseError) {
                _ = try document.parse(bytes)
                return nil
            } catch {
                let place = DocumentPlace(name: path, line: 1, column: 1, index: 0, isFirst: true)
                return InputFault(error, at: place, in: bytes, isLast: false).description
            }
        }
    }

    /// The folder `Schemas` that a folder is or lies in.
    private static func schemasFolder(above folder: URL) -> String? {
        var folder = folder
        while folder.path != "/" {
            if folder.lastPathComponent == "Schemas" { return folder.path }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }

    private static func isSmall(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int).map { $0 <= neighbourByteLimit } ?? false
    }
}
