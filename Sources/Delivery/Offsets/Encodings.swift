/// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
struct CRC32C {
    private var register: UInt32 = .max

    var value: UInt32 { ~register }

    mutating func add(_ byte: UInt8) {
        register ^= UInt32(byte)
        for _ in 0..<8 {
            register = register >> 1 ^ (register & 1 == 1 ? 0x82F6_3B78 : 0)
        }
    }
}

/// Base64 without padding (RFC 4648, section 4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var start = 0
        while start < bytes.count {
            let count = min(3, bytes.count - start)
            var word: UInt32 = 0
            for index in 0..<3 {
                word = word << 8 | (index < count ? UInt32(bytes[start + index]) : 0)
            }
            for index in 0...count {
                text.append(alphabet[Int(word >> UInt32(18 - 6 * index) & 63)])
            }
            start += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` unless the text is exactly what `encode` writes for some bytes.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var word: UInt32 = 0
        var bits = 0
        for character in text {
            guard let value = value(of: character) else { return nil }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
                word &= (1 << UInt32(bits)) - 1
            }
        }
        return word == 0 ? bytes : nil
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
