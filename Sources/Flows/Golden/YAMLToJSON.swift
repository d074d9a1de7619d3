import JSON
import Yams

/// The JSON that a node of YAML stands for.
///
/// YAML 1.2's core schema, but that a number must be written as in JSON: `zip: 02101` is a text, and what is a number
/// keeps its digits. Dates and words such as `yes` are texts.
enum YAMLToJSON {
    static func text(of node: Node) -> String {
        let buffer = ByteBuffer(capacity: 256)
        write(node, to: buffer)
        return buffer.text
    }

    /// Whether a scalar is a text, and not null, a boolean or a number.
    static func isString(_ scalar: Node.Scalar) -> Bool {
        guard scalar.style != .singleQuoted, scalar.style != .doubleQuoted, scalar.style != .literal,
            scalar.style != .folded
        else { return true }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE": return false
        default: return !isNumber(scalar.string)
        }
    }

    private static func write(_ node: Node, to buffer: ByteBuffer) {
        if let mapping = node.mapping {
            buffer.append("{")
            for (index, entry) in mapping.enumerated() {
                if index > 0 { buffer.append(",") }
                buffer.writeString(entry.key.scalar?.string ?? "")
                buffer.append(":")
                write(entry.value, to: buffer)
            }
            buffer.append("}")
        } else if let sequence = node.sequence {
            buffer.append("[")
            for (index, element) in sequence.enumerated() {
                if index > 0 { buffer.append(",") }
                write(element, to: buffer)
            }
            buffer.append("]")
        } else if let scalar = node.scalar {
            if isString(scalar) { return buffer.writeString(scalar.string) }
            switch scalar.string.lowercased() {
            case "", "~", "null": buffer.append("null")
            case let text: buffer.append(text)
            }
        } else {
            buffer.append("null")
        }
    }

    /// A number by JSON's grammar.
    static func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || Names.isDigit(first) else { return false }
        let value = try? Parser().parse(text, into: Arena())
        return value?.kind == .number
    }
}
