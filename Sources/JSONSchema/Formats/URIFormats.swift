/// URIs and relative references by the grammar of RFC 3986.
enum URIFormats {
    static func isReference(_ bytes: UnsafeRawBufferPointer, needsScheme: Bool) -> Bool {
        var rest = bytes[...]
        if let colon = rest.firstIndex(where: { isDelimiter($0) }), rest[colon] == UInt8(ascii: ":") {
            // Before the first slash a colon can only end a scheme.
            guard isScheme(rest[..<colon]) else { return false }
            rest = rest[(colon + 1)...]
        } else if needsScheme {
            return false
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard consists(of: [.path, .slash, .question], rest[(mark + 1)...]) else { return false }
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard consists(of: [.path, .slash, .question], rest[(mark + 1)...]) else { return false }
            rest = rest[..<mark]
        }
        if rest.count >= 2, rest[rest.startIndex] == UInt8(ascii: "/"), rest[rest.startIndex + 1] == UInt8(ascii: "/") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            guard isAuthority(rest[..<end]) else { return false }
            rest = rest[end...]
        }
        return consists(of: [.path, .slash], rest)
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    private static func isScheme(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let first = bytes.first, ASCII.isLetter(first) else { return false }
        for byte in bytes {
            guard
                ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
            else { return false }
        }
        return true
    }

    private static func isAuthority(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        var rest = bytes
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
            guard consists(of: [.colon], rest[..<at]) else { return false }
            rest = rest[(at + 1)...]
        }
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")), isAddress(rest[rest.startIndex + 1..<end]) else {
                return false
            }
            rest = rest[(end + 1)...]
            guard rest.isEmpty || rest.first == UInt8(ascii: ":") else { return false }
            return rest.dropFirst().allSatisfy(ASCII.isDigit)
        }
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            guard rest[(colon + 1)...].allSatisfy(ASCII.isDigit) else { return false }
            rest = rest[..<colon]
        }
        return consists(of: [], rest)
    }

    /// What may stand between brackets: an IPv6 address, or one of a version to come.
    private static func isAddress(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard bytes.first.map({ $0 | 0x20 }) == UInt8(ascii: "v") else {
            return HostFormats.isIPv6(UnsafeRawBufferPointer(rebasing: bytes))
        }
        guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")) else { return false }
        let version = bytes[bytes.startIndex + 1..<dot]
        let address = bytes[(dot + 1)...]
        return !version.isEmpty && version.allSatisfy { ASCII.hexValue($0) != nil } && !address.isEmpty
            && !address.contains(UInt8(ascii: "%")) && consists(of: [.colon], address)
    }

    /// What is allowed beside the characters that stand for themselves everywhere.
    private struct Extra: OptionSet {
        let rawValue: UInt8
        static let colon = Extra(rawValue: 1)
        static let at = Extra(rawValue: 2)
        static let slash = Extra(rawValue: 4)
        static let question = Extra(rawValue: 8)
        static let path: Extra = [.colon, .at]
    }

    /// Whether all is unreserved characters, sub-delimiters, percent-encoded bytes, and `extra`.
    private static func consists(of extra: Extra, _ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "%"):
                guard position + 2 < bytes.endIndex, ASCII.hexValue(bytes[position + 1]) != nil,
                    ASCII.hexValue(bytes[position + 2]) != nil
                else { return false }
                position += 2
            case UInt8(ascii: ":"): if !extra.contains(.colon) { return false }
            case UInt8(ascii: "@"): if !extra.contains(.at) { return false }
            case UInt8(ascii: "/"): if !extra.contains(.slash) { return false }
            case UInt8(ascii: "?"): if !extra.contains(.question) { return false }
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"),
                UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
                break
            default:
                guard ASCII.isLetter(byte) || ASCII.isDigit(byte) else { return false }
            }
            position += 1
        }
        return true
    }
}
