import Flows
import Foundation
import JSONSchema

/// Schemas from files: a schema may refer to its neighbours by relative path, and to any by its `$id`.
public enum SchemaFiles {
    /// The texts of all schemas below a folder, by their paths relative to it.
    /// - Throws: ``CommandFailure`` when a file cannot be read.
    public static func load(folder: String) throws(CommandFailure) -> SchemaTexts {
        var texts: [String: [UInt8]] = [:]
        try collect(folder, prefix: "", depth: 0, into: &texts)
        return SchemaTexts(texts)
    }

    /// Links are followed, for a volume of Kubernetes is made of them; hidden names, which are its machinery, are not.
    private static func collect(
        _ folder: String, prefix: String, depth: Int, into texts: inout [String: [UInt8]]
    ) throws(CommandFailure) {
        // A link to a folder above would never end.
        guard depth < 16, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        for name in names.sorted() where !name.hasPrefix(".") {
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                try collect(path, prefix: prefix + name + "/", depth: depth + 1, into: &texts)
            } else if name.hasSuffix(".json") {
                texts[prefix + name] = try TextFile.read(path)
            }
        }
    }

    /// Compiles the schema in a file, with its folder to refer to.
    static func compile(file: String, assertsFormats: Bool) throws(CommandFailure) -> Schema {
        try SchemaFile(file).compile(assertsFormats: assertsFormats)
    }
}
