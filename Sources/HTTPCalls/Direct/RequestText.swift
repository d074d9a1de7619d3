import Glibc

/// The text of a request in HTTP/1.1 (RFC 9112, section 3), in memory of its own that is reused from call to call.
///
/// It is written in two parts: what is known when the call is started, and, when it is sent, the token that it carries
/// by then, the length of its body and, if it is small, the body. The second part can be written again.
struct RequestText: ~Copyable {
    private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Bytes of the whole text.
    private(set) var count = 0
    /// Bytes of the first part.
    private var openCount = 0

    /// A body of up to this many bytes goes into the text: to copy it costs less than a second system call.
    static let copiedBody = 16 << 10

    deinit {
        storage.deallocate()
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[0..<count]) }

    /// Writes the request line and the fields: the request's own, and the system's where the request has none of that
    /// name. What may stand in them was checked before (``FieldSyntax``, ``RequestPath``).
    mutating func open(
        method: String, basePath: [UInt8], path: UnsafeRawBufferPointer, fields: borrowing HeaderFields,
        adding fixed: [FixedLine]
    ) {
        count = 0
        append(method)
        append(" ")
        basePath.withUnsafeBytes { append($0) }
        if basePath.isEmpty, path.first != UInt8(ascii: "/") { append("/") }
        append(path)
        append(" HTTP/1.1\r\n")
        append(fields)
        for line in fixed where !fields.contains(line.name) {
            append(line: line.bytes, nameLength: line.nameLength)
        }
        if !fields.contains("accept"), !fixed.contains(where: { FieldSyntax.equals($0.name, "accept") }) {
            append("Accept: */*\r\n")
        }
        openCount = count
    }

    /// Writes the rest.
    /// - Parameters:
    ///   - authorization: the whole line that carries the token, if any.
    ///   - body: `nil` when the request has none, and says nothing of one.
    /// - Returns: whether the body is in the text; otherwise it is to be sent behind it.
    mutating func close(authorization: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer?) -> Bool {
        count = openCount
        if let authorization {
            append(authorization)
            append("\r\n")
        }
        if let body {
            append("Content-Length: ")
            append(number: body.count)
            append("\r\n")
        }
        append("\r\n")
        guard let body else { return true }
        guard body.count <= Self.copiedBody else { return false }
        append(body)
        return true
    }

    private mutating func append(_ fields: borrowing HeaderFields) {
        fields.bytes.withUnsafeBytes { bytes in
            for (position, entry) in fields.entries.enumerated() {
                let isLast = position + 1 == fields.entries.count
                let end = isLast ? bytes.count : fields.entries[position + 1].offset
                append(
                    line: UnsafeRawBufferPointer(rebasing: bytes[entry.offset..<end - 1]), nameLength: entry.nameLength)
            }
        }
    }

    /// Adds `Name: value`; `Name;`, libcurl's notation, is a field without a value.
    private mutating func append(line: UnsafeRawBufferPointer, nameLength: Int) {
        if line.count == nameLength + 1 {
            append(UnsafeRawBufferPointer(rebasing: line[0..<nameLength]))
            append(":")
        } else {
            append(line)
        }
        append("\r\n")
    }

    private mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        (storage.baseAddress.unsafelyUnwrapped + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    private mutating func append(number: Int) {
        reserve(20)
        var digits = 1
        var power = 10
        while number >= power, digits < 19 {
            digits += 1
            power = power &* 10
        }
        var rest = number
        for place in stride(from: digits - 1, through: 0, by: -1) {
            storage[count + place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    private mutating func reserve(_ more: Int) {
        guard count + more > storage.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1024, (count + more) * 2), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[0..<count]))
        storage.deallocate()
        storage = larger
    }
}
