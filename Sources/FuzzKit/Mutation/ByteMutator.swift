/// Changes bytes without knowing what they mean.
enum ByteMutator {
    static let byteLimit = 64 << 10

    /// Bytes that are no UTF-8, or only just.
    static let oddBytes: [[UInt8]] = [
        [0xff], [0xc0, 0x80], [0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
        [0xe2, 0x82], [0xef, 0xbb, 0xbf], [0xef, 0xbf, 0xbf], [0xf0, 0x9f, 0x92, 0xa9], [0xe0, 0x80, 0xaf],
        [0xcc, 0x81], [0x00], [0x1f], [0x7f], [0xc2, 0x85], [0xe2, 0x80, 0xa8],
    ]

    static let numbers = [
        "0", "-0", "1e400", "-1e400", "1e-400", "1e999999999", "1e-99999999999999999999", "0.1", "4294967296",
        "-2147483649", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "1.7976931348623157e308", "5e-324", "2.2250738585072011e-308",
        "0.000000000000000000000000000000000000000000000000000000000000001", "1E+2", "0e0", "0.30000000000000004",
        "123456789012345678901234567890.123456789012345678901234567890", "01", "+1", ".5", "1.", "1e", "0x10", "NaN",
    ]

    /// A few changes at random places; `tokens` are texts that mean something in the language at hand.
    static func mutate(_ original: [UInt8], _ dice: inout Dice, tokens: [String], other: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0...dice.few(5) { change(&bytes, &dice, tokens, other) }
        if bytes.count > byteLimit { bytes.removeSubrange(byteLimit...) }
        return bytes
    }

    private static func change(_ bytes: inout [UInt8], _ dice: inout Dice, _ tokens: [String], _ other: [UInt8]) {
        let place = dice.below(bytes.count + 1)
        let stretch = place..<min(bytes.count, place + 1 + dice.few(16))
        switch dice.below(12) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(dice.below(8))
        case 1 where place < bytes.count: bytes[place] = UInt8(dice.below(256))
        case 2: bytes.insert(UInt8(dice.below(256)), at: place)
        case 3: bytes.removeSubrange(stretch)
        case 4: bytes.insert(contentsOf: Array(bytes[stretch]), at: dice.below(bytes.count + 1))
        case 5: bytes.insert(contentsOf: Array(dice.pick(tokens).utf8), at: place)
        case 6: bytes.replaceSubrange(stretch, with: Array(dice.pick(tokens).utf8))
        case 7: bytes.insert(contentsOf: dice.pick(oddBytes), at: place)
        case 8: replaceNumber(&bytes, &dice, from: place)
        case 9: splice(&bytes, &dice, other, at: place)
        case 10: bytes.removeSubrange(place...)
        default: repeatStretch(&bytes, &dice, stretch)
        }
    }

    /// The next run of digits becomes a number that is hard to hold.
    private static func replaceNumber(_ bytes: inout [UInt8], _ dice: inout Dice, from place: Int) {
        let isDigit = { (byte: UInt8) in byte &- UInt8(ascii: "0") < 10 }
        guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.endIndex
        bytes.replaceSubrange(start..<end, with: Array(dice.pick(numbers).utf8))
    }

    /// From here on, or for a stretch, what another seed has.
    private static func splice(_ bytes: inout [UInt8], _ dice: inout Dice, _ other: [UInt8], at place: Int) {
        let start = dice.below(other.count + 1)
        if dice.once(in: 2) {
            bytes.replaceSubrange(place..., with: other[start...])
        } else {
            bytes.insert(contentsOf: other[start..<min(other.count, start + dice.below(40))], at: place)
        }
    }

    /// The same few bytes many times over: long runs, and nesting where they are brackets.
    private static func repeatStretch(_ bytes: inout [UInt8], _ dice: inout Dice, _ stretch: Range<Int>) {
        let unit = Array(bytes[stretch].prefix(1 + dice.few(6)))
        let times = dice.once(in: 8) ? dice.below(4000) : dice.below(40)
        guard unit.count * times < byteLimit else { return }
        bytes.insert(contentsOf: Array(repeatElement(unit, count: times).joined()), at: stretch.lowerBound)
    }
}
