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
                guard text[position] == Self.hyphen else { return nil }
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
        let digits = (
            Self.digits(high >> 32), Self.digits(high & 0xffff_ffff), Self.digits(low >> 32),
            Self.digits(low & 0xffff_ffff)
        )
        // 8-4-4-4-12: the second and third eight digits have a hyphen in their middle.
        text.storeBytes(of: digits.0.bigEndian, as: UInt64.self)
        text.storeBytes(of: UInt32(digits.1 >> 32).bigEndian, toByteOffset: 9, as: UInt32.self)
        text.storeBytes(of: UInt32(truncatingIfNeeded: digits.1).bigEndian, toByteOffset: 14, as: UInt32.self)
        text.storeBytes(of: UInt32(digits.2 >> 32).bigEndian, toByteOffset: 19, as: UInt32.self)
        text.storeBytes(of: UInt32(truncatingIfNeeded: digits.2).bigEndian, toByteOffset: 24, as: UInt32.self)
        text.storeBytes(of: digits.3.bigEndian, toByteOffset: 28, as: UInt64.self)
        (text[8], text[13], text[18], text[23]) = (Self.hyphen, Self.hyphen, Self.hyphen, Self.hyphen)
    }

    /// The eight hexadecimal digits of 32 bits in ASCII, the first in the highest byte: all of them at once, because an
    /// effect's name is written twice for each event.
    private static func digits(_ word: UInt64) -> UInt64 {
        // A half, then a quarter, then four bits to each byte.
        var spread = (word & 0xffff_0000) << 16 | word & 0xffff
        spread = (spread & 0x0000_ff00_0000_ff00) << 8 | spread & 0x0000_00ff_0000_00ff
        spread = (spread & 0x00f0_00f0_00f0_00f0) << 4 | spread & 0x000f_000f_000f_000f
        let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return spread &+ 0x3030_3030_3030_3030 &+ letters &* UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
    }

    private static let hyphen = UInt8(ascii: "-")

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
