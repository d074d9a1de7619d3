/// Host names of RFC 1123 and addresses of IP.
enum HostFormats {
    /// Labels of letters, digits and inner hyphens, parted by single dots. A label that begins with `xn--` must be
    /// the encoding of an internationalised label.
    static func isHostname(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= 253, let text = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return false
        }
        var start = 0
        var position = 0
        while position < bytes.count {
            let byte = text[position]
            if byte == UInt8(ascii: ".") {
                guard isLabel(text + start, position - start) else { return false }
                start = position + 1
            } else {
                guard ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-") else { return false }
            }
            position &+= 1
        }
        return isLabel(text + start, position - start)
    }

    /// Whether letters, digits and hyphens make a label.
    @inline(__always)
    private static func isLabel(_ label: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 1, count <= 63, label[0] != UInt8(ascii: "-"), label[count - 1] != UInt8(ascii: "-") else {
            return false
        }
        let isEncoded =
            count >= 4 && label[2] == UInt8(ascii: "-") && label[3] == UInt8(ascii: "-")
            && label[0] | 0x20 == UInt8(ascii: "x") && label[1] | 0x20 == UInt8(ascii: "n")
        return !isEncoded
            || InternationalLabel.isValid(encoded: UnsafeRawBufferPointer(start: label + 4, count: count - 4))
    }

    /// Four decimal numbers without leading zeros.
    static func ipv4(_ reader: inout ByteReader) -> Bool {
        for part in 0..<4 {
            if part > 0, !reader.take(".") { return false }
            guard let first = reader.next, ASCII.isDigit(first) else { return false }
            var number = 0
            var digits = 0
            while let byte = reader.next, ASCII.isDigit(byte), digits < 4 {
                number = number * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
                reader.skip()
            }
            guard number <= 255, digits == 1 || first != UInt8(ascii: "0") else { return false }
        }
        return true
    }

    /// RFC 4291, section 2.2, without a zone.
    static func isIPv6(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = ByteReader(bytes)
        var groups = 0
        var isCompressed = false
        if reader.take(":") {
            guard reader.take(":") else { return false }
            isCompressed = true
        }
        while !reader.isAtEnd {
            guard groups < 8 else { return false }
            // The last 32 bits may be written as an IPv4 address.
            var embedded = reader
            if groups <= 6, ipv4(&embedded), embedded.isAtEnd {
                groups += 2
                reader = embedded
                break
            }
            guard hexadecimalGroup(&reader) else { return false }
            groups += 1
            if reader.isAtEnd { break }
            guard reader.take(":") else { return false }
            if reader.take(":") {
                guard !isCompressed else { return false }
                isCompressed = true
            } else if reader.isAtEnd {
                return false
            }
        }
        return isCompressed ? groups < 8 : groups == 8
    }

    private static func hexadecimalGroup(_ reader: inout ByteReader) -> Bool {
        var digits = 0
        while digits < 5, let byte = reader.next, ASCII.hexValue(byte) != nil {
            reader.skip()
            digits += 1
        }
        return digits >= 1 && digits <= 4
    }
}
