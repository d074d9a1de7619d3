/// The digest of RFC 3174, for name-based UUIDs; not for anything that must withstand an attacker.
struct SHA1 {
    private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
        0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
    )
    /// The 16 words of the block that is being filled, and then the last 16 of its schedule.
    private let words: UnsafeMutableBufferPointer<UInt32>
    private var byteCount: UInt64 = 0

    /// The first 16 of the digest's 20 bytes, as two big-endian halves, of all parts one behind the other.
    static func prefix(of parts: UnsafeRawBufferPointer...) -> (high: UInt64, low: UInt64) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 16) { words in
            words.initialize(repeating: 0)
            var digest = SHA1(words: words)
            for part in parts {
                for byte in part { digest.append(byte) }
            }
            digest.finish()
            let (a, b, c, d, _) = digest.state
            return (UInt64(a) << 32 | UInt64(b), UInt64(c) << 32 | UInt64(d))
        }
    }

    private init(words: UnsafeMutableBufferPointer<UInt32>) { self.words = words }

    private mutating func append(_ byte: UInt8) {
        let position = Int(byteCount & 63)
        let word = position / 4
        words[word] = position % 4 == 0 ? UInt32(byte) : words[word] << 8 | UInt32(byte)
        byteCount += 1
        if position == 63 { mix() }
    }

    private mutating func finish() {
        let bitCount = byteCount * 8
        append(0x80)
        while byteCount & 63 != 56 { append(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
        }
    }

    private mutating func mix() {
        var (a, b, c, d, e) = state
        for round in 0..<80 {
            if round >= 16 {
                let sum =
                    words[(round + 13) & 15] ^ words[(round + 8) & 15] ^ words[(round + 2) & 15] ^ words[round & 15]
                words[round & 15] = SHA1.rotate(sum, 1)
            }
            let (f, k): (UInt32, UInt32) =
                switch round {
                case ..<20: (b & c | ~b & d, 0x5A82_7999)
                case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case ..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = SHA1.rotate(a, 5) &+ f &+ e &+ k &+ words[round & 15]
            (a, b, c, d, e) = (next, a, SHA1.rotate(b, 30), c, d)
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
    }

    private static func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { word << bits | word >> (32 - bits) }
}
