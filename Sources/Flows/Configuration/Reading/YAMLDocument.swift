import JSON
import Yams

/// A YAML document as JSON, which still knows the line of every value.
///
/// Plain scalars are what the core schema of YAML 1.2 says: `null`, `true`, `false`, numbers, else strings. A number
/// keeps its digits if it is a number of JSON, too.
public struct YAMLDocument {
    /// Why a text is no YAML, or cannot be told as JSON, and where.
    public struct Fault: Error, Sendable, Equatable {
        /// Both from 1, the column in Unicode scalars.
        public let line: Int
        public let column: Int
        public let message: String
    }

    /// The document as compact JSON.
    public let json: [UInt8]
    /// The line that the document begins on, from 1.
    public var line: Int { root.mark?.line ?? 1 }

    private let root: Node

    /// All documents of a text.
    /// - Throws: ``Fault``.
    public static func read(_ text: String) throws(Fault) -> [YAMLDocument] {
        var nodes: [Node] = []
        do {
            let parser = try Yams.Parser(yaml: text)
            while let node = try parser.nextRoot() { nodes.append(node) }
        } catch let error as YamlError {
            let (message, mark) = error.summary
            throw Fault(line: mark?.line ?? 1, column: mark?.column ?? 1, message: message)
        } catch {
            throw Fault(line: 1, column: 1, message: "cannot be read as YAML")
        }
        var documents: [YAMLDocument] = []
        for node in nodes { documents.append(try YAMLDocument(node)) }
        return documents
    }

    init(_ node: Node) throws(Fault) {
        root = node
        let buffer = ByteBuffer(capacity: 256)
        try NodeWriter(buffer: buffer).write(node, depth: 0)
        json = Array(buffer.bytes)
    }

    /// Where the value at a JSON Pointer stands; `nil` if there is none.
    public func place(of pointer: Pointer) -> (line: Int, column: Int)? {
        var node = root
        for token in pointer.tokens {
            switch node {
            case .mapping(let mapping):
                guard let entry = mapping.first(where: { $0.key.scalar?.string == token }) else { return nil }
                node = entry.value
            case .sequence(let sequence):
                guard let index = Int(token), sequence.indices.contains(index) else { return nil }
                node = sequence[index]
            default: return nil
            }
        }
        return node.mark.map { ($0.line, $0.column) }
    }
}

/// Writes a node of YAML as JSON.
private struct NodeWriter {
    /// Aliases may stand for more than a machine can hold.
    static let byteLimit = 64 << 20
    static let depthLimit = 512

    let buffer: ByteBuffer

    func write(_ node: Node, depth: Int) throws(YAMLDocument.Fault) {
        guard buffer.count < NodeWriter.byteLimit, depth < NodeWriter.depthLimit else {
            throw fault(node, "the document is too large once its aliases are put in, or nested too deeply")
        }
        switch node {
        case .scalar(let scalar): try write(scalar, node)
        case .sequence(let sequence):
            buffer.append("[")
            for (index, element) in sequence.enumerated() {
                if index > 0 { buffer.append(",") }
                try write(element, depth: depth + 1)
            }
            buffer.append("]")
        case .mapping(let mapping):
            buffer.append("{")
            for (index, entry) in mapping.enumerated() {
                if index > 0 { buffer.append(",") }
                guard let name = entry.key.scalar?.string else {
                    throw fault(entry.key, "a key must be a plain text")
                }
                buffer.writeString(name)
                buffer.append(":")
                try write(entry.value, depth: depth + 1)
            }
            buffer.append("}")
        default: throw fault(node, "an alias without its anchor")
        }
    }

    private func write(_ scalar: Node.Scalar, _ node: Node) throws(YAMLDocument.Fault) {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any, scalar.tag.description != Tag.Name.str.rawValue else {
            return buffer.writeString(text)
        }
        switch text {
        case "", "~", "null", "Null", "NULL": buffer.append("null")
        case "true", "True", "TRUE": buffer.append("true")
        case "false", "False", "FALSE": buffer.append("false")
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "-.inf", "+.Inf", "-.Inf", "+.INF", "-.INF":
            throw fault(node, "JSON has no number \(text)")
        default:
            if let number = NodeWriter.number(text) { buffer.append(number) } else { buffer.writeString(text) }
        }
    }

    /// The number of JSON that a plain scalar stands for: itself, or what `0x1F`, `0o17`, `+1` or `.5` mean.
    private static func number(_ text: String) -> String? {
        guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return nil }
        let arena = Arena(chunkByteCount: 256)
        let isJSON = withExtendedLifetime(arena) { (try? Parser().parse(text, into: arena))?.kind == .number }
        if isJSON { return text }
        if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16).map(String.init) }
        if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8).map(String.init) }
        guard text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }), text.utf8.contains(where: isDigit) else {
            return nil
        }
        return Double(text).flatMap {
            $0.isFinite ? ($0 == $0.rounded() && abs($0) < 1e15 ? "\(Int($0))" : "\($0)") : nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { Names.isDigit(byte) }

    private func fault(_ node: Node, _ message: String) -> YAMLDocument.Fault {
        YAMLDocument.Fault(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, message: message)
    }
}
