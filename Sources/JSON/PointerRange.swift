extension Pointer {
    /// Where the value at this place stands in a document's text, as offsets of its first byte and behind its last;
    /// `nil` if there is none.
    ///
    /// For messages about a document at hand: it walks through the text anew each time. What stands behind the value
    /// need not be JSON.
    ///
    /// - Parameter text: the document, in UTF-8.
    public func range(in text: UnsafeRawBufferPointer) -> Range<Int>? {
        var walker = TextWalker(text: text)
        walker.skipSpace()
        for token in tokens {
            guard walker.enter(token) else { return nil }
        }
        let start = walker.position
        guard walker.skipValue() else { return nil }
        return start..<walker.position
    }
}

/// A position in a text of JSON that moves by whole values.
private struct TextWalker {
    let text: UnsafeRawBufferPointer
    var position = 0

    private var byte: UInt8 { position < text.count ? text[position] : 0 }

    mutating func skipSpace() {
        while [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    /// Moves to the member or element of this name in the container here.
    mutating func enter(_ token: String) -> Bool {
        switch byte {
        case UInt8(ascii: "{"): enterMember(token)
        case UInt8(ascii: "["): Int(token).map { enterElement($0) } ?? false
        default: false
        }
    }

    private mutating func enterMember(_ token: String) -> Bool {
        position += 1
        while true {
            skipSpace()
            let start = position
            guard byte == UInt8(ascii: "\""), skipString() else { return false }
            let name = start..<position
            skipSpace()
            guard byte == UInt8(ascii: ":") else { return false }
            position += 1
            skipSpace()
            if isName(name, token) { return true }
            guard skipValue(), skipComma() else { return false }
        }
    }

    private mutating func enterElement(_ index: Int) -> Bool {
        position += 1
        skipSpace()
        for _ in 0..<max(index, 0) {
            guard skipValue(), skipComma() else { return false }
            skipSpace()
        }
        return byte != UInt8(ascii: "]")
    }

    private mutating func skipComma() -> Bool {
        skipSpace()
        guard byte == UInt8(ascii: ",") else { return false }
        position += 1
        return true
    }

    /// Whether the string in quotes at `range` is this name, escaped or not.
    private func isName(_ range: Range<Int>, _ token: String) -> Bool {
        let literal = UnsafeRawBufferPointer(rebasing: text[range])
        guard literal.contains(UInt8(ascii: "\\")) else {
            return literal.dropFirst().dropLast().elementsEqual(token.utf8)
        }
        let arena = Arena()
        return withExtendedLifetime(arena) { (try? Parser().parse(literal, into: arena))?.string == token }
    }

    /// Moves behind the string that begins here.
    private mutating func skipString() -> Bool {
        position += 1
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                position += 1
                return true
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return false
    }

    /// Moves behind the value that begins here.
    mutating func skipValue() -> Bool {
        var depth = 0
        repeat {
            skipSpace()
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
                if depth < 0 { return false }
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { return false }
                position += 1
            default:
                guard skipWord() else { return false }
            }
        } while depth > 0
        return true
    }

    /// Moves behind a number, `true`, `false` or `null`.
    private mutating func skipWord() -> Bool {
        let start = position
        while position < text.count, !" \t\r\n,:{}[]\"".utf8.contains(text[position]) { position += 1 }
        return position > start
    }
}
