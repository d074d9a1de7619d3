import CLibcurl
import Glibc

/// A system as it is used: its checked configuration, the lines sent with every call, and the transfers at rest.
final class System {
    let index: Int
    let endpoint: SystemEndpoint
    let baseURL: [UInt8]
    /// Transfers that no call uses.
    var idle: [TransferPointer] = []
    /// The lines of ``SystemEndpoint/headers`` and of a fixed authentication, each ended by a NUL.
    let lines: [Line]
    /// The field that the authentication sets, in lower case.
    let authenticationField: [UInt8]?

    struct Line {
        let text: UnsafeMutableBufferPointer<CChar>
        let nameLength: Int

        init(_ text: UnsafeRawBufferPointer, nameLength: Int) {
            self.text = .allocate(capacity: text.count + 1)
            self.text.initialize(repeating: 0)
            for index in 0..<text.count { self.text[index] = CChar(bitPattern: text[index]) }
            self.nameLength = nameLength
        }

        var name: UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[0..<nameLength])
        }
    }

    init(index: Int, endpoint: SystemEndpoint) throws(EndpointError) {
        self.index = index
        self.endpoint = endpoint
        baseURL = try EndpointChecks.check(endpoint)
        var fields = endpoint.headers
        if let field = try endpoint.authentication.field() {
            if fields.contains(field.name) { throw .invalidCredential(key: "headers.\(field.name)") }
            do { try fields.append(field.name, field.value) } catch { throw .invalidCredential(key: "auth") }
            authenticationField = Array(field.name.lowercased().utf8)
        } else if case .oauth2ClientCredentials = endpoint.authentication {
            authenticationField = Array("authorization".utf8)
        } else {
            authenticationField = nil
        }
        lines = Self.lines(of: fields)
    }

    deinit {
        for line in lines { line.text.deallocate() }
    }

    private static func lines(of fields: HeaderFields) -> [Line] {
        fields.bytes.withUnsafeBytes { bytes in
            fields.entries.enumerated().map { position, entry in
                let isLast = position + 1 == fields.entries.count
                let end = isLast ? bytes.count : fields.entries[position + 1].offset
                return Line(
                    UnsafeRawBufferPointer(rebasing: bytes[entry.offset..<end - 1]), nameLength: entry.nameLength)
            }
        }
    }

    /// Writes the header lines of a request into a transfer: the place of the token, the request's own fields, the
    /// system's where the request has none of that name, and what keeps libcurl from adding its own.
    func writeLines(_ fields: borrowing HeaderFields, hasBody: Bool, to transfer: TransferPointer) throws(RequestError)
    {
        if let authenticationField, fields.contains(authenticationField) {
            throw .refusedHeader(name: String(decoding: authenticationField, as: UTF8.self))
        }
        transfer.pointee.head.removeLines(reserving: fields.count + lines.count + 3)
        if usesToken { transfer.pointee.head.append(line: Self.noExpect) }
        transfer.pointee.head.append(fields)
        for line in lines where fields.count == 0 || !fields.contains(line.name) {
            guard let text = line.text.baseAddress else { continue }
            transfer.pointee.head.append(line: text)
        }
        // No `Expect: 100-continue` with large bodies: a round trip more for nothing.
        transfer.pointee.head.append(line: Self.noExpect)
        // A body of POST would be announced as a form.
        if hasBody, !fields.contains(Self.contentTypeName), !lines.contains(where: { Self.isContentType($0.name) }) {
            transfer.pointee.head.append(line: Self.noContentType)
        }
        penstock_easy_set_list(transfer.pointee.easy, CURLOPT_HTTPHEADER, transfer.pointee.head.list())
    }

    var usesToken: Bool {
        if case .oauth2ClientCredentials = endpoint.authentication { return true }
        return false
    }

    private static func isContentType(_ name: UnsafeRawBufferPointer) -> Bool {
        FieldSyntax.equals(name, contentTypeName)
    }
    private static let contentTypeName: StaticString = "content-type"
    private static var noExpect: UnsafePointer<CChar> { constant("Expect:") }
    private static var noContentType: UnsafePointer<CChar> { constant("Content-Type:") }

    /// A string literal lives as long as the program and ends with a NUL.
    private static func constant(_ text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
