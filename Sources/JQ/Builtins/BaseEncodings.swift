import JSON

/// Base 64 and base 32.
extension Evaluator {
    private static let alphabet64: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let alphabet32: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

    func base64(_ value: Value) throws(Raised) -> Value {
        try encoded(value, Evaluator.alphabet64, bits: 6, group: 4)
    }

    func base32(_ value: Value) throws(Raised) -> Value {
        try encoded(value, Evaluator.alphabet32, bits: 5, group: 8)
    }

    private func encoded(
        _ value: Value, _ alphabet: StaticString, bits: UInt32, group: Int
    ) throws(Raised) -> Value {
        let bytes = value.bytes
        let capacity = (bytes.count * 8 / Int(bits) / group + 1) * group
        let room = try allocate(byteCount: capacity).bindMemory(to: UInt8.self, capacity: capacity)
        var count = 0
        var buffer: UInt32 = 0
        var held: UInt32 = 0
        for byte in bytes {
            buffer = (buffer << 8 | UInt32(byte)) & 0xFFFFF
            held += 8
            while held >= bits {
                held -= bits
                room[count] = alphabet.utf8Start[Int(buffer >> held & (1 << bits - 1))]
                count += 1
            }
        }
        if held > 0 {
            room[count] = alphabet.utf8Start[Int(buffer << (bits - held) & (1 << bits - 1))]
            count += 1
        }
        while count % group != 0 {
            room[count] = UInt8(ascii: "=")
            count += 1
        }
        return .string(UnsafeRawBufferPointer(start: room, count: count), flags: [.verbatim, .ascii])
    }

    func base64Decoded(_ value: Value) throws(Raised) -> Value {
        let (decoded, left) = try decoded(value, bits: 6, "base64") { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): 62
            case UInt8(ascii: "/"): 63
            default: nil
            }
        }
        // Six bits are left over when a group has but one character.
        if left == 6 { throw typeError(value, "trailing base64 byte found") }
        return decoded
    }

    func base32Decoded(_ value: Value) throws(Raised) -> Value {
        try decoded(value, bits: 5, "base32") { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
            case UInt8(ascii: "2")...UInt8(ascii: "7"): byte - UInt8(ascii: "2") + 26
            default: nil
            }
        }.value
    }

    /// The bytes up to the first `=`, and how many bits were left over.
    private func decoded(
        _ value: Value, bits: UInt32, _ name: StaticString, _ digit: (UInt8) -> UInt8?
    ) throws(Raised) -> (value: Value, left: UInt32) {
        let bytes = value.bytes
        let room = try allocate(byteCount: max(bytes.count, 1)).bindMemory(
            to: UInt8.self, capacity: max(bytes.count, 1))
        var count = 0
        var buffer: UInt32 = 0
        var held: UInt32 = 0
        for byte in bytes {
            if byte == UInt8(ascii: "=") { break }
            guard let digit = digit(byte) else { throw typeError(value, "is not valid \(name) data") }
            buffer = (buffer << bits | UInt32(digit)) & 0xFFFFF
            held += bits
            if held >= 8 {
                held -= 8
                room[count] = UInt8(truncatingIfNeeded: buffer >> held)
                count += 1
            }
        }
        return (try repaired(UnsafeRawBufferPointer(start: room, count: count)), held)
    }
}
