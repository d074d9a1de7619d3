/// Reads a pattern by ECMA-262's grammar (section "Patterns", with the `u` flag) and writes it in PCRE2's notation.
///
/// When it only checks (`emits` is false), it allocates nothing unless it fails.
struct ECMAScriptParser {
    let input: UnsafeBufferPointer<UInt8>
    let emits: Bool
    let dotMatchesNewline: Bool
    var position = 0

    private(set) var output: [UInt8] = []
    private(set) var groupNames: [String?] = []
    private(set) var marks: [(output: Int, source: Int)] = []

    private var groupCount = 0
    private var highestReference = 0
    private var highestReferenceOffset = 0

    /// Groups may be nested this deep, which bounds the recursion here and in PCRE2.
    private static let depthLimit = 200

    init(_ input: UnsafeBufferPointer<UInt8>, emits: Bool, dotMatchesNewline: Bool) {
        self.input = input
        self.emits = emits
        self.dotMatchesNewline = dotMatchesNewline
        if emits { groupNames.append(nil) }
    }

    mutating func parse() throws(PatternError) {
        try disjunction(depth: 0)
        if position < input.count { throw error("unmatched ')'") }
        if highestReference > groupCount {
            throw PatternError(
                message: "reference to group \(highestReference), of which there is none",
                offset: highestReferenceOffset)
        }
    }

    // MARK: Structure

    private mutating func disjunction(depth: Int) throws(PatternError) {
        while let byte = peek(), byte != UInt8(ascii: ")") {
            if take("|") {
                emit("|")
            } else {
                try term(depth: depth)
            }
        }
    }

    private mutating func term(depth: Int) throws(PatternError) {
        if emits { marks.append((output.count, position)) }
        let start = position
        let isQuantifiable: Bool
        switch peek() {
        case UInt8(ascii: "^"):
            position += 1
            emit("^")
            isQuantifiable = false
        case UInt8(ascii: "$"):
            position += 1
            emit("\\z")
            isQuantifiable = false
        case UInt8(ascii: "("):
            isQuantifiable = try group(depth: depth)
        case UInt8(ascii: "["):
            position += 1
            try characterClass()
            isQuantifiable = true
        case UInt8(ascii: "."):
            position += 1
            emit(dotMatchesNewline ? "(?s:.)" : "[^\\n\\r\\x{2028}\\x{2029}]")
            isQuantifiable = true
        case UInt8(ascii: "\\"):
            position += 1
            isQuantifiable = try atomEscape(start: start)
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
            throw error("nothing to repeat")
        case UInt8(ascii: "{"):
            if try quantifierBounds() != nil {
                position = start
                throw error("nothing to repeat")
            }
            position = start + 1
            emit(scalar: 0x7B)
            isQuantifiable = true
        default:
            emit(scalar: nextScalar())
            isQuantifiable = true
        }
        try quantifier(isQuantifiable: isQuantifiable)
    }

    /// Reads a group from its parenthesis on; returns whether it may be repeated.
    private mutating func group(depth: Int) throws(PatternError) -> Bool {
        let start = position
        guard depth < Self.depthLimit else { throw error("groups are nested too deep") }
        position += 1
        var isQuantifiable = true
        if take("?:") {
            emit("(?:")
        } else if take("?=") {
            emit("(?=")
            isQuantifiable = false
        } else if take("?!") {
            emit("(?!")
            isQuantifiable = false
        } else if take("?<=") {
            emit("(?<=")
            isQuantifiable = false
        } else if take("?<!") {
            emit("(?<!")
            isQuantifiable = false
        } else if take("?<") {
            try groupName()
            emit("(")
        } else if peek() == UInt8(ascii: "?") {
            throw error("unknown kind of group: this is not ECMA-262")
        } else {
            groupCount += 1
            if emits { groupNames.append(nil) }
            emit("(")
        }
        try disjunction(depth: depth + 1)
        guard take(")") else { throw PatternError(message: "missing ')'", offset: start) }
        emit(")")
        return isQuantifiable
    }

    private mutating func groupName() throws(PatternError) {
        let start = position
        let name = try identifier()
        if declaration(of: name, before: start) != nil {
            throw PatternError(message: "two groups of the same name", offset: start)
        }
        groupCount += 1
        if emits { groupNames.append(String(decoding: UnsafeBufferPointer(rebasing: input[name]), as: UTF8.self)) }
    }

    /// Reads a name and its `>`; returns where the name stands.
    private mutating func identifier() throws(PatternError) -> Range<Int> {
        let start = position
        while let byte = peek(), byte != UInt8(ascii: ">") {
            let isFirst = position == start
            guard byte >= 0x80 || ASCII.isWord(byte) || byte == UInt8(ascii: "$"), !(isFirst && ASCII.isDigit(byte))
            else { throw error("a group's name is letters, digits, '$' and '_'") }
            position += 1
        }
        let name = start..<position
        guard !name.isEmpty, take(">") else { throw error("a group's name must be ended by '>'") }
        return name
    }

    /// The number of the group with the name that stands at `name`, if it is declared before `end`.
    private func declaration(of name: Range<Int>, before end: Int) -> Int? {
        var index = 0
        var number = 0
        var isInClass = false
        while index < end {
            let byte = input[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "["): isInClass = true
            case UInt8(ascii: "]"): isInClass = false
            case UInt8(ascii: "(") where !isInClass:
                guard index < input.count, input[index] == UInt8(ascii: "?") else {
                    number += 1
                    continue
                }
                guard index + 2 < input.count, input[index + 1] == UInt8(ascii: "<"),
                    input[index + 2] != UInt8(ascii: "="), input[index + 2] != UInt8(ascii: "!")
                else { continue }
                number += 1
                let candidate = index + 2
                // What comes first decides, a name's own declaration does not count.
                guard candidate != name.lowerBound, candidate + name.count < end,
                    input[candidate + name.count] == UInt8(ascii: ">"),
                    (0..<name.count).allSatisfy({ input[candidate + $0] == input[name.lowerBound + $0] })
                else { continue }
                return number
            default: break
            }
        }
        return nil
    }

    // MARK: Quantifiers

    private mutating func quantifier(isQuantifiable: Bool) throws(PatternError) {
        let start = position
        if take("*") {
            emit("*")
        } else if take("+") {
            emit("+")
        } else if take("?") {
            emit("?")
        } else if peek() == UInt8(ascii: "{"), let (lower, upper) = try quantifierBounds() {
            emit("{")
            emit(decimal: lower)
            if upper != lower { emit(",") }
            if let upper, upper != lower { emit(decimal: upper) }
            emit("}")
        } else {
            return
        }
        guard isQuantifiable else { throw PatternError(message: "an assertion cannot be repeated", offset: start) }
        if take("?") { emit("?") }
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`. Where these are not, reads nothing and returns `nil`.
    private mutating func quantifierBounds() throws(PatternError) -> (lower: Int, upper: Int?)? {
        let start = position
        position += 1
        if let lower = decimal() {
            if take("}") { return (lower, lower) }
            if take(",") {
                if take("}") { return (lower, nil) }
                if let upper = decimal(), take("}") {
                    guard lower <= upper else {
                        throw PatternError(message: "the bounds of a quantifier are out of order", offset: start)
                    }
                    return (lower, upper)
                }
            }
        }
        position = start
        return nil
    }

    /// Reads a number, which stays at a bound far beyond all that compiles.
    mutating func decimal() -> Int? {
        var value: Int?
        while let byte = peek(), ASCII.isDigit(byte) {
            value = min((value ?? 0) * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
            position += 1
        }
        return value
    }

    // MARK: Escapes outside of classes

    /// Reads what follows a backslash; returns whether it may be repeated.
    private mutating func atomEscape(start: Int) throws(PatternError) -> Bool {
        guard let byte = peek() else { throw error("the pattern ends in a backslash") }
        switch byte {
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
            position += 1
            emit(byte == UInt8(ascii: "b") ? "\\b" : "\\B")
            return false
        case UInt8(ascii: "k"):
            position += 1
            guard take("<") else { throw error("\\k must be followed by a group's name in '<' and '>'") }
            let name = try identifier()
            guard let number = declaration(of: name, before: input.count) else {
                throw PatternError(message: "reference to a group that does not exist", offset: start)
            }
            emitReference(number)
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            let number = decimal() ?? 0
            if number > highestReference {
                highestReference = number
                highestReferenceOffset = start
            }
            emitReference(number)
        default:
            switch try classAtomEscape() {
            case .scalar(let scalar): emit(scalar: scalar)
            case .set(let set): emit(set, inClass: false)
            }
        }
        return true
    }

    private mutating func emitReference(_ number: Int) {
        emit("\\g{")
        emit(decimal: number)
        emit("}")
    }

    // MARK: Input

    func peek() -> UInt8? {
        position < input.count ? input[position] : nil
    }

    mutating func take(_ text: StaticString) -> Bool {
        guard input.count - position >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where input[position + index] != text.utf8Start[index] { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Reads one character; the input is valid UTF-8 and not at its end.
    mutating func nextScalar() -> UInt32 {
        let first = UInt32(input[position])
        position += 1
        guard first >= 0x80 else { return first }
        let count = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
        var scalar = first & (0x3F >> UInt32(count))
        for _ in 0..<count where position < input.count {
            scalar = scalar << 6 | UInt32(input[position] & 0x3F)
            position += 1
        }
        return scalar
    }

    func error(_ message: String) -> PatternError {
        PatternError(message: message, offset: position)
    }

    // MARK: Output

    mutating func emit(_ text: StaticString) {
        guard emits else { return }
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func emit(decimal: Int) {
        guard emits else { return }
        output.append(contentsOf: String(decimal).utf8)
    }

    /// Writes one character so that it stands for itself, in a class and outside.
    mutating func emit(scalar: UInt32) {
        guard emits else { return }
        if scalar < 0x80, ASCII.isWord(UInt8(scalar)) {
            output.append(UInt8(scalar))
        } else {
            output.append(contentsOf: "\\x{\(String(scalar, radix: 16))}".utf8)
        }
    }

    mutating func emit(bytes: some Sequence<UInt8>) {
        guard emits else { return }
        output.append(contentsOf: bytes)
    }
}

/// Classes of ASCII bytes.
enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
    static func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_") }
    static func hexValue(_ byte: UInt8) -> UInt32? {
        if isDigit(byte) { return UInt32(byte - UInt8(ascii: "0")) }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? UInt32(letter) + 10 : nil
    }
}
