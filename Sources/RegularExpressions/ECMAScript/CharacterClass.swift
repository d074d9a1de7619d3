/// What an escape stands for where one character is expected.
enum ClassAtom {
    /// One character.
    case scalar(UInt32)
    /// A set of characters.
    case set(CharacterSetEscape)
}

/// An escape that stands for a set of characters.
enum CharacterSetEscape {
    case digit, notDigit, word, notWord, space, notSpace
    /// `\p{…}` or `\P{…}`: the property in PCRE2's notation.
    case property(UnicodeProperty, negated: Bool)
}

extension ECMAScriptParser {
    /// Reads a class from behind its `[`.
    mutating func characterClass() throws(PatternError) {
        let start = position - 1
        let isNegated = take("^")
        if take("]") {
            // `[]` matches nothing and `[^]` anything; PCRE2 would read a class that contains `]`.
            emit(isNegated ? "(?s:.)" : "(?!)")
            return
        }
        emit(isNegated ? "[^" : "[")
        while !take("]") {
            guard position < input.count else { throw PatternError(message: "missing ']'", offset: start) }
            try classRange(classStart: start)
        }
        emit("]")
    }

    /// Reads one member of a class, or two with a dash between them.
    private mutating func classRange(classStart: Int) throws(PatternError) {
        let start = position
        let lower = try classAtom()
        guard peek() == UInt8(ascii: "-"), position + 1 < input.count, input[position + 1] != UInt8(ascii: "]") else {
            emit(lower)
            return
        }
        position += 1
        let upper = try classAtom()
        guard case .scalar(let first) = lower, case .scalar(let last) = upper else {
            // A set has no ends: the dash stands for itself (Annex B).
            emit(lower)
            emit(scalar: 0x2D)
            emit(upper)
            return
        }
        guard first <= last else { throw PatternError(message: "a range is out of order", offset: start) }
        emit(scalar: first)
        emit("-")
        emit(scalar: last)
    }

    private mutating func classAtom() throws(PatternError) -> ClassAtom {
        guard position < input.count else { throw error("missing ']'") }
        guard take("\\") else { return .scalar(nextScalar()) }
        guard let byte = peek() else { throw error("the pattern ends in a backslash") }
        if byte == UInt8(ascii: "b") {
            position += 1
            return .scalar(8)
        }
        return try classAtomEscape()
    }

    private mutating func emit(_ atom: ClassAtom) {
        switch atom {
        case .scalar(let scalar): emit(scalar: scalar)
        case .set(let set): emit(set, inClass: true)
        }
    }

    /// Writes a set. PCRE2's `\d` and `\w` are ASCII as ECMAScript's are; its `\s` is not ECMAScript's.
    mutating func emit(_ set: CharacterSetEscape, inClass: Bool) {
        switch set {
        case .digit: emit("\\d")
        case .notDigit: emit("\\D")
        case .word: emit("\\w")
        case .notWord: emit("\\W")
        case .space, .notSpace:
            if !inClass { emit("[") }
            if case .space = set {
                emit("\\x{9}-\\x{d} \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}")
                emit("\\x{3000}\\x{feff}")
            } else {
                emit("\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}")
                emit("\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}")
                emit("\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}")
            }
            if !inClass { emit("]") }
        case .property(let property, let negated):
            emit(negated != property.isComplement ? "\\P{" : "\\p{")
            emit(bytes: property.notation)
            emit("}")
        }
    }

    // MARK: Escapes

    /// Reads an escape, from behind its backslash, that stands for a character or a set. The input is not at its end.
    mutating func classAtomEscape() throws(PatternError) -> ClassAtom {
        let byte = input[position]
        if byte >= 0x80 { throw error("an escape of a character that has no escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "d"): return .set(.digit)
        case UInt8(ascii: "D"): return .set(.notDigit)
        case UInt8(ascii: "w"): return .set(.word)
        case UInt8(ascii: "W"): return .set(.notWord)
        case UInt8(ascii: "s"): return .set(.space)
        case UInt8(ascii: "S"): return .set(.notSpace)
        case UInt8(ascii: "p"), UInt8(ascii: "P"):
            return .set(.property(try unicodeProperty(), negated: byte == UInt8(ascii: "P")))
        case UInt8(ascii: "f"): return .scalar(0x0C)
        case UInt8(ascii: "n"): return .scalar(0x0A)
        case UInt8(ascii: "r"): return .scalar(0x0D)
        case UInt8(ascii: "t"): return .scalar(0x09)
        case UInt8(ascii: "v"): return .scalar(0x0B)
        case UInt8(ascii: "0"):
            if let next = peek(), ASCII.isDigit(next) { throw error("octal escapes are not allowed") }
            return .scalar(0)
        case UInt8(ascii: "c"):
            guard let letter = peek(), ASCII.isLetter(letter) else { throw error("\\c must be followed by a letter") }
            position += 1
            return .scalar(UInt32(letter & 0x1F))
        case UInt8(ascii: "x"):
            return .scalar(try hexadecimal(digits: 2))
        case UInt8(ascii: "u"):
            return .scalar(try unicodeEscape())
        default:
            if ASCII.isWord(byte) && byte != UInt8(ascii: "_") {
                position -= 1
                throw error("unknown escape \\\(Character(Unicode.Scalar(byte)))")
            }
            return .scalar(UInt32(byte))
        }
    }

    private mutating func unicodeEscape() throws(PatternError) -> UInt32 {
        let start = position - 2
        if take("{") {
            var scalar: UInt32 = 0
            var digits = 0
            while let byte = peek(), let digit = ASCII.hexValue(byte) {
                scalar = scalar << 4 | digit
                digits += 1
                position += 1
                if scalar > 0x10FFFF { throw error("there is no character beyond U+10FFFF") }
            }
            guard digits > 0, take("}") else { throw error("\\u{ must be followed by hexadecimal digits and '}'") }
            return try notSurrogate(scalar, at: start)
        }
        let unit = try hexadecimal(digits: 4)
        let second = position
        if unit & 0xFC00 == 0xD800, take("\\u"), peek() != UInt8(ascii: "{") {
            let trail = try hexadecimal(digits: 4)
            if trail & 0xFC00 == 0xDC00 { return 0x10000 + (unit & 0x3FF) << 10 + trail & 0x3FF }
        }
        if unit & 0xFC00 == 0xD800 { position = second }
        return try notSurrogate(unit, at: start)
    }

    private func notSurrogate(_ scalar: UInt32, at offset: Int) throws(PatternError) -> UInt32 {
        guard scalar & 0xFFFF_F800 != 0xD800 else {
            throw PatternError(message: "half of a surrogate pair cannot occur in UTF-8", offset: offset)
        }
        return scalar
    }

    private mutating func hexadecimal(digits: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = peek(), let digit = ASCII.hexValue(byte) else {
                throw error("\(digits) hexadecimal digits are expected")
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }
}
