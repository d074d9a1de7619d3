/// UUIDs in the notation of RFC 9562.
enum UUIDText {
    /// The namespaces that RFC 9562 gives names to.
    static func namespace(named name: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
        let low: UInt64 = 0x80b4_00c0_4fd4_30c8
        return switch String(decoding: name, as: UTF8.self) {
        case "dns": (0x6ba7_b810_9dad_11d1, low)
        case "url": (0x6ba7_b811_9dad_11d1, low)
        case "oid": (0x6ba7_b812_9dad_11d1, low)
        case "x500": (0x6ba7_b814_9dad_11d1, low)
        default: nil
        }
    }

    /// The UUID of 36 characters, in either case; `nil` if it is none.
    static func parse(_ text: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
        guard text.count == 36 else { return nil }
        var (high, low, digits): (UInt64, UInt64, Int) = (0, 0, 0)
        for (position, byte) in text.enumerated() {
            if [8, 13, 18, 23].contains(position) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            digits += 1
        }
        return (high, low)
    }

    /// The UUID in lower case.
    static func write(high: UInt64, low: UInt64, to output: UnsafeMutablePointer<UInt8>) {
        var digit = 0
        for position in 0..<36 {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                output[position] = UInt8(ascii: "-")
                continue
            }
            let half = digit < 16 ? high : low
            let nibble = UInt8(half >> UInt64(60 - digit % 16 * 4) & 15)
            output[position] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
            digit += 1
        }
    }
}
