/// What jq says of a text that is no JSON: the text is read as jq reads it, up to the first fault. Only what must be
/// known for the message is kept, so a text costs a pass and a byte for each level of nesting.
struct JSONFault {
    private enum Level: UInt8 { case array, object, key }
    private enum Last { case nothing, string, other }

    private let text: UnsafeRawBufferPointer
    private var levels: [Level] = []
    /// Whether the container at a level has elements or members already.
    private var hasContents: [Bool] = []
    /// The value that was read last and is not yet part of a container.
    private var last = Last.nothing
    private var token: Range<Int>?
    /// Whether a whole value stands before, and whether a second one follows.
    private var hasValue = false
    private var hasExtra = false
    /// Where the string that is being read begins.
    private var stringStart = 0
    private var isEscaped = false
    private static let extra = "Unexpected extra JSON values"

    /// jq's message, with the place; `nil` if jq would take the text for JSON.
    static func message(of text: UnsafeRawBufferPointer) -> String? {
        var fault = JSONFault(text: text)
        return fault.find()
    }

    private init(text: UnsafeRawBufferPointer) { self.text = text }

    private mutating func find() -> String? {
        var line = 1
        var column = 0
        var index = 0
        var isInString = false
        while index < text.count {
            let byte = text[index]
            column += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 0
            }
            let message: String?
            if isInString {
                message = string(byte, at: index, &isInString)
            } else {
                message = read(byte, at: index, &isInString)
            }
            if let message { return "\(message) at line \(line), column \(column)" }
            endValue()
            if hasExtra { return JSONFault.extra }
            index += 1
        }
        let end = "at EOF at line \(line), column \(column)"
        if isInString { return "Unfinished string \(end)" }
        if let message = endToken() { return "\(message) \(end)" }
        if !levels.isEmpty { return "Unfinished JSON term \(end)" }
        endValue()
        return hasExtra ? JSONFault.extra : nil
    }

    /// A value at the top level is done with.
    private mutating func endValue() {
        guard levels.isEmpty, last != .nothing else { return }
        hasExtra = hasValue
        hasValue = true
        last = .nothing
    }

    /// A byte of a string: the closing quote ends it, what a backslash escapes does not.
    private mutating func string(_ byte: UInt8, at index: Int, _ isInString: inout Bool) -> String? {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            return stringFault(in: text[stringStart..<index]) ?? value(.string)
        }
        return nil
    }

    private mutating func read(_ byte: UInt8, at index: Int, _ isInString: inout Bool) -> String? {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            return endToken()
        case UInt8(ascii: "\""):
            isInString = true
            stringStart = index + 1
            return endToken()
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "]"),
            UInt8(ascii: "}"):
            return endToken() ?? structure(byte)
        default:
            token = (token?.lowerBound ?? index)..<index + 1
            return nil
        }
    }

    private func stringFault(in bytes: Slice<UnsafeRawBufferPointer>) -> String? {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] < 0x20 {
                return "Invalid string: control characters from U+0000 through U+001F must be escaped"
            }
            index += 1
            guard bytes[index - 1] == UInt8(ascii: "\\"), index < bytes.endIndex else { continue }
            let letter = Character(Unicode.Scalar(bytes[index]))
            index += 1
            if letter == "u" {
                guard bytes.endIndex - index >= 4 else { return "Invalid \\uXXXX escape" }
                let digits = bytes[index..<index + 4]
                guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
                    return "Invalid characters in \\uXXXX escape"
                }
                index += 4
            } else if !"\"\\/bfnrt".contains(letter) {
                return "Invalid escape"
            }
        }
        return nil
    }

    // MARK: Words and numbers

    private mutating func endToken() -> String? {
        defer { endValue() }
        guard let range = token else { return nil }
        token = nil
        let bytes = UnsafeRawBufferPointer(rebasing: text[range])
        let word = String(decoding: bytes, as: UTF8.self)
        switch bytes[0] {
        case UInt8(ascii: "'"): return #"Invalid string literal; expected ", but got '"#
        case UInt8(ascii: "t"): if word != "true" { return "Invalid literal" }
        case UInt8(ascii: "f"): if word != "false" { return "Invalid literal" }
        case UInt8(ascii: "n") where bytes.count > 1 && bytes[1] == UInt8(ascii: "u"):
            if word != "null" { return "Invalid literal" }
        default:
            let number = word.lowercased()
            let isSpecial = ["nan", "-nan", "infinity", "-infinity", "inf", "-inf"].contains(number)
            if !isSpecial, !NumberText.isNumber(bytes) { return "Invalid numeric literal" }
        }
        return value(.other)
    }

    private mutating func value(_ kind: Last) -> String? {
        guard last == .nothing else { return "Expected separator between values" }
        last = kind
        return nil
    }

    // MARK: Structure

    private mutating func structure(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "["): return open(.array)
        case UInt8(ascii: "{"): return open(.object)
        case UInt8(ascii: ":"): return colon()
        case UInt8(ascii: ","): return comma()
        case UInt8(ascii: "]"): return closeArray()
        default: return closeObject()
        }
    }

    private mutating func open(_ level: Level) -> String? {
        guard last == .nothing else { return "Expected separator between values" }
        push(level)
        return nil
    }

    private mutating func push(_ level: Level) {
        levels.append(level)
        hasContents.append(false)
    }

    private mutating func pop() {
        levels.removeLast()
        hasContents.removeLast()
    }

    private mutating func colon() -> String? {
        guard last != .nothing else { return "Expected string key before ':'" }
        guard levels.last == .object else { return "':' not as part of an object" }
        guard last == .string else { return "Object keys must be strings" }
        push(.key)
        last = .nothing
        return nil
    }

    private mutating func comma() -> String? {
        guard last != .nothing else { return "Expected value before ','" }
        guard let level = levels.last else { return "',' not as part of an object or array" }
        if level == .object { return "Objects must consist of key:value pairs" }
        takeLast()
        return nil
    }

    /// The value becomes part of the array, or of the object under its key.
    private mutating func takeLast() {
        if levels.last == .key { pop() }
        hasContents[hasContents.count - 1] = true
        last = .nothing
    }

    private mutating func closeArray() -> String? {
        guard levels.last == .array else { return "Unmatched ']'" }
        if last == .nothing, hasContents[hasContents.count - 1] { return "Expected another array element" }
        pop()
        last = .other
        return nil
    }

    private mutating func closeObject() -> String? {
        guard let level = levels.last else { return "Unmatched '}'" }
        if last != .nothing {
            guard level == .key else { return "Objects must consist of key:value pairs" }
            takeLast()
        } else {
            guard level == .object else { return "Unmatched '}'" }
            if hasContents[hasContents.count - 1] { return "Expected another key-value pair" }
        }
        pop()
        last = .other
        return nil
    }
}
