/// Reads the structure of patterns in ECMA-262's notation. The pattern is known to be well-formed.
struct PatternReader {
    private let input: [UInt32]
    private var position = 0
    private var depth = 0

    /// `nil` when the pattern has what strings cannot be made from: references to groups, rare classes.
    static func read(_ pattern: [UInt8]) -> PatternTree? {
        var reader = PatternReader(String(decoding: pattern, as: UTF8.self))
        return reader.alternatives()
    }

    private init(_ text: String) {
        input = text.unicodeScalars.map(\.value)
    }

    private var next: UInt32? { position < input.count ? input[position] : nil }

    private func isNext(_ scalar: Unicode.Scalar) -> Bool { next == scalar.value }

    private mutating func take(_ text: String) -> Bool {
        let scalars = text.unicodeScalars.map(\.value)
        guard input[position...].starts(with: scalars) else { return false }
        position += scalars.count
        return true
    }

    // MARK: Structure

    private mutating func alternatives() -> PatternTree? {
        depth += 1
        defer { depth -= 1 }
        guard depth < 100 else { return nil }
        var cases: [PatternTree] = []
        repeat {
            var parts: [PatternTree] = []
            while next != nil, !isNext("|"), !isNext(")") {
                guard let part = term() else { return nil }
                parts.append(part)
            }
            cases.append(.sequence(parts))
        } while take("|")
        return cases.count == 1 ? cases[0] : .alternatives(cases)
    }

    private mutating func term() -> PatternTree? {
        guard let atom = atom() else { return nil }
        guard let (least, most) = quantifier() else { return atom }
        _ = take("?")
        return .repeated(atom, least: least, most: most)
    }

    private mutating func quantifier() -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = position
        guard take("{"), let least = number() else {
            position = start
            return nil
        }
        var most: Int? = least
        if take(",") { most = number() }
        guard take("}") else {
            position = start
            return nil
        }
        return (min(least, 5_000), most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = next, scalar >= 0x30, scalar <= 0x39 {
            digits.unicodeScalars.append(Unicode.Scalar(UInt8(scalar)))
            position += 1
        }
        return Int(digits)
    }

    private mutating func atom() -> PatternTree? {
        if take("^") { return .start }
        if take("$") { return .end }
        if take("(") { return group() }
        if take("[") { return characterClass().map { .set($0) } }
        if take(".") { return .set(CharacterSets.printable) }
        if take("\\") { return escape() }
        guard let scalar = next else { return nil }
        position += 1
        return .set([scalar...scalar])
    }

    private mutating func group() -> PatternTree? {
        let isLookAround = ["?=", "?!", "?<=", "?<!"].contains { take($0) }
        if !isLookAround, !take("?:"), take("?<") {
            while let scalar = next, scalar != 0x3E {
                position += 1
                _ = scalar
            }
            position += 1
        }
        guard let inside = alternatives(), take(")") else { return nil }
        return isLookAround ? .sequence([]) : inside
    }

    private mutating func escape() -> PatternTree? {
        if take("b") || take("B") { return .sequence([]) }
        guard let scalar = next, !(0x31...0x39).contains(scalar), scalar != 0x6B else { return nil }
        return classEscape().map { .set($0) }
    }

    // MARK: Classes

    private mutating func characterClass() -> [ClosedRange<UInt32>]? {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !isNext("]") {
            guard let first = classAtom() else { return nil }
            let start = position
            if take("-"), !isNext("]"), first.count == 1, first[0].count == 1,
                let last = classAtom(), last.count == 1, last[0].count == 1,
                first[0].lowerBound <= last[0].lowerBound
            {
                ranges.append(first[0].lowerBound...last[0].lowerBound)
            } else {
                position = start
                ranges += first
            }
        }
        position += 1
        return isNegated ? CharacterSets.complement(ranges) : ranges
    }

    private mutating func classAtom() -> [ClosedRange<UInt32>]? {
        guard let scalar = next else { return nil }
        position += 1
        guard scalar == 0x5C else { return [scalar...scalar] }
        if take("b") { return [8...8] }
        return classEscape()
    }

    /// What follows a backslash, in a class and outside.
    private mutating func classEscape() -> [ClosedRange<UInt32>]? {
        guard let scalar = next else { return nil }
        position += 1
        switch Unicode.Scalar(scalar) {
        case "d": return CharacterSets.digits
        case "D": return CharacterSets.complement(CharacterSets.digits)
        case "w": return CharacterSets.word
        case "W": return CharacterSets.complement(CharacterSets.word)
        case "s": return [0x20...0x20, 0x09...0x09, 0xA0...0xA0]
        case "S": return CharacterSets.complement([0x20...0x20])
        case "t": return [9...9]
        case "n": return [10...10]
        case "v": return [11...11]
        case "f": return [12...12]
        case "r": return [13...13]
        case "0": return [0...0]
        case "c":
            guard let letter = next else { return nil }
            position += 1
            return [letter % 32...letter % 32]
        case "x": return hexadecimal(digits: 2).map { [$0...$0] }
        case "u": return codePoint().map { [$0...$0] }
        case "p", "P": return property(isNegated: scalar == 0x50)
        default: return [scalar...scalar]
        }
    }

    private mutating func hexadecimal(digits: Int) -> UInt32? {
        guard position + digits <= input.count else { return nil }
        let text = String(String.UnicodeScalarView(input[position..<position + digits].compactMap(Unicode.Scalar.init)))
        position += digits
        return UInt32(text, radix: 16)
    }

    private mutating func codePoint() -> UInt32? {
        if take("{") {
            let start = position
            while next != nil, !isNext("}") { position += 1 }
            let text = String(String.UnicodeScalarView(input[start..<position].compactMap(Unicode.Scalar.init)))
            position += 1
            return UInt32(text, radix: 16)
        }
        guard let high = hexadecimal(digits: 4) else { return nil }
        guard (0xD800..<0xDC00).contains(high), take("\\u"), let low = hexadecimal(digits: 4) else { return high }
        return 0x10000 + (high - 0xD800) << 10 + (low & 0x3FF)
    }

    private mutating func property(isNegated: Bool) -> [ClosedRange<UInt32>]? {
        guard take("{") else { return nil }
        let start = position
        while next != nil, !isNext("}") { position += 1 }
        let name = String(String.UnicodeScalarView(input[start..<position].compactMap(Unicode.Scalar.init)))
        position += 1
        guard let ranges = CharacterSets.property(name) else { return nil }
        return isNegated ? CharacterSets.complement(ranges) : ranges
    }
}
