import JSON

/// A document as YAML in block style, as a person would write it.
struct YAMLText {
    private(set) var text = ""

    /// The lines of a member `name: …` whose key stands in `column` (from 1), but for the blanks before the first.
    static func member(_ name: String, _ value: Value, column: Int) -> String {
        var writer = YAMLText()
        writer.member(name, value, indentation: column - 1)
        return writer.text
    }

    private mutating func member(_ name: String, _ value: Value, indentation: Int) {
        text += YAMLText.scalar(name) + ":"
        switch value.kind {
        case .object where value.count > 0:
            text += "\n"
            members(of: value, indentation: indentation + 2, isFirstIndented: true)
        case .array where value.count > 0:
            for element in value.elements {
                text += "\n" + blanks(indentation + 2) + "- "
                if element.kind == .object, element.count > 0 {
                    members(of: element, indentation: indentation + 4, isFirstIndented: false)
                } else {
                    text += YAMLText.inline(element)
                }
            }
        default: text += " " + YAMLText.inline(value)
        }
    }

    private mutating func members(of value: Value, indentation: Int, isFirstIndented: Bool) {
        for (index, entry) in value.members.enumerated() {
            if index > 0 { text += "\n" }
            if index > 0 || isFirstIndented { text += blanks(indentation) }
            member(entry.key.string ?? "", entry.value, indentation: indentation)
        }
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

    /// A value in one line: JSON is YAML, and texts that need no quotes have none.
    private static func inline(_ value: Value) -> String {
        guard let text = value.string else { return value.jsonText }
        return scalar(text)
    }

    /// A text as a plain scalar where that cannot be misread, else in double quotes.
    static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { Names.isLetter($0) || Names.isDigit($0) || $0 == UInt8(ascii: "/") } ?? false
            && text.utf8.last != UInt8(ascii: " ") && text.utf8.allSatisfy(isPlainByte)
            && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
            && !looksLikeNumberOrDate(text)
        if isPlain { return text }
        let buffer = ByteBuffer(capacity: 64)
        buffer.writeString(text)
        return buffer.text.unicodeScalars.reduce(into: "") { escaped, scalar in
            // JSON lets them stand; for YAML they break lines, or are not printable.
            switch scalar.value {
            case 0x7f...0x9f, 0x2028, 0x2029, 0xfeff:
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isPlainByte(_ byte: UInt8) -> Bool {
        Names.isLetter(byte) || Names.isDigit(byte) || " -_./@()+%=~".utf8.contains(byte)
    }

    /// Other parsers of YAML take more for numbers than this project does.
    private static func looksLikeNumberOrDate(_ text: String) -> Bool {
        guard let first = text.utf8.first, Names.isDigit(first) else { return false }
        if ["0x", "0o", "0b"].contains(text.lowercased().prefix(2)) { return true }
        return !text.utf8.contains { Names.isLetter($0) && $0 | 0x20 != UInt8(ascii: "e") }
    }
}
