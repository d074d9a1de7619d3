#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

#if !canImport(Darwin)
    // The C library has it, but Swift's overlay does not show GNU extensions.
    @_silgen_name("memmem")
    private func memmem(
        _ bytes: UnsafeRawPointer, _ count: Int, _ needle: UnsafeRawPointer, _ needleCount: Int
    ) -> UnsafeMutableRawPointer?
#endif

/// Walking over valid UTF-8.
enum UTF8Text {
    /// The bytes of the character that begins with this byte.
    @inline(__always)
    static func length(_ first: UInt8) -> Int {
        first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }

    /// The number of code points.
    static func count(_ bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// The byte at which the code point number `index` starts, counted from 0 or from a byte known to start `known`.
    static func offset(of index: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        var left = index
        while left > 0, offset < bytes.count {
            offset += length(bytes[offset])
            left -= 1
        }
        return min(offset, bytes.count)
    }

    /// The code point at a byte, and its length.
    static func decode(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> (scalar: UInt32, length: Int) {
        let first = UInt32(bytes[offset])
        let length = min(length(bytes[offset]), bytes.count - offset)
        if length == 1 { return (first, 1) }
        var scalar = first & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
        for index in 1..<length { scalar = scalar << 6 | UInt32(bytes[offset + index] & 0x3F) }
        return (scalar, length)
    }

    /// Writes a code point and gives its length. What is no character becomes U+FFFD.
    static func encode(_ scalar: UInt32, to output: UnsafeMutablePointer<UInt8>) -> Int {
        let scalar = scalar > 0x10FFFF || (0xD800..<0xE000).contains(scalar) ? 0xFFFD : scalar
        switch scalar {
        case ..<0x80:
            output[0] = UInt8(scalar)
            return 1
        case ..<0x800:
            output[0] = UInt8(0xC0 | scalar >> 6)
            output[1] = UInt8(0x80 | scalar & 0x3F)
            return 2
        case ..<0x10000:
            output[0] = UInt8(0xE0 | scalar >> 12)
            output[1] = UInt8(0x80 | scalar >> 6 & 0x3F)
            output[2] = UInt8(0x80 | scalar & 0x3F)
            return 3
        default:
            output[0] = UInt8(0xF0 | scalar >> 18)
            output[1] = UInt8(0x80 | scalar >> 12 & 0x3F)
            output[2] = UInt8(0x80 | scalar >> 6 & 0x3F)
            output[3] = UInt8(0x80 | scalar & 0x3F)
            return 4
        }
    }

    /// Needles up to this length are looked for by their first byte.
    private static let shortNeedle = 4

    /// Where a string first stands in another, at or behind a byte.
    static func find(
        _ needle: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer, from start: Int
    ) -> Int? {
        guard start <= bytes.count, let base = bytes.baseAddress else { return nil }
        guard let pattern = needle.baseAddress, needle.count > 0 else { return start }
        if needle.count > shortNeedle {
            // In linear time, whatever the needle repeats.
            return memmem(base + start, bytes.count - start, pattern, needle.count).map { UnsafeRawPointer($0) - base }
        }
        var offset = start
        while bytes.count - offset >= needle.count {
            let room = bytes.count - offset - needle.count + 1
            guard let found = memchr(base + offset, Int32(needle[0]), room) else { return nil }
            offset = UnsafeRawPointer(found) - base
            if memcmp(base + offset, pattern, needle.count) == 0 { return offset }
            offset += 1
        }
        return nil
    }

    static func startsWith(_ bytes: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer) -> Bool {
        guard prefix.count <= bytes.count else { return false }
        guard let a = bytes.baseAddress, let b = prefix.baseAddress else { return true }
        return memcmp(a, b, prefix.count) == 0
    }

    static func endsWith(_ bytes: UnsafeRawBufferPointer, _ suffix: UnsafeRawBufferPointer) -> Bool {
        guard suffix.count <= bytes.count else { return false }
        guard let a = bytes.baseAddress, let b = suffix.baseAddress else { return true }
        return memcmp(a + (bytes.count - suffix.count), b, suffix.count) == 0
    }

    /// -1, 0 or 1; the order of UTF-8 is the order of code points.
    static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        if let first = a.baseAddress, let second = b.baseAddress {
            let order = memcmp(first, second, min(a.count, b.count))
            if order != 0 { return order < 0 ? -1 : 1 }
        }
        return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    }
}
