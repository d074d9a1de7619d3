import JSON

/// The text of a request in HTTP/1.1 (RFC 9112, section 3), in memory of its own that is reused from call to call.
///
/// It is written in two parts: what is known when the call is started, and, when it is sent, the token that it carries
/// by then, the length of its body and, if it is small, the body. The second part can be written again.
struct RequestText: ~Copyable {
    private let text = ByteBuffer(capacity: 1024, retainedCapacity: 64 << 10)
    /// Bytes of the first part.
    private var openCount = 0

    /// A body of up to this many bytes goes into the text: to copy it costs less than a second system call.
    static let copiedBody = 16 << 10

    var bytes: UnsafeRawBufferPointer { text.bytes }

    /// Writes the request line and the fields: the request's own, and the system's where the request has none of that
    /// name. What may stand in them was checked before (``FieldSyntax``, ``RequestPath``).
    mutating func open(
        method: String, basePath: [UInt8], path: UnsafeRawBufferPointer, fields: borrowing HeaderFields,
        adding fixed: [FixedLine]
    ) {
        text.removeAll()
        text.append(method)
        text.append(" ")
        basePath.withUnsafeBytes { text.append($0) }
        if basePath.isEmpty, path.first != UInt8(ascii: "/") { text.append("/") }
        text.append(path)
        text.append(" HTTP/1.1\r\n")
        append(fields)
        for line in fixed where !fields.contains(line.name) {
            append(line: line.bytes, nameLength: line.nameLength)
        }
        if !fields.contains("accept"), !fixed.contains(where: { FieldSyntax.equals($0.name, "accept") }) {
            text.append("Accept: */*\r\n")
        }
        openCount = text.count
    }

    /// Writes the rest.
    /// - Parameters:
    ///   - authorization: the whole line that carries the token, if any.
    ///   - body: `nil` when the request has none, and says nothing of one.
    /// - Returns: whether the body is in the text; otherwise it is to be sent behind it.
    mutating func close(authorization: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer?) -> Bool {
        text.truncate(to: openCount)
        if let authorization {
            text.append(authorization)
            text.append("\r\n")
        }
        if let body {
            text.append("Content-Length: ")
            text.append(Int64(body.count))
            text.append("\r\n")
        }
        text.append("\r\n")
        guard let body else { return true }
        guard body.count <= Self.copiedBody else { return false }
        text.append(body)
        return true
    }

    private func append(_ fields: borrowing HeaderFields) {
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
    private func append(line: UnsafeRawBufferPointer, nameLength: Int) {
        if line.count == nameLength + 1 {
            text.append(UnsafeRawBufferPointer(rebasing: line[0..<nameLength]))
            text.append(":")
        } else {
            text.append(line)
        }
        text.append("\r\n")
    }
}
