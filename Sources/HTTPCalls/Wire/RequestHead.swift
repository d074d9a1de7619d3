import CLibcurl
import Glibc

/// The URL and the header lines of a transfer, in memory of its own that is reused: libcurl reads the lines in place,
/// from a list whose nodes are ours.
struct RequestHead: ~Copyable {
    private var url: UnsafeMutableBufferPointer<CChar>
    private let baseCount: Int
    private var pathCount = -1
    private var lines: UnsafeMutableRawBufferPointer
    private var nodes: UnsafeMutableBufferPointer<curl_slist>
    private var nodeCount = 0
    /// Bytes of lines of their own, at the start of ``lines``.
    private var lineCount = 0
    /// Bytes of the shared entry, from the middle of ``lines`` on.
    private var sharedCount = 0
    /// `Authorization: Bearer …` with the system's token.
    private var authorization: UnsafeMutableBufferPointer<CChar>?

    init(baseURL: [UInt8]) {
        baseCount = baseURL.count
        url = .allocate(capacity: baseURL.count + 128)
        url.initialize(repeating: 0)
        for (index, byte) in baseURL.enumerated() { url[index] = CChar(bitPattern: byte) }
        lines = .allocate(byteCount: 512, alignment: 16)
        nodes = .allocate(capacity: 16)
        nodes.initialize(repeating: curl_slist())
    }

    deinit {
        url.deallocate()
        lines.deallocate()
        nodes.deallocate()
        authorization?.deallocate()
    }

    /// Puts `path` behind the base URL.
    /// - Returns: the whole URL if it differs from that of the last call.
    mutating func setPath(_ path: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
        if path.count == pathCount {
            guard let source = path.baseAddress, let target = url.baseAddress else { return nil }
            if memcmp(source, target + baseCount, pathCount) == 0 { return nil }
        }
        if baseCount + path.count + 1 > url.count {
            let larger = UnsafeMutableBufferPointer<CChar>.allocate(capacity: baseCount + path.count * 2 + 1)
            larger.initialize(repeating: 0)
            for index in 0..<baseCount { larger[index] = url[index] }
            url.deallocate()
            url = larger
        }
        for index in 0..<path.count { url[baseCount + index] = CChar(bitPattern: path[index]) }
        url[baseCount + path.count] = 0
        pathCount = path.count
        return UnsafePointer(url.baseAddress)
    }

    /// Makes the list of a request's header lines: a place for the token, the request's own fields, the system's where
    /// the request has none of that name, and what keeps libcurl from adding fields of its own.
    ///
    /// For each entry of the list libcurl compares a dozen names and formats a line with its slow `printf`. So the
    /// fields that it does not look for go into one entry, with the line ends that it would have put between them; what
    /// may stand in a field was checked before (``FieldSyntax``).
    mutating func setLines(
        _ fields: borrowing HeaderFields, adding fixed: [FixedLine], hasToken: Bool, bodyCount: Int?
    ) -> UnsafeMutablePointer<curl_slist>? {
        removeLines(
            reserving: fields.count + fixed.count + 4,
            byteCount: fields.bytes.count + fixed.reduce(0) { $0 + $1.text.count } + fields.count + fixed.count + 1)
        // The place of the token, filled later.
        if hasToken { append(line: Self.noExpect) }
        var hasContentType = fields.contains(Self.contentType)
        append(fields)
        for line in fixed where !fields.contains(line.name) {
            append(UnsafeRawBufferPointer(line.text), nameLength: line.nameLength)
            if FieldSyntax.equals(line.name, Self.contentType) { hasContentType = true }
        }
        closeShared()
        if let bodyCount {
            // No `Expect: 100-continue`, which libcurl adds for large bodies: a round trip more for nothing.
            if bodyCount >= Self.expectThreshold { append(line: Self.noExpect) }
            // libcurl would call a body a form.
            if !hasContentType { append(line: Self.noContentType) }
        }
        return list()
    }

    /// Well below the megabyte from which on libcurl asks before it sends a body.
    private static let expectThreshold = 512 << 10

    private static let contentType: StaticString = "content-type"
    private static var noExpect: UnsafePointer<CChar> { constant("Expect:") }
    private static var noContentType: UnsafePointer<CChar> { constant("Content-Type:") }

    /// A string literal lives as long as the program and ends with a NUL.
    private static func constant(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    private mutating func removeLines(reserving count: Int, byteCount: Int) {
        nodeCount = 0
        lineCount = 0
        sharedCount = 0
        if count > nodes.count {
            nodes.deallocate()
            nodes = .allocate(capacity: count * 2)
            nodes.initialize(repeating: curl_slist())
        }
        // The lines of their own and the shared entry each have room for all.
        if byteCount > lines.count / 2 {
            lines.deallocate()
            lines = .allocate(byteCount: byteCount * 4, alignment: 16)
        }
    }

    /// Adds a line that lives elsewhere, longer than the call.
    private mutating func append(line: UnsafePointer<CChar>) {
        nodes[nodeCount].data = UnsafeMutablePointer(mutating: line)
        nodeCount += 1
    }

    /// Adds copies of a request's fields.
    private mutating func append(_ fields: borrowing HeaderFields) {
        fields.bytes.withUnsafeBytes { bytes in
            for (position, entry) in fields.entries.enumerated() {
                let isLast = position + 1 == fields.entries.count
                let end = isLast ? bytes.count : fields.entries[position + 1].offset
                append(UnsafeRawBufferPointer(rebasing: bytes[entry.offset..<end]), nameLength: entry.nameLength)
            }
        }
    }

    /// Adds a copy of a line that ends with a NUL: to the shared entry, or as one of its own if libcurl looks for the
    /// name, or takes the line for a field without a value.
    private mutating func append(_ line: UnsafeRawBufferPointer, nameLength: Int) {
        guard let base = lines.baseAddress, line.count > nameLength else { return }
        let name = UnsafeRawBufferPointer(rebasing: line[0..<nameLength])
        if FieldSyntax.isKnownToLibrary(name) || line[nameLength] == UInt8(ascii: ";") {
            let target = base + lineCount
            target.copyMemory(from: line.baseAddress.unsafelyUnwrapped, byteCount: line.count)
            lineCount += line.count
            append(line: UnsafePointer(target.assumingMemoryBound(to: CChar.self)))
        } else {
            let target = base + lines.count / 2 + sharedCount
            target.copyMemory(from: line.baseAddress.unsafelyUnwrapped, byteCount: line.count - 1)
            target.storeBytes(of: UInt8(ascii: "\r"), toByteOffset: line.count - 1, as: UInt8.self)
            target.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: line.count, as: UInt8.self)
            sharedCount += line.count + 1
        }
    }

    /// Ends the shared entry without its last line end, which libcurl adds, and puts it into the list.
    private mutating func closeShared() {
        guard sharedCount > 0, let base = lines.baseAddress else { return }
        let start = base + lines.count / 2
        start.storeBytes(of: 0, toByteOffset: sharedCount - 2, as: UInt8.self)
        append(line: UnsafePointer(start.assumingMemoryBound(to: CChar.self)))
    }

    private mutating func list() -> UnsafeMutablePointer<curl_slist>? {
        guard nodeCount > 0, let base = nodes.baseAddress else { return nil }
        for index in 0..<nodeCount - 1 { nodes[index].next = base + index + 1 }
        nodes[nodeCount - 1].next = nil
        return base
    }

    /// Keeps a new text of the authorisation line. The list must not be in use.
    mutating func setAuthorization(_ text: String) {
        let count = text.utf8.count
        if count >= authorization?.count ?? 0 {
            authorization?.deallocate()
            authorization = .allocate(capacity: count + 64)
        }
        guard let target = authorization?.baseAddress else { return }
        for (index, byte) in text.utf8.enumerated() { target[index] = CChar(bitPattern: byte) }
        target[count] = 0
    }

    /// The authorisation line.
    var authorizationLine: UnsafeRawBufferPointer? {
        guard let text = authorization?.baseAddress else { return nil }
        return UnsafeRawBufferPointer(start: text, count: strlen(text))
    }

    /// Puts the authorisation line into the place kept for it.
    mutating func useAuthorization() {
        nodes[0].data = authorization?.baseAddress
    }
}
