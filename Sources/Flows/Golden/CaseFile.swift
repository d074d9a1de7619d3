import JSON
import Yams

/// A file of golden cases: YAML or JSON, one case or a list of them.
public struct CaseFile: Sendable {
    public let path: String
    public let cases: [GoldenCase]
    /// The file's text.
    public let text: String

    /// Reads a case file.
    ///
    /// - Parameter files: how the file is reached, and those that it names.
    /// - Throws: everything that is wrong, each with line and column.
    public static func load(
        _ path: String, files: ConfigurationFiles = .local
    ) throws(ConfigurationErrors) -> CaseFile {
        let reader = ConfigurationReader(files: files, references: .literal) { _ in nil }
        var text = ""
        var cases: [GoldenCase] = []
        if let root = reader.compose(file: path, text: &text) {
            if let sequence = root.sequence {
                for (position, node) in sequence.enumerated() {
                    let site = Site(path: "[\(position)]", place: reader.place(of: node))
                    read(node, site, reader, into: &cases)
                }
                if sequence.isEmpty {
                    reader.report("the file has no case", Site(path: "", place: reader.place(of: root)))
                }
            } else {
                read(root, Site(path: "", place: reader.place(of: root)), reader, into: &cases)
            }
        }
        guard reader.errors.isEmpty else { throw ConfigurationErrors(errors: reader.errors) }
        if cases.count == 1 {
            cases[0].name = cases[0].name ?? FilePath.name(of: path)
        } else {
            for index in cases.indices {
                cases[index].name = cases[index].name ?? "\(FilePath.name(of: path))[\(index)]"
            }
        }
        return CaseFile(path: path, cases: cases, text: text)
    }

    private static func read(
        _ node: Node, _ site: Site, _ reader: ConfigurationReader, into cases: inout [GoldenCase]
    ) {
        guard var golden = GoldenCase.section.read(node, site, reader) else { return }
        golden.place = site.place
        if let mapping = node.mapping {
            golden.layout.isFlowStyle = reader.character(at: reader.place(of: node)) == "{"
            golden.layout.keyColumn = mapping.keys.first.map { reader.place(of: $0).column } ?? 1
            golden.layout.expect = mapping.keys.first { $0.scalar?.string == "expect" }.map { reader.place(of: $0) }
        }
        cases.append(golden)
    }
}

extension ConfigurationReader {
    /// The document of a file; reports why there is none.
    fileprivate func compose(file path: String, text: inout String) -> Node? {
        let site = Site(path: "", place: SourcePlace(file: path, line: 1, column: 1))
        guard let bytes = files.read(path) else {
            report(missingFileMessage(path, path), site)
            return nil
        }
        guard let content = String(validating: bytes, as: UTF8.self) else {
            report("the file is not UTF-8", site)
            return nil
        }
        text = content
        enter(file: path, text: content)
        if path.hasSuffix(".json") {
            guard let yaml = yaml(ofJSON: bytes, path) else { return nil }
            return compose(yaml: yaml, file: path)
        }
        return compose(yaml: content, file: path)
    }

    /// JSON as YAML understands it: nearly all of JSON is YAML, and YAML's parser tells the places of keys.
    private func yaml(ofJSON bytes: [UInt8], _ path: String) -> String? {
        let arena = Arena()
        do throws(ParseError) {
            _ = try Parser().parse(String(decoding: bytes, as: UTF8.self), into: arena)
        } catch {
            let place = SourcePlace(file: path, line: error.line, column: error.column)
            report("not valid JSON: \(error.message)", Site(path: "", place: place))
            return nil
        }
        return YAMLFromJSON.text(bytes)
    }
}

extension CaseFile {
    /// The JSON Schema (draft 2020-12) of case files, for editors; from the declarations that read them.
    public static func schemaText() throws(Arena.Exhausted) -> String {
        let reference = SchemaTree.object([.init("$ref", .string("#/$defs/case"))])
        let tree = SchemaTree.object([
            .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            .init("title", .string("Golden cases of Penstock")),
            .init("description", .string("One golden case, or a list of them.")),
            .init(
                "anyOf",
                .array([
                    reference,
                    .object([
                        .init("type", .string("array")), .init("minItems", .integer(1)), .init("items", reference),
                    ]),
                ])),
            .init("$defs", .object([.init("case", GoldenCase.section.schema)])),
        ])
        let arena = Arena()
        let buffer = ByteBuffer()
        buffer.write(try tree.value(in: arena), style: .indented(2))
        buffer.append("\n")
        return withExtendedLifetime(arena) { buffer.text }
    }
}

/// JSON made such that a YAML parser takes it, with all lines and nearly all columns where they were.
enum YAMLFromJSON {
    /// Tabs, which YAML does not allow between tokens, become blanks; a pair of surrogates becomes one escape.
    static func text(_ json: [UInt8]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.count)
        var index = 0
        while index < json.count {
            let byte = json[index]
            if byte == UInt8(ascii: "\t") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "\\"), index + 1 < json.count {
                if let scalar = surrogatePair(json[index...]) {
                    let digits = String(scalar, radix: 16)
                    bytes += Array(("\\U" + String(repeating: "0", count: 8 - digits.count) + digits).utf8)
                    index += 12
                    continue
                }
                bytes.append(byte)
                index += 1
                bytes.append(json[index])
            } else {
                bytes.append(byte)
            }
            index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func surrogatePair(_ json: ArraySlice<UInt8>) -> UInt32? {
        guard json.count >= 12, let high = escape(json), 0xD800..<0xDC00 ~= high,
            let low = escape(json.dropFirst(6)), 0xDC00..<0xE000 ~= low
        else { return nil }
        return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }

    private static func escape(_ json: ArraySlice<UInt8>) -> UInt32? {
        let text = String(decoding: json.prefix(6), as: UTF8.self)
        guard text.utf8.count == 6, text.hasPrefix("\\u") else { return nil }
        return UInt32(text.dropFirst(2), radix: 16)
    }
}
