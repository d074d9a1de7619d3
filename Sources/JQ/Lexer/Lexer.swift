/// Cuts a program's text into tokens.
///
/// Strings are cut into pieces, because an interpolation `\( … )` holds a whole program; a stack of brackets tells
/// which `)` ends an interpolation.
struct Lexer {
    private static let keywords: Set<String> = [
        "as", "import", "include", "module", "def", "if", "then", "else", "elif", "end", "and", "or", "reduce",
        "foreach", "try", "catch", "label", "break", "__loc__",
    ]
    /// Operators, longest first.
    private static let operators: [[UInt8]] = [
        "?//", "//=", "!=", "==", "//", "|=", "+=", "-=", "*=", "/=", "%=", "<=", ">=", "..",
        ".", "?", "=", ";", ",", ":", "|", "+", "-", "*", "/", "%", "$", "<", ">",
    ].map { Array($0.utf8) }

    private enum Bracket { case parenthesis, bracket, brace, string, interpolation }

    let source: Source
    private let text: [UInt8]
    private var offset = 0
    private var tokens: [Token] = []
    private var brackets: [Bracket] = []

    private init(_ source: Source) {
        self.source = source
        text = source.bytes
    }

    /// All tokens of a program, the last of kind ``Token/Kind/end``.
    static func tokens(of source: Source) throws(CompileError) -> [Token] {
        var lexer = Lexer(source)
        try lexer.run()
        return lexer.tokens
    }

    private mutating func run() throws(CompileError) {
        while offset < text.count {
            if brackets.last == .string { try readStringPiece() } else { try readToken() }
        }
        if brackets.last == .string { throw failure("unterminated string", from: offset - 1) }
        add(.end, "", from: text.count)
    }

    // MARK: Outside strings

    private mutating func readToken() throws(CompileError) {
        let start = offset
        let byte = text[offset]
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
            offset += 1
        case UInt8(ascii: "#"):
            skipComment()
        case UInt8(ascii: "\""):
            offset += 1
            brackets.append(.string)
            add(.stringStart, "\"", from: start)
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
            open(byte)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            try close(byte)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            try readNumber()
        case UInt8(ascii: "."):
            if isDigit(offset + 1) { try readNumber() } else { readFieldOrDots() }
        case UInt8(ascii: "$"):
            readVariable()
        case UInt8(ascii: "@"):
            try readFormat()
        default:
            if isNameStart(offset) { readName() } else { try readOperator() }
        }
    }

    private mutating func skipComment() {
        // A backslash continues a comment on the next line, as in jq 1.7.
        while offset < text.count, text[offset] != UInt8(ascii: "\n") {
            if text[offset] == UInt8(ascii: "\\"), offset + 1 < text.count {
                let crlf =
                    text[offset + 1] == UInt8(ascii: "\r") && offset + 2 < text.count
                    && text[offset + 2] == UInt8(ascii: "\n")
                offset += crlf ? 3 : 2
            } else {
                offset += 1
            }
        }
    }

    private mutating func open(_ byte: UInt8) {
        let start = offset
        offset += 1
        switch byte {
        case UInt8(ascii: "("): brackets.append(.parenthesis)
        case UInt8(ascii: "["): brackets.append(.bracket)
        default: brackets.append(.brace)
        }
        add(.symbol, String(UnicodeScalar(byte)), from: start)
    }

    private mutating func close(_ byte: UInt8) throws(CompileError) {
        let start = offset
        offset += 1
        let closer = String(UnicodeScalar(byte))
        switch (brackets.popLast(), byte) {
        case (.interpolation, UInt8(ascii: ")")):
            add(.interpolationEnd, closer, from: start)
        case (.parenthesis, UInt8(ascii: ")")), (.bracket, UInt8(ascii: "]")), (.brace, UInt8(ascii: "}")):
            add(.symbol, closer, from: start)
        default:
            throw failure("unexpected '\(closer)'", from: start)
        }
    }

    private mutating func readNumber() throws(CompileError) {
        let start = offset
        while isDigit(offset) { offset += 1 }
        if at(offset) == UInt8(ascii: "."), isDigit(offset + 1) || start < offset {
            offset += 1
            while isDigit(offset) { offset += 1 }
        }
        if at(offset) == UInt8(ascii: "e") || at(offset) == UInt8(ascii: "E") {
            let signed = at(offset + 1) == UInt8(ascii: "+") || at(offset + 1) == UInt8(ascii: "-")
            if isDigit(offset + (signed ? 2 : 1)) {
                offset += signed ? 2 : 1
                while isDigit(offset) { offset += 1 }
            }
        }
        add(.number, string(start..<offset), from: start)
    }

    private mutating func readFieldOrDots() {
        let start = offset
        offset += 1
        if isNameStart(offset) {
            skipNamePart()
            add(.field, string(start + 1..<offset), from: start)
        } else if at(offset) == UInt8(ascii: ".") {
            offset += 1
            add(.symbol, "..", from: start)
        } else {
            add(.symbol, ".", from: start)
        }
    }

    private mutating func readVariable() {
        let start = offset
        offset += 1
        guard isNameStart(offset) else { return add(.symbol, "$", from: start) }
        skipQualifiedName()
        add(.variable, string(start + 1..<offset), from: start)
    }

    private mutating func readFormat() throws(CompileError) {
        let start = offset
        offset += 1
        while isNameStart(offset) || isDigit(offset) { offset += 1 }
        guard offset > start + 1 else { throw failure("unexpected '@'", from: start) }
        add(.format, string(start + 1..<offset), from: start)
    }

    private mutating func readName() {
        let start = offset
        skipQualifiedName()
        let name = string(start..<offset)
        add(Lexer.keywords.contains(name) ? .keyword : .identifier, name, from: start)
    }

    private mutating func readOperator() throws(CompileError) {
        let start = offset
        for symbol in Lexer.operators where text[offset...].starts(with: symbol) {
            offset += symbol.count
            return add(.symbol, String(decoding: symbol, as: UTF8.self), from: start)
        }
        let scalar = String(decoding: text[offset...].prefix(4), as: UTF8.self).first.map(String.init) ?? ""
        offset += max(scalar.utf8.count, 1)
        throw failure("unexpected character '\(scalar)'", from: start)
    }

    // MARK: Inside strings

    private mutating func readStringPiece() throws(CompileError) {
        let start = offset
        if text[offset] == UInt8(ascii: "\"") {
            offset += 1
            brackets.removeLast()
            return add(.stringEnd, "\"", from: start)
        }
        if text[offset] == UInt8(ascii: "\\"), at(offset + 1) == UInt8(ascii: "(") {
            offset += 2
            brackets.append(.interpolation)
            return add(.interpolationStart, "\\(", from: start)
        }
        var piece: [UInt8] = []
        while offset < text.count, text[offset] != UInt8(ascii: "\"") {
            if text[offset] == UInt8(ascii: "\\") {
                if at(offset + 1) == UInt8(ascii: "(") { break }
                try readEscape(into: &piece)
            } else {
                piece.append(text[offset])
                offset += 1
            }
        }
        add(.stringText, String(decoding: piece, as: UTF8.self), from: start)
    }

    private mutating func readEscape(into piece: inout [UInt8]) throws(CompileError) {
        let start = offset
        offset += 2
        switch at(start + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): piece.append(text[start + 1])
        case UInt8(ascii: "b"): piece.append(8)
        case UInt8(ascii: "f"): piece.append(12)
        case UInt8(ascii: "n"): piece.append(10)
        case UInt8(ascii: "r"): piece.append(13)
        case UInt8(ascii: "t"): piece.append(9)
        case UInt8(ascii: "u"): piece.append(contentsOf: Array(String(try readCodePoint(from: start)).utf8))
        default:
            offset = min(offset, text.count)
            throw failure("invalid escape", from: start)
        }
    }

    /// The character of `\uXXXX` or of a surrogate pair; a lone surrogate becomes U+FFFD, as in jq.
    private mutating func readCodePoint(from start: Int) throws(CompileError) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let first = try readHexadecimal(from: start)
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? replacement }
        guard at(offset) == UInt8(ascii: "\\"), at(offset + 1) == UInt8(ascii: "u") else { return replacement }
        let mark = offset
        offset += 2
        let second = try readHexadecimal(from: mark)
        guard (0xDC00..<0xE000).contains(second) else {
            offset = mark
            return replacement
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? replacement
    }

    private mutating func readHexadecimal(from start: Int) throws(CompileError) -> UInt32 {
        guard offset + 4 <= text.count,
            text[offset..<offset + 4].allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let value = UInt32(string(offset..<offset + 4), radix: 16)
        else { throw failure("invalid escape", from: start) }
        offset += 4
        return value
    }

    // MARK: Bytes

    private func at(_ index: Int) -> UInt8? { index < text.count ? text[index] : nil }

    private func isDigit(_ index: Int) -> Bool {
        index < text.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index])
    }

    private func isNameStart(_ index: Int) -> Bool {
        guard index < text.count else { return false }
        return switch text[index] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private mutating func skipNamePart() {
        while isNameStart(offset) || isDigit(offset) { offset += 1 }
    }

    private mutating func skipQualifiedName() {
        skipNamePart()
        while at(offset) == UInt8(ascii: ":"), at(offset + 1) == UInt8(ascii: ":"), isNameStart(offset + 2) {
            offset += 2
            skipNamePart()
        }
    }

    private func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

    private mutating func add(_ kind: Token.Kind, _ text: String, from start: Int) {
        tokens.append(Token(kind: kind, text: text, place: Place(start: start, end: offset, source: source.index)))
    }

    private func failure(_ message: String, from start: Int) -> CompileError {
        CompileError(message, at: Place(start: start, end: max(offset, start + 1)), in: source)
    }
}
