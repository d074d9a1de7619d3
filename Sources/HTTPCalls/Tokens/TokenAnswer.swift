import JSON

/// A token endpoint's answer (RFC 6749, sections 5.1 and 5.2).
enum TokenAnswer {
    /// The longest answer that is read.
    static let byteLimit = 256 << 10

    struct Token: Equatable {
        var value: Secret
        var lifetimeSeconds: Int?
    }

    /// - Throws: a fault that names the status, and the endpoint's `error` where it is one of RFC 6749's codes;
    ///   never anything else of the answer, which may repeat what was sent.
    static func parse(status: Int, body: UnsafeRawBufferPointer) throws(CallFault) -> Token {
        let arena = Arena(byteLimit: 4 << 20, chunkByteCount: 1024)
        // Values point into the arena without holding it.
        defer { withExtendedLifetime(arena) {} }
        let root = try? Parser().parse(body, into: arena)
        guard status == 200 else {
            let code = root?["error"]?.string.flatMap { errorCodes.contains($0) ? " (\($0))" : nil }
            throw CallFault(.token, "the token endpoint answered \(status)\(code ?? "")")
        }
        guard let root else { throw CallFault(.token, "the token endpoint's answer is not JSON") }
        guard let value = root["access_token"]?.string, !value.isEmpty else {
            throw CallFault(.token, "the token endpoint's answer has no access_token")
        }
        guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CallFault(.token, "the access token holds characters that cannot be sent in a header field")
        }
        if let type = root["token_type"]?.string, type.lowercased() != "bearer" {
            throw CallFault(.token, "the access token is not of the type bearer")
        }
        return Token(value: Secret(value), lifetimeSeconds: lifetime(of: root))
    }

    /// `expires_in` in seconds; some endpoints send it as a string.
    private static func lifetime(of root: Value) -> Int? {
        guard let field = root["expires_in"] else { return nil }
        if let text = field.string { return Int(text) }
        return field.double.flatMap { Int(exactly: $0.rounded(.down)) }
    }

    /// The codes of RFC 6749, sections 4.1.2.1 and 5.2; anything else is not repeated.
    private static let errorCodes: Set<String> = [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
        "invalid_scope", "access_denied", "server_error", "temporarily_unavailable",
    ]
}
