/// Addresses of RFC 5321, section 4.1.2 ("Mailbox").
enum EmailFormat {
    static func isEmail(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // A quoted local part may contain an at sign, a domain may not.
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at <= 64, at + 1 < bytes.count else {
            return false
        }
        let local = UnsafeRawBufferPointer(rebasing: bytes[..<at])
        let domain = UnsafeRawBufferPointer(rebasing: bytes[(at + 1)...])
        guard local[0] == UInt8(ascii: "\"") ? isQuoted(local) : isDotString(local) else { return false }
        return domain[0] == UInt8(ascii: "[") ? isAddressLiteral(domain) : HostFormats.isHostname(domain)
    }

    private static func isDotString(_ local: UnsafeRawBufferPointer) -> Bool {
        var isAfterDot = true
        for byte in local {
            if byte == UInt8(ascii: ".") {
                if isAfterDot { return false }
                isAfterDot = true
            } else {
                guard isAtomText(byte) else { return false }
                isAfterDot = false
            }
        }
        return !isAfterDot
    }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "?"),
            UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "{")...UInt8(ascii: "~"):
            true
        default:
            ASCII.isLetter(byte) || ASCII.isDigit(byte)
        }
    }

    private static func isQuoted(_ local: UnsafeRawBufferPointer) -> Bool {
        guard local.count >= 2, local[local.count - 1] == UInt8(ascii: "\"") else { return false }
        var position = 1
        while position < local.count - 1 {
            switch local[position] {
            case UInt8(ascii: "\\"):
                position += 1
                guard position < local.count - 1, local[position] >= 0x20, local[position] < 0x7F else { return false }
            case 0x20, 0x21, 0x23...0x5B, 0x5D...0x7E:
                break
            default:
                return false
            }
            position += 1
        }
        return true
    }

    /// `[127.0.0.1]` or `[IPv6:::1]`.
    private static func isAddressLiteral(_ domain: UnsafeRawBufferPointer) -> Bool {
        guard domain.count > 2, domain[domain.count - 1] == UInt8(ascii: "]") else { return false }
        let address = UnsafeRawBufferPointer(rebasing: domain[1..<domain.count - 1])
        var reader = ByteReader(address)
        if reader.takeLetter("i"), reader.takeLetter("p"), reader.takeLetter("v"), reader.take("6"), reader.take(":") {
            return HostFormats.isIPv6(UnsafeRawBufferPointer(rebasing: address[5...]))
        }
        reader = ByteReader(address)
        return HostFormats.ipv4(&reader) && reader.isAtEnd
    }
}
