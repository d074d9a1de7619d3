/// What may stand in header fields and paths (RFC 9110, section 5; RFC 3986, sections 3.3 and 3.4).
enum FieldSyntax {
    static func isToken(_ bytes: UnsafeRawBufferPointer) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(isTokenByte)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// No control characters but the tab. Bytes above ASCII are let through (`obs-text`).
    static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    /// Without the blanks and tabs around it, which are not part of a field's value.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The fields that frame the message or steer the connection: a caller that set them could smuggle a second
    /// request into the connection, or send what HTTP/2 forbids (RFC 9113, section 8.2.2).
    static func isManaged(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 2: equals(name, "te")
        case 4: equals(name, "host")
        case 6: equals(name, "expect")
        case 7: equals(name, "trailer") || equals(name, "upgrade")
        case 10: equals(name, "connection") || equals(name, "keep-alive")
        case 14: equals(name, "content-length") || equals(name, "http2-settings")
        case 16: equals(name, "proxy-connection")
        case 17: equals(name, "transfer-encoding")
        default: false
        }
    }

    /// The fields that libcurl looks for among those of a request, to leave out, add or change its own, or to keep them
    /// from another host.
    static func isKnownToLibrary(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 5: equals(name, "range")
        case 6: equals(name, "accept") || equals(name, "cookie")
        case 7: equals(name, "referer")
        case 12: equals(name, "content-type")
        case 13: equals(name, "authorization") || equals(name, "content-range")
        case 15: equals(name, "accept-encoding")
        case 19: equals(name, "proxy-authorization")
        default: isManaged(name)
        }
    }

    /// Compares without regard to ASCII case; `lowercase` is written in lower case.
    static func equals(_ name: UnsafeRawBufferPointer, _ lowercase: StaticString) -> Bool {
        guard name.count == lowercase.utf8CodeUnitCount else { return false }
        let expected = lowercase.utf8Start
        for index in 0..<name.count where lowercased(name[index]) != expected[index] { return false }
        return true
    }

    static func equals(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<a.count where lowercased(a[index]) != lowercased(b[index]) { return false }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
