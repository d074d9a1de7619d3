/// The check of a request's path and query, which may be made of an event's data.
public enum RequestPath {
    /// Empty, or beginning with `/` or `?`; only characters that RFC 3986 allows there (and `[` `]` in a query);
    /// percent signs followed by two hexadecimal digits; no segment `.` or `..`, also not percent-encoded, with which
    /// an event's data could climb out of the path that the configuration names.
    public static func isValid(_ path: UnsafeRawBufferPointer) -> Bool {
        guard let first = path.first else { return true }
        guard first == UInt8(ascii: "/") || first == UInt8(ascii: "?") else { return false }
        var inQuery = false
        var segmentStart = 0
        var index = 0
        while index < path.count {
            let byte = path[index]
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") {
                if !inQuery, isDots(path[segmentStart..<index]) { return false }
                if byte == UInt8(ascii: "?") { inQuery = true }
                segmentStart = index + 1
            } else if byte == UInt8(ascii: "%") {
                guard index + 2 < path.count, isHexadecimal(path[index + 1]), isHexadecimal(path[index + 2]) else {
                    return false
                }
                index += 2
            } else if !isAllowed(byte), !(inQuery && (byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]"))) {
                return false
            }
            index += 1
        }
        return inQuery || !isDots(path[segmentStart..<path.count])
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "@")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "&")...UInt8(ascii: "."):
            true
        case UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: ":"),
            UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default: false
        }
    }

    static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// Whether a segment is `.` or `..`, a dot being written plainly or as `%2e`.
    private static func isDots(_ segment: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard !segment.isEmpty, segment.count <= 6 else { return false }
        var dots = 0
        var index = segment.startIndex
        while index < segment.endIndex {
            if segment[index] == UInt8(ascii: ".") {
                index += 1
            } else if segment.endIndex - index >= 3, segment[index] == UInt8(ascii: "%"),
                segment[index + 1] == UInt8(ascii: "2"), segment[index + 2] | 0x20 == UInt8(ascii: "e")
            {
                index += 3
            } else {
                return false
            }
            dots += 1
        }
        return dots <= 2
    }
}
