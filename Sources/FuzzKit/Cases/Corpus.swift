import Foundation
import JSON
import JSONSchema

/// What cases are made from: the public conformance suites and the repository's own examples, as far as they are there,
/// and a few of its own.
public struct Corpus: Sendable {
    public struct SchemaSeed: Sendable {
        public let schema: [UInt8]
        public let instances: [[UInt8]]
        public let draft: Draft
    }

    public struct ProgramSeed: Sendable {
        public let program: [UInt8]
        public let input: [UInt8]
    }

    public private(set) var documents: [[UInt8]]
    public private(set) var schemas: [SchemaSeed]
    public private(set) var programs: [ProgramSeed]
    /// The schemas that those of the suite refer to, by their path.
    public private(set) var remotes: [String: [UInt8]] = [:]

    /// What is always there.
    public init() {
        documents = BuiltInSeeds.documents.map { Array($0.utf8) }
        schemas = BuiltInSeeds.schemas.map { schema, instances in
            SchemaSeed(
                schema: Array(schema.utf8), instances: instances.map { Array($0.utf8) }, draft: .draft202012)
        }
        programs = BuiltInSeeds.programs.map { ProgramSeed(program: Array($0.utf8), input: Array($1.utf8)) }
    }

    /// - Parameters:
    ///   - suites: the folder of the conformance data: `json-schema-test-suite` and `jq`. What is missing is left out.
    ///   - repository: the root of this repository, for its examples and schemas.
    public init(suites: URL, repository: URL) {
        self.init()
        addSchemaSuite(suites.appending(path: "json-schema-test-suite"))
        addJQSuite(suites.appending(path: "jq/tests"))
        addExamples(repository)
    }

    /// That of this repository, with the suites in the folder that `PENSTOCK_CONFORMANCE_DATA` names, by default
    /// `../shared/data` seen from the root.
    public static let standard: Corpus = {
        // This file is Sources/FuzzKit/Cases/Corpus.swift in the package.
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let named = ProcessInfo.processInfo.environment["PENSTOCK_CONFORMANCE_DATA"] ?? ""
        let suites = named.isEmpty ? root.appending(path: "../shared/data") : URL(filePath: named)
        return Corpus(suites: suites, repository: root)
    }()

    /// How many there are of each, for the report.
    public var summary: String {
        "\(documents.count) documents, \(schemas.count) schemas, \(programs.count) programs"
    }

    // MARK: The suites

    private mutating func addSchemaSuite(_ folder: URL) {
        for (draft, name) in [(Draft.draft202012, "draft2020-12"), (.draft7, "draft7")] {
            for file in Self.files(folder.appending(path: "tests/" + name), suffix: ".json") {
                addGroups(Self.bytes(file), draft)
            }
        }
        let remotes = folder.appending(path: "remotes")
        for file in Self.files(remotes, suffix: ".json") {
            let root = remotes.resolvingSymlinksInPath().path + "/"
            self.remotes[String(file.resolvingSymlinksInPath().path.dropFirst(root.count))] = Self.bytes(file)
        }
    }

    private mutating func addGroups(_ bytes: [UInt8], _ draft: Draft) {
        let arena = Arena()
        guard let groups = try? bytes.withUnsafeBytes({ try Parser().parse(copying: $0, into: arena) }) else { return }
        withExtendedLifetime(arena) {
            for group in groups.elements {
                guard let schema = group["schema"], let tests = group["tests"] else { continue }
                let instances = tests.elements.compactMap { $0["data"] }.map(Self.text)
                schemas.append(SchemaSeed(schema: Self.text(schema), instances: instances, draft: draft))
                documents.append(Self.text(schema))
                documents += instances
            }
        }
    }

    private mutating func addJQSuite(_ folder: URL) {
        for file in Self.files(folder, suffix: ".test") {
            let paragraphs = Self.bytes(file).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .split { $0.isEmpty || $0.first == UInt8(ascii: "#") }
            for lines in paragraphs.map(Array.init) where lines.count > 1 {
                if lines[0].starts(with: Array("%%FAIL".utf8)) {
                    programs.append(ProgramSeed(program: Array(lines[1]), input: Array("null".utf8)))
                } else {
                    programs.append(ProgramSeed(program: Array(lines[0]), input: Array(lines[1])))
                    documents.append(Array(lines[1]))
                }
            }
        }
    }

    private mutating func addExamples(_ repository: URL) {
        var events: [[UInt8]] = []
        for file in Self.files(repository.appending(path: "examples"), suffix: "") {
            switch file.pathExtension {
            case "json": events.append(Self.bytes(file))
            case "jsonl": events += Self.bytes(file).split(separator: UInt8(ascii: "\n")).prefix(5).map { Array($0) }
            default: break
            }
        }
        documents += events
        for file in Self.files(repository.appending(path: "examples"), suffix: ".jq") {
            programs.append(ProgramSeed(program: Self.bytes(file), input: events.first ?? []))
        }
        let schemaFolder = repository.appending(path: "Schemas")
        for file in Self.files(schemaFolder, suffix: ".json") {
            schemas.append(SchemaSeed(schema: Self.bytes(file), instances: events, draft: .draft202012))
        }
    }

    // MARK: Files

    /// All files below a folder whose names end so, in an order that is always the same.
    private static func files(_ folder: URL, suffix: String) -> [URL] {
        guard let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else { return [] }
        return all.compactMap { $0 as? URL }.filter { $0.path.hasSuffix(suffix) && !$0.hasDirectoryPath }
            .sorted { $0.path < $1.path }
    }

    private static func bytes(_ file: URL) -> [UInt8] { (try? Data(contentsOf: file)).map { Array($0) } ?? [] }

    private static func text(_ value: Value) -> [UInt8] {
        let buffer = ByteBuffer()
        buffer.write(value)
        return Array(buffer.bytes)
    }
}
