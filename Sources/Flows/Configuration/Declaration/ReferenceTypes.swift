import Yams

extension Configuration {
    /// A file that the configuration names, and that exists.
    public struct FileReference: Sendable, Hashable {
        /// As written.
        public let name: String
        /// Where it is: the configuration file's folder and the name.
        public let path: String
        /// The place of the key.
        public let place: SourcePlace
        /// The key's path, such as `flows.customers.steps[0].map`.
        public let key: String

        init(name: String, path: String, _ site: Site) {
            self.name = name
            self.path = path
            place = site.place
            key = site.path
        }
    }

    /// A mapping: a file of jq, or jq in the configuration itself.
    public enum Mapping: Sendable, Hashable {
        case file(FileReference)
        case inline(Expression)
    }
}

extension ValueType where Value == Configuration.FileReference {
    /// A file beside the configuration, which must exist.
    static var file: ValueType {
        ValueType(name: "file", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "the path of a file", site) else { return nil }
            return reader.existingFile(text, in: reader.folder, site)
        }
    }

    /// A file of the schema folder. Whether it exists is checked when all files are read, because the folder may be
    /// named in another one.
    static var schemaFile: ValueType {
        ValueType(name: "schema file", schema: .text) { node, site, reader in
            reader.text(node, expected: "the path of a schema", site).map {
                Configuration.FileReference(name: $0.value, path: $0.value, site)
            }
        }
    }
}

extension ConfigurationReader {
    /// The file at a path as seen from `folder`; reports when there is none.
    func existingFile(_ text: Text, in folder: String, _ site: Site) -> Configuration.FileReference? {
        let path = FilePath.join(folder, text.value)
        if files.isFile(path) { return Configuration.FileReference(name: text.value, path: path, site) }
        report(missingFileMessage(text.written, path), site)
        return nil
    }

    func missingFileMessage(_ written: String, _ path: String) -> String {
        if files.isFolder(path) { return "\(written) is a folder, not a file" }
        let folder = FilePath.parent(of: path)
        guard let names = files.list(folder) else { return "no file \(written): there is no folder \(folder)" }
        return "no file \(written)"
            + Suggestion.phrase(Suggestion.nearestFile(to: FilePath.name(of: path), among: names))
    }
}

extension ValueType where Value == Configuration.Expression {
    /// A jq expression.
    static var expression: ValueType {
        ValueType(name: "jq", schema: .text) { node, site, reader in
            guard let text = reader.text(node, expected: "a jq expression", site) else { return nil }
            guard !text.value.allSatisfy(\.isWhitespace) else {
                reader.report("the jq expression is empty", site)
                return nil
            }
            return Configuration.Expression(
                text: text.value, path: site.path, place: text.place, indentation: text.indentation)
        }
    }
}

extension ValueType where Value == Configuration.Mapping {
    /// A file of jq by its path, or jq in place as `{ jq: "…" }`.
    static var mapping: ValueType {
        let inline = Section("jq in the configuration itself.", Configuration.Expression?.none) { section in
            [
                Field<Configuration.Expression?>.key(
                    "jq", \.self, .optionalExpression, "The jq program; it yields exactly one document.",
                    example: "\"{ name: .data.name }\"", in: section, isRequired: true)
            ]
        }
        let schema = SchemaTree.object([.init("oneOf", .array([.text, inline.schema]))])
        return ValueType(
            name: "jq file \\| jq", schema: schema,
            read: { node, site, reader in
                guard node.mapping == nil else {
                    return inline.read(node, site, reader).flatMap { $0 }.map { .inline($0) }
                }
                return ValueType<Configuration.FileReference>.file.read(node, site, reader).map { .file($0) }
            }, sections: [(suffix: "", section: inline.description)])
    }
}

extension ValueType where Value == Configuration.Expression? {
    fileprivate static var optionalExpression: ValueType {
        let type = ValueType<Configuration.Expression>.expression
        return ValueType(name: type.name, schema: type.schema) { node, site, reader in type.read(node, site, reader) }
    }
}
