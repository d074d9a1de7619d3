/// How calls to a system are authenticated.
public enum Authentication: Sendable {
    case none
    /// RFC 7617, in UTF-8.
    case basic(user: String, password: Secret)
    /// RFC 6750: a token that does not change.
    case bearer(Secret)
    /// A key in a header field of any name.
    case apiKey(header: String, value: Secret)
    /// RFC 6749, section 4.4.
    case oauth2ClientCredentials(ClientCredentials)
}

/// The client's side of OAuth 2.0 client credentials (RFC 6749, section 4.4).
public struct ClientCredentials: Sendable {
    /// Where the client's id and secret are put in the token request (RFC 6749, section 2.3.1).
    public enum Placement: String, Sendable, CaseIterable {
        /// In an `Authorization: Basic` field, form-encoded first.
        case header
        /// As `client_id` and `client_secret` in the form.
        case body
    }

    /// The absolute URL of the token endpoint. It is reached with the TLS settings and time-outs of the system.
    public var tokenURL: String
    public var id: String
    public var secret: Secret
    /// Space-separated scopes, if the endpoint needs them.
    public var scope: String?
    /// The `audience` parameter that some endpoints need; not part of RFC 6749.
    public var audience: String?
    public var placement: Placement

    public init(
        tokenURL: String, id: String, secret: Secret, scope: String? = nil, audience: String? = nil,
        placement: Placement = .header
    ) {
        self.tokenURL = tokenURL
        self.id = id
        self.secret = secret
        self.scope = scope
        self.audience = audience
        self.placement = placement
    }
}
