extension Machine {
    /// The string whose opening quote the cursor is at; leaves the cursor behind the closing quote.
    ///
    /// Most strings are plain ASCII without escapes, and shorter than a few words: that is the path here.
    @inline(__always)
    func string(_ cursor: inout Cursor) throws(Fault) -> Value {
        let begin = cursor + 1
        let stop = ByteSearch.skipPlain(begin, end)
        if stop < end, stop.pointee == UInt8(ascii: "\"") {
            cursor = stop + 1
            return Value(
                word: Value.address(of: begin), length: UInt32(truncatingIfNeeded: stop - begin), kind: .string,
                flags: [.verbatim, .ascii])
        }
        return try uncommonString(begin, stop, &cursor)
    }

    /// Checks the rest of a string that has escapes or more than ASCII, and decodes it if need be.
    @inline(never)
    private func uncommonString(
        _ begin: Cursor, _ stop: Cursor, _ cursor: inout Cursor
    ) throws(Fault) -> Value {
        var stop = stop
        var isASCII = true
        var hasEscapes = false
        while true {
            guard stop < end else { throw endFault(.closingQuote) }
            let byte = stop.pointee
            if byte == UInt8(ascii: "\"") { break }
            if byte >= 0x80 {
                let length = UTF8Sequence.length(at: stop, end: end)
                guard length > 0 else { throw fault(.invalidUTF8, stop) }
                stop += length
                isASCII = false
            } else if byte == UInt8(ascii: "\\") {
                stop += try escapeLength(at: stop)
                hasEscapes = true
            } else {
                throw fault(.controlCharacter(byte), stop)
            }
            stop = ByteSearch.skipPlain(stop, end)
        }
        cursor = stop + 1
        if hasEscapes { return try decoded(begin, stop) }
        return Value(
            word: Value.address(of: begin), length: UInt32(truncatingIfNeeded: stop - begin), kind: .string,
            flags: isASCII ? [.verbatim, .ascii] : .verbatim)
    }

    /// Checks the escape at `cursor` and returns how many bytes it has. A surrogate pair is one escape of twelve.
    private func escapeLength(at cursor: Cursor) throws(Fault) -> Int {
        guard end - cursor >= 2 else { throw endFault(.closingQuote) }
        switch cursor[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(at: cursor + 2)
            guard unit & 0xf800 == 0xd800 else { return 6 }
            guard unit < 0xdc00, end - cursor >= 8, cursor[6] == UInt8(ascii: "\\"), cursor[7] == UInt8(ascii: "u")
            else { throw fault(.loneSurrogate, cursor) }
            let low = try codeUnit(at: cursor + 8)
            guard low & 0xfc00 == 0xdc00 else { throw fault(.loneSurrogate, cursor) }
            return 12
        default:
            throw fault(.invalidEscape, cursor)
        }
    }

    /// The value of four hexadecimal digits.
    private func codeUnit(at cursor: Cursor) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for position in 0..<4 {
            guard end - cursor > position else { throw endFault(.hexadecimalDigit) }
            guard let digit = Self.hexadecimalDigit(cursor[position]) else {
                throw fault(
                    .unexpectedByte(cursor[position], expected: .hexadecimalDigit), cursor + position)
            }
            value = value << 4 | digit
        }
        return value
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Decodes a checked string into the arena. The result is never longer than what was written.
    private func decoded(_ begin: Cursor, _ stop: Cursor) throws(Fault) -> Value {
        let memory = try allocate(stop - begin, begin)
        let output = memory.bindMemory(to: UInt8.self, capacity: stop - begin)
        var count = 0
        var seen: UInt8 = 0
        var isVerbatim = true
        var source = begin
        while source < stop {
            let byte = source.pointee
            guard byte == UInt8(ascii: "\\") else {
                output[count] = byte
                seen |= byte
                count += 1
                source += 1
                continue
            }
            let (scalar, length) = try escape(at: source)
            source += length
            if scalar < 0x20 || scalar == 0x22 || scalar == 0x5c { isVerbatim = false }
            let written = UTF8Sequence.encode(scalar, to: output + count)
            seen |= output[count]
            count += written
        }
        var flags: Value.Flags = isVerbatim ? .verbatim : []
        if seen < 0x80 { flags.insert(.ascii) }
        return Value(
            word: Value.address(of: memory), length: UInt32(truncatingIfNeeded: count), kind: .string, flags: flags)
    }

    /// What a checked escape stands for.
    private func escape(at cursor: Cursor) throws(Fault) -> (scalar: UInt32, length: Int) {
        switch cursor[1] {
        case UInt8(ascii: "b"): return (0x08, 2)
        case UInt8(ascii: "f"): return (0x0c, 2)
        case UInt8(ascii: "n"): return (0x0a, 2)
        case UInt8(ascii: "r"): return (0x0d, 2)
        case UInt8(ascii: "t"): return (0x09, 2)
        case UInt8(ascii: "u"):
            let unit = try codeUnit(at: cursor + 2)
            guard unit & 0xf800 == 0xd800 else { return (unit, 6) }
            let low = try codeUnit(at: cursor + 8)
            return (0x10000 + (unit & 0x3ff) << 10 + low & 0x3ff, 12)
        default: return (UInt32(cursor[1]), 2)
        }
    }
}
