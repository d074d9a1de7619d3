/// Looks at eight bytes at once ("SIMD within a register").
enum ByteSearch {
    @inline(__always)
    private static func spread(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// Eight bytes, the first in the lowest place.
    @inline(__always)
    static func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    /// Marks the bytes that are not plain in a string: quote, backslash, below 0x20, above 0x7f.
    ///
    /// The lowest mark is exact. Those above it need not be, because a subtraction borrows from the next byte exactly
    /// where a mark is set.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        let one = spread(0x01)
        let quote = (word ^ spread(UInt8(ascii: "\""))) &- one
        let backslash = (word ^ spread(UInt8(ascii: "\\"))) &- one
        let control = word &- spread(0x20)
        return (quote | backslash | control | word) & spread(0x80)
    }

    /// Marks the bytes that need an escape in a string: quote, backslash, below 0x20. The lowest mark is exact.
    @inline(__always)
    static func escapable(_ word: UInt64) -> UInt64 {
        let one = spread(0x01)
        let quote = (word ^ spread(UInt8(ascii: "\""))) &- one
        let backslash = (word ^ spread(UInt8(ascii: "\\"))) &- one
        let control = word &- spread(0x20)
        return (quote | backslash | control) & ~word & spread(0x80)
    }

    /// The position of the lowest mark, 0 to 7. `marks` is not 0.
    @inline(__always)
    static func first(_ marks: UInt64) -> Int { marks.trailingZeroBitCount &>> 3 }

    /// The first byte from `start` on that is not plain in a string, or `end`.
    @inline(__always)
    static func skipPlain(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var cursor = start
        while end - cursor >= 8 {
            let marks = special(load(cursor))
            if marks != 0 { return cursor + first(marks) }
            cursor += 8
        }
        while cursor < end, isPlain(cursor.pointee) { cursor += 1 }
        return cursor
    }

    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x60 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// The first byte from `start` on that needs an escape in a string, or `end`.
    @inline(__always)
    static func skipUnescaped(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var cursor = start
        while end - cursor >= 8 {
            let marks = escapable(load(cursor))
            if marks != 0 { return cursor + first(marks) }
            cursor += 8
        }
        while cursor < end, isPlain(cursor.pointee) || cursor.pointee >= 0x80 { cursor += 1 }
        return cursor
    }
}
