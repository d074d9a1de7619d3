import CLibcurl
import Glibc

/// What can be known of an endpoint before it is called.
enum EndpointChecks {
    /// - Returns: the base URL without a slash at its end.
    static func check(_ endpoint: SystemEndpoint) throws(EndpointError) -> [UInt8] {
        guard endpoint.connectTimeoutMilliseconds > 0 else { throw .notPositive(key: "connectTimeout") }
        guard endpoint.timeoutMilliseconds > 0 else { throw .notPositive(key: "timeout") }
        guard endpoint.responseByteLimit > 0 else { throw .notPositive(key: "responseByteLimit") }
        guard endpoint.responseHeadByteLimit > 0 else { throw .notPositive(key: "responseHeadByteLimit") }
        try checkFile(endpoint.tls.authoritiesFile, key: "tls.ca")
        try checkFile(endpoint.tls.certificateFile, key: "tls.certificate")
        try checkFile(endpoint.tls.keyFile, key: "tls.key")
        if case .oauth2ClientCredentials(let credentials) = endpoint.authentication {
            try checkURL(credentials.tokenURL, key: "auth.tokenURL", allowsQuery: true)
        }
        try checkURL(endpoint.baseURL, key: "baseURL", allowsQuery: false)
        var base = Array(endpoint.baseURL.utf8)
        while base.last == UInt8(ascii: "/") { base.removeLast() }
        return base
    }

    private static func checkFile(_ path: String?, key: String) throws(EndpointError) {
        guard let path, access(path, R_OK) != 0 else { return }
        throw .unreadableFile(key: key, path: path, reason: String(cString: strerror(errno)))
    }

    private static func checkURL(_ text: String, key: String, allowsQuery: Bool) throws(EndpointError) {
        func fail(_ reason: String) -> EndpointError { .invalidURL(key: key, reason: reason) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw fail("it holds blanks, control characters or letters outside ASCII")
        }
        guard let url = curl_url() else { throw .refused(reason: "out of memory") }
        defer { curl_url_cleanup(url) }
        let code = curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard code == CURLUE_OK else { throw fail(String(cString: curl_url_strerror(code))) }
        guard let scheme = part(CURLUPART_SCHEME, of: url), scheme == "http" || scheme == "https" else {
            throw fail("the scheme must be http or https")
        }
        guard part(CURLUPART_USER, of: url) == nil, part(CURLUPART_PASSWORD, of: url) == nil else {
            throw fail("credentials belong into the authentication, not the URL")
        }
        guard part(CURLUPART_FRAGMENT, of: url) == nil else { throw fail("it must not have a fragment") }
        guard allowsQuery || part(CURLUPART_QUERY, of: url) == nil else { throw fail("it must not have a query") }
    }

    /// The field `Host` as libcurl would write it (RFC 9110, section 7.2): ready made, because libcurl formats it anew for
    /// every call. `nil` leaves it to libcurl.
    static func hostLine(of endpoint: SystemEndpoint) -> FixedLine? {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, endpoint.baseURL, 0) == CURLUE_OK,
            let host = part(CURLUPART_HOST, of: url), !host.contains("%"), !host.isEmpty
        else { return nil }
        // The default port of the scheme is left out.
        let port = part(CURLUPART_PORT, of: url, flags: CURLU_NO_DEFAULT_PORT).map { ":\($0)" } ?? ""
        return Array("Host: \(host)\(port)".utf8).withUnsafeBytes { FixedLine($0, nameLength: 4) }
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer, flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

extension Authentication {
    /// The header field of an authentication that is the same for every call.
    func field() throws(EndpointError) -> (name: String, value: String)? {
        switch self {
        case .none, .oauth2ClientCredentials: nil
        case .basic(let user, let password):
            if user.utf8.contains(UInt8(ascii: ":")) {
                throw .invalidCredential(key: "auth.user")
            } else {
                ("Authorization", "Basic " + Base64.encode(Array("\(user):\(password.revealed)".utf8)))
            }
        case .bearer(let token): ("Authorization", "Bearer " + token.revealed)
        case .apiKey(let header, let value): (header, value.revealed)
        }
    }
}
