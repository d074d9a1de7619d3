import JSON

/// The formats of `@name`.
enum Format: UInt8 {
    case text, json, csv, tsv, html, uri, urid, sh, base64, base64d, base32, base32d

    init?(name: String) {
        let names: [String: Format] = [
            "text": .text, "json": .json, "csv": .csv, "tsv": .tsv, "html": .html, "uri": .uri, "urid": .urid,
            "sh": .sh, "base64": .base64, "base64d": .base64d, "base32": .base32, "base32d": .base32d,
        ]
        guard let format = names[name] else { return nil }
        self = format
    }
}

extension Evaluator {
    func format(_ value: Value, _ code: UInt16) throws(Raised) -> Value {
        switch Format(rawValue: UInt8(truncatingIfNeeded: code)) ?? .text {
        case .text: return try toString(value)
        case .json: return try toJSON(value)
        case .csv: return try row(value, separator: ",", isCSV: true)
        case .tsv: return try row(value, separator: "\t", isCSV: false)
        case .html: return try escaped(try toString(value), Evaluator.htmlEscape)
        case .uri: return try percentEncoded(try toString(value))
        case .urid: return try percentDecoded(try toString(value))
        case .sh: return try shellQuoted(value)
        case .base64: return try base64(try toString(value))
        case .base64d: return try base64Decoded(try toString(value))
        case .base32: return try base32(try toString(value))
        case .base32d: return try base32Decoded(try toString(value))
        }
    }

    // MARK: Rows

    private func row(_ value: Value, separator: StaticString, isCSV: Bool) throws(Raised) -> Value {
        guard value.kind == .array else {
            throw typeError(value, "cannot be \(isCSV ? "csv" : "tsv")-formatted, only array")
        }
        for element in value.elements where element.kind == .array || element.kind == .object {
            throw typeError(element, "is not valid in a csv row")
        }
        text.removeAll()
        for (position, element) in value.elements.enumerated() {
            if position > 0 { text.append(separator) }
            switch element.kind {
            case .null: break
            case .string where isCSV:
                text.append("\"")
                append(element, Evaluator.csvEscape)
                text.append("\"")
            case .string: append(element, Evaluator.tsvEscape)
            case .number where !element.isLiteral && (element.double ?? 0).isNaN: break
            default: text.write(element)
            }
        }
        return try stringOfText()
    }

    // MARK: Escapes

    private static func csvEscape(_ byte: UInt8) -> StaticString? { byte == UInt8(ascii: "\"") ? "\"\"" : nil }

    private static func tsvEscape(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "\t"): "\\t"
        case UInt8(ascii: "\r"): "\\r"
        case UInt8(ascii: "\n"): "\\n"
        case UInt8(ascii: "\\"): "\\\\"
        default: nil
        }
    }

    private static func htmlEscape(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "'"): "&apos;"
        case UInt8(ascii: "\""): "&quot;"
        default: nil
        }
    }

    private static func shellEscape(_ byte: UInt8) -> StaticString? { byte == UInt8(ascii: "'") ? "'\\''" : nil }

    private func append(_ value: Value, _ escape: (UInt8) -> StaticString?) {
        for byte in value.bytes {
            if let replacement = escape(byte) { text.append(replacement) } else { text.append(byte) }
        }
    }

    private func escaped(_ value: Value, _ escape: (UInt8) -> StaticString?) throws(Raised) -> Value {
        text.removeAll()
        append(value, escape)
        return try stringOfText()
    }

    private func shellQuoted(_ value: Value) throws(Raised) -> Value {
        let elements = value.kind == .array ? value : try array(value)
        for element in elements.elements where element.kind == .array || element.kind == .object {
            throw typeError(element, "can not be escaped for shell")
        }
        text.removeAll()
        for (position, element) in elements.elements.enumerated() {
            if position > 0 { text.append(" ") }
            if element.kind == .string {
                text.append("'")
                append(element, Evaluator.shellEscape)
                text.append("'")
            } else {
                text.write(element)
            }
        }
        return try stringOfText()
    }

    // MARK: Percent encoding

    private func percentEncoded(_ value: Value) throws(Raised) -> Value {
        let hexadecimal: StaticString = "0123456789ABCDEF"
        text.removeAll()
        for byte in value.bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.append(byte)
            default:
                text.append("%")
                text.append(hexadecimal.utf8Start[Int(byte >> 4)])
                text.append(hexadecimal.utf8Start[Int(byte & 15)])
            }
        }
        return try stringOfText()
    }

    private func percentDecoded(_ value: Value) throws(Raised) -> Value {
        let bytes = value.bytes
        let room = try allocate(byteCount: max(bytes.count, 1)).bindMemory(
            to: UInt8.self, capacity: max(bytes.count, 1))
        var count = 0
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < bytes.count, let high = Evaluator.hexadecimal(bytes[index]),
                    let low = Evaluator.hexadecimal(bytes[index + 1])
                else { throw typeError(value, "is not a valid uri encoding") }
                byte = high << 4 | low
                index += 2
            }
            room[count] = byte
            count += 1
        }
        let decoded = UnsafeRawBufferPointer(start: room, count: count)
        guard String(validating: decoded, as: UTF8.self) != nil else {
            throw typeError(value, "is not a valid uri encoding")
        }
        return .string(decoded, flags: Text.flags(of: decoded))
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// A string of bytes that may be no UTF-8; what is none is replaced by U+FFFD, as in jq.
    func repaired(_ bytes: UnsafeRawBufferPointer) throws(Raised) -> Value {
        try string(String(decoding: bytes, as: UTF8.self))
    }
}
