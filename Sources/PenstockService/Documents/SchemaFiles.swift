import Flows
import Foundation
import JSONSchema

/// Schemas from files: a schema may refer to its neighbours by relative path, and to any by its `$id`.
public enum SchemaFiles {
    /// The texts of all schemas below a folder, by their paths relative to it.
    /// - Throws: ``CommandFailure`` when a file cannot be read.
    public static func load(folder: String) throws(CommandFailure) -> SchemaTexts {
        var texts: [String: [UInt8]] = [:]
        guard let files = FileManager.default.enumerator(atPath: folder) else { return SchemaTexts() }
        for case let file as String in files where file.hasSuffix(".json") {
            texts[file] = try TextFile.read(folder + "/" + file)
        }
        return SchemaTexts(texts)
    }

    /// Compiles the schema in a file, with its folder and the folders beside it to refer to.
    static func compile(file: String, assertsFormats: Bool) throws -> Schema {
        let path = URL(filePath: file).standardizedFileURL
        _ = try TextFile.read(file)
        let root = path.deletingLastPathComponent().deletingLastPathComponent().path
        let folder = root.hasSuffix("Schemas") ? root : path.deletingLastPathComponent().path
        let uri = String(path.path.dropFirst(folder.count + 1))
        var texts = try load(folder: folder)
        if texts.texts[uri] == nil { texts.texts[uri] = try TextFile.read(file) }
        var compiler = FlowCompiler(schemas: texts)
        let schema = compiler.schema(SchemaReference(uri: uri, place: file, assertsFormats: assertsFormats))
        guard let schema, compiler.problems.isEmpty else {
            throw CommandFailure(compiler.problems.joined(separator: "\n"), status: .usedWrongly)
        }
        return schema
    }
}
