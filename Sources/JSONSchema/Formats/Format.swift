import RegularExpressions

/// The values of `format` that are asserted. Every other value is an annotation.
enum Format: UInt8, BitwiseCopyable {
    case dateTime, date, time, duration, email, hostname, ipv4, ipv6, uri, uriReference, uuid, jsonPointer, regex

    init?(name: String) {
        switch name {
        case "date-time": self = .dateTime
        case "date": self = .date
        case "time": self = .time
        case "duration": self = .duration
        case "email": self = .email
        case "hostname": self = .hostname
        case "ipv4": self = .ipv4
        case "ipv6": self = .ipv6
        case "uri": self = .uri
        case "uri-reference": self = .uriReference
        case "uuid": self = .uuid
        case "json-pointer": self = .jsonPointer
        case "regex": self = .regex
        default: return nil
        }
    }

    /// Whether the string, in valid UTF-8, has this format. Allocates nothing.
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var reader = ByteReader(bytes)
        return switch self {
        case .dateTime: DateTimeFormats.isDateTime(&reader)
        case .date: DateTimeFormats.date(&reader) && reader.isAtEnd
        case .time: DateTimeFormats.time(&reader) && reader.isAtEnd
        case .duration: DateTimeFormats.isDuration(&reader)
        case .email: EmailFormat.isEmail(bytes)
        case .hostname: HostFormats.isHostname(bytes)
        case .ipv4: HostFormats.ipv4(&reader) && reader.isAtEnd
        case .ipv6: HostFormats.isIPv6(bytes)
        case .uri: URIFormats.isReference(bytes, needsScheme: true)
        case .uriReference: URIFormats.isReference(bytes, needsScheme: false)
        case .uuid: isUUID(bytes)
        case .jsonPointer: isJSONPointer(bytes)
        case .regex: RegularExpression.isWellFormed(ecma262: bytes)
        }
    }

    /// RFC 4122: groups of 8, 4, 4, 4 and 12 hexadecimal digits, whatever the version.
    private func isUUID(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == 36, let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return false
        }
        let hyphens: UInt64 = 1 << 8 | 1 << 13 | 1 << 18 | 1 << 23
        var position = 0
        while position < 36 {
            let byte = start[position]
            let isRight = hyphens &>> UInt64(position) & 1 == 0 ? ASCII.isHexDigit(byte) : byte == UInt8(ascii: "-")
            guard isRight else { return false }
            position &+= 1
        }
        return true
    }

    /// RFC 6901.
    private func isJSONPointer(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first else { return true }
        guard first == UInt8(ascii: "/") else { return false }
        for position in bytes.indices where bytes[position] == UInt8(ascii: "~") {
            guard position + 1 < bytes.count, bytes[position + 1] & 0xFE == UInt8(ascii: "0") else { return false }
        }
        return true
    }
}

/// Reads bytes from first to last.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    @inline(__always)
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always)
    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    /// Takes a letter in either case; `letter` is a lower-case one.
    mutating func takeLetter(_ letter: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: letter) else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func skip() {
        position += 1
    }

    /// Takes exactly `count` digits; returns their number, or `nil` when there are fewer.
    @inline(__always)
    mutating func takeNumber(digits count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var number = 0
        for index in position..<position + count {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        position += count
        return number
    }

    /// Takes all digits that follow; returns how many they were.
    mutating func takeDigits() -> Int {
        let start = position
        while position < bytes.count, ASCII.isDigit(bytes[position]) { position += 1 }
        return position - start
    }
}
