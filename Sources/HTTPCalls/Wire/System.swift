import CLibcurl
import Glibc

/// A system as it is used: its checked configuration, the lines sent with every call, and the transfers at rest.
final class System {
    let index: Int
    let endpoint: SystemEndpoint
    let baseURL: [UInt8]
    /// Transfers that no call uses.
    var idle: [TransferPointer] = []
    /// Whether requests are written and answers read by us: HTTP/1.1 without TLS. What TLS agrees on (HTTP/2, perhaps),
    /// and HTTP/2 itself, are libcurl's.
    let isDirect: Bool
    /// The path of the base URL.
    let basePath: [UInt8]
    /// Connections that no call uses, the one used last at the end.
    var kept: [ConnectionPointer] = []
    /// When the time of each direct call is up.
    var deadlines = Deadlines()
    /// The lines of ``SystemEndpoint/headers`` and of a fixed authentication, each ended by a NUL.
    let lines: [FixedLine]
    /// The field that the authentication sets, in lower case.
    let authenticationField: [UInt8]?

    /// Whether calls carry a token that is fetched.
    let usesToken: Bool
    var tokens = TokenState()
    /// Fetches tokens, one at a time.
    var tokenTransfer: TransferPointer?
    /// Calls that wait for a token.
    var waiting: [TransferPointer] = []
    /// The body of the token request; libcurl reads it in place.
    private(set) var tokenForm = UnsafeRawBufferPointer(start: nil, count: 0)

    init(index: Int, endpoint: SystemEndpoint) throws(EndpointError) {
        self.index = index
        self.endpoint = endpoint
        baseURL = try EndpointChecks.check(endpoint)
        var fields = endpoint.headers
        if let field = try endpoint.authentication.field() {
            if fields.contains(field.name) { throw .invalidCredential(key: "headers.\(field.name)") }
            do { try fields.append(field.name, field.value) } catch { throw .invalidCredential(key: "auth") }
            authenticationField = Array(field.name.lowercased().utf8)
            usesToken = false
        } else if case .oauth2ClientCredentials = endpoint.authentication {
            guard !fields.contains("authorization") else {
                throw .invalidCredential(key: "headers.Authorization")
            }
            authenticationField = Array("authorization".utf8)
            usesToken = true
        } else {
            authenticationField = nil
            usesToken = false
        }
        if !fields.contains("user-agent") {
            // As a line of ours: CURLOPT_USERAGENT is formatted and allocated anew for each request.
            do { try fields.append("User-Agent", "penstock") } catch { throw .refused(reason: error.description) }
        }
        let host = EndpointChecks.hostLine(of: endpoint)
        lines = [host].compactMap { $0 } + Self.lines(of: fields)
        isDirect =
            host != nil && endpoint.httpVersion != .http2 && endpoint.baseURL.lowercased().hasPrefix("http://")
        let authority = baseURL.dropFirst("http://".utf8.count)
        basePath = isDirect ? Array(authority.drop { $0 != UInt8(ascii: "/") }) : []
    }

    deinit {
        for line in lines { line.text.deallocate() }
        tokenForm.deallocate()
    }

    /// Replaces the body of the token request. No request may be using it.
    func setTokenForm(_ form: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: form.count, alignment: 1)
        copy.copyBytes(from: form)
        tokenForm.deallocate()
        tokenForm = UnsafeRawBufferPointer(copy)
    }

    private static func lines(of fields: HeaderFields) -> [FixedLine] {
        fields.bytes.withUnsafeBytes { bytes in
            fields.entries.enumerated().map { position, entry in
                let isLast = position + 1 == fields.entries.count
                let end = isLast ? bytes.count : fields.entries[position + 1].offset
                return FixedLine(
                    UnsafeRawBufferPointer(rebasing: bytes[entry.offset..<end - 1]), nameLength: entry.nameLength)
            }
        }
    }

    /// Whether a request may carry these fields.
    func check(_ fields: borrowing HeaderFields) throws(RequestError) {
        guard let authenticationField, fields.contains(authenticationField) else { return }
        throw .refusedHeader(name: String(decoding: authenticationField, as: UTF8.self))
    }
}

/// A header line that is sent with every call to a system, ended by a NUL, at an address that stays.
struct FixedLine {
    let text: UnsafeMutableBufferPointer<CChar>
    let nameLength: Int

    init(_ text: UnsafeRawBufferPointer, nameLength: Int) {
        self.text = .allocate(capacity: text.count + 1)
        self.text.initialize(repeating: 0)
        for index in 0..<text.count { self.text[index] = CChar(bitPattern: text[index]) }
        self.nameLength = nameLength
    }

    var name: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[0..<nameLength]) }

    /// The line without the NUL.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[0..<text.count - 1])
    }
}
