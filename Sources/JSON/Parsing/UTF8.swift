/// Well-formed UTF-8 as in table 3-7 of the Unicode standard.
enum UTF8Sequence {
    /// The length of the sequence of two to four bytes at `start`; 0 when it is not well-formed or ends behind `end`.
    @inline(__always)
    static func length(at start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) -> Int {
        let available = end - start
        let first = start[0]
        guard available >= 2 else { return 0 }
        let second = start[1]
        switch first {
        case 0xc2...0xdf:
            return isContinuation(second) ? 2 : 0
        case 0xe0...0xef:
            guard available >= 3, isContinuation(second), isContinuation(start[2]) else { return 0 }
            if first == 0xe0 && second < 0xa0 { return 0 }  // overlong
            if first == 0xed && second > 0x9f { return 0 }  // surrogate
            return 3
        case 0xf0...0xf4:
            guard available >= 4, isContinuation(second), isContinuation(start[2]), isContinuation(start[3]) else {
                return 0
            }
            if first == 0xf0 && second < 0x90 { return 0 }  // overlong
            if first == 0xf4 && second > 0x8f { return 0 }  // beyond U+10FFFF
            return 4
        default:
            return 0
        }
    }

    @inline(__always)
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }

    /// Writes a scalar value and returns the number of bytes written.
    @inline(__always)
    static func encode(_ scalar: UInt32, to output: UnsafeMutablePointer<UInt8>) -> Int {
        switch scalar {
        case 0..<0x80:
            output[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        case 0x80..<0x800:
            output[0] = 0xc0 | UInt8(truncatingIfNeeded: scalar >> 6)
            output[1] = tail(scalar)
            return 2
        case 0x800..<0x10000:
            output[0] = 0xe0 | UInt8(truncatingIfNeeded: scalar >> 12)
            output[1] = tail(scalar >> 6)
            output[2] = tail(scalar)
            return 3
        default:
            output[0] = 0xf0 | UInt8(truncatingIfNeeded: scalar >> 18)
            output[1] = tail(scalar >> 12)
            output[2] = tail(scalar >> 6)
            output[3] = tail(scalar)
            return 4
        }
    }

    @inline(__always)
    private static func tail(_ bits: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: bits & 0x3f) }
}
