/// A request as the simulated systems see it: whole, decoded, and free of the server's types.
struct SimulatedRequest: Sendable {
    let method: String
    /// The path as sent, without the query.
    let path: String
    /// The segments of the path, percent-decoded.
    let segments: [String]
    /// The query's parameters, decoded; of repeated names the last counts.
    let query: [String: String]
    /// Header values by lower-case name; of repeated names the last counts.
    let headers: [String: String]
    let body: [UInt8]
    /// The body as JSON, `nil` when there is none or it is no JSON document.
    let document: JSONTree?

    init(
        method: String, path: String, query: [String: String] = [:], headers: [String: String] = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        segments = path.split(separator: "/").map { PercentEncoding.decode(String($0)) }
        let isForm = headers["content-type"]?.hasPrefix("application/x-www-form-urlencoded") ?? false
        document = body.isEmpty || isForm ? nil : JSONTree(parsing: body)
    }
}

/// Percent encoding (RFC 3986) and the encoding of forms.
enum PercentEncoding {
    /// Replaces `%XX`; what is not such a sequence stays as it is.
    static func decode(_ text: String, plusIsSpace: Bool = false) -> String {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let decoded = hexadecimalPair(rest.prefix(2)) {
                bytes.append(decoded)
                rest.removeFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads `a=b&c=d`, as in queries and in `application/x-www-form-urlencoded`.
    static func form(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            fields[decode(parts[0], plusIsSpace: true)] = parts.count > 1 ? decode(parts[1], plusIsSpace: true) : ""
        }
        return fields
    }

    private static func hexadecimalPair(_ digits: Substring.UTF8View.SubSequence) -> UInt8? {
        guard digits.count == 2, let text = String(digits), text.allSatisfy(\.isHexDigit) else { return nil }
        return UInt8(text, radix: 16)
    }
}
