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
    mutating func setLines(
        _ fields: borrowing HeaderFields, adding fixed: [FixedLine], hasToken: Bool, hasBody: Bool
    ) -> UnsafeMutablePointer<curl_slist>? {
        removeLines(reserving: fields.count + fixed.count + 3)
        if hasToken { append(line: Self.noExpect) }
        append(fields)
        var hasContentType = fields.contains(Self.contentType)
        for line in fixed where !fields.contains(line.name) {
            guard let text = line.text.baseAddress else { continue }
            append(line: UnsafePointer(text))
            if FieldSyntax.equals(line.name, Self.contentType) { hasContentType = true }
        }
        // No `Expect: 100-continue` with large bodies: a round trip more for nothing.
        append(line: Self.noExpect)
        // libcurl would call a body a form.
        if hasBody, !hasContentType { append(line: Self.noContentType) }
        return list()
    }

    private static let contentType: StaticString = "content-type"
    private static var noExpect: UnsafePointer<CChar> { constant("Expect:") }
    private static var noContentType: UnsafePointer<CChar> { constant("Content-Type:") }

    /// A string literal lives as long as the program and ends with a NUL.
    private static func constant(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    private mutating func removeLines(reserving count: Int) {
        nodeCount = 0
        if count > nodes.count {
            nodes.deallocate()
            nodes = .allocate(capacity: count * 2)
            nodes.initialize(repeating: curl_slist())
        }
    }

    /// Adds a line that lives elsewhere, longer than the call.
    private mutating func append(line: UnsafePointer<CChar>) {
        nodes[nodeCount].data = UnsafeMutablePointer(mutating: line)
        nodeCount += 1
    }

    /// Adds copies of a request's fields.
    private mutating func append(_ fields: borrowing HeaderFields) {
        let count = fields.bytes.count
        if count > lines.count {
            lines.deallocate()
            lines = .allocate(byteCount: count * 2, alignment: 16)
        }
        fields.bytes.withUnsafeBytes { lines.copyMemory(from: $0) }
        guard let base = lines.baseAddress else { return }
        for entry in fields.entries {
            append(line: UnsafePointer((base + entry.offset).assumingMemoryBound(to: CChar.self)))
        }
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

    /// Puts the authorisation line into the place kept for it.
    mutating func useAuthorization() {
        nodes[0].data = authorization?.baseAddress
    }
}
