import JSON

/// Names and pieces of text for messages.
enum Text {
    static func flags(of bytes: UnsafeRawBufferPointer) -> Value.Flags { .ofString(bytes) }

    static func kindName(_ kind: Value.Kind) -> String {
        switch kind {
        case .null: "null"
        case .false, .true: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension Evaluator {
    /// `kind (value)`, the value cut to jq's 29 bytes.
    func described(_ value: Value) -> String {
        "\(Text.kindName(value.kind)) (\(excerpt(value)))"
    }

    /// A value as JSON, cut so that it has at most 29 bytes, with `...` at the end and a closing quote if it is a
    /// string, and no character cut in two.
    func excerpt(_ value: Value) -> String {
        text.removeAll()
        text.write(beginningOf: value, byteCount: 64)
        let bytes = text.bytes
        guard bytes.count > 29 else { return text.text }
        let closer: String
        switch value.kind {
        case .string: closer = "...\""
        case .array: closer = "...]"
        case .object: closer = "...}"
        default: closer = "..."
        }
        var end = 29 - closer.utf8.count
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes.prefix(end), as: UTF8.self) + closer
    }

    /// The error of an operation on one value.
    func typeError(_ value: Value, _ message: String) -> Raised {
        fail("\(described(value)) \(message)")
    }

    /// The error of an operation on two values.
    func typeError(_ first: Value, _ second: Value, _ message: String) -> Raised {
        fail("\(described(first)) and \(described(second)) \(message)")
    }
}
