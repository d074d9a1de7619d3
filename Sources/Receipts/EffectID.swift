import JSON

/// The name of an effect (D3): the 16 bytes of its idempotency key, which is a UUID.
public struct EffectID: Hashable, Sendable, BitwiseCopyable {
    /// The first eight bytes, most significant first.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The characters of a UUID's text.
    public static let textLength = 36

    /// Reads a UUID of 36 characters, in either case; `nil` if it is none.
    public init?(_ text: UnsafeRawBufferPointer) {
        guard text.count == Self.textLength else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for position in 0..<Self.textLength {
            if Self.isHyphen(position) {
                guard text[position] == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Self.digit(text[position]) else { return nil }
            words.high = words.high << 4 | words.low >> 60
            words.low = words.low << 4 | digit
        }
        (high, low) = words
    }

    /// Reads a UUID of 36 characters, in either case; `nil` if it is none.
    public init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ EffectID(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    /// Appends the UUID's text in lower case.
    public func write(to buffer: ByteBuffer) {
        withUnsafeTemporaryAllocation(byteCount: Self.textLength, alignment: 1) { text in
            write(to: text)
            buffer.append(UnsafeRawBufferPointer(text))
        }
    }

    /// - Parameter text: room for ``textLength`` bytes.
    private func write(to text: UnsafeMutableRawBufferPointer) {
        var digit = 0
        for position in 0..<Self.textLength {
            if Self.isHyphen(position) {
                text[position] = UInt8(ascii: "-")
                continue
            }
            let word = digit < 16 ? high : low
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - digit % 16 * 4)) & 15
            text[position] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
            digit += 1
        }
    }

    private static func isHyphen(_ position: Int) -> Bool {
        position == 8 || position == 13 || position == 18 || position == 23
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension EffectID: CustomStringConvertible {
    /// The UUID's text in lower case.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.textLength) { text in
            write(to: UnsafeMutableRawBufferPointer(text))
            return Self.textLength
        }
    }
}
