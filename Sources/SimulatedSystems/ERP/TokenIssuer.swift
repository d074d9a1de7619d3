/// OAuth 2.0 client credentials (RFC 6749, section 4.4): hands out bearer tokens and knows which are valid.
/// Pure: time and randomness are passed in.
struct TokenIssuer: Sendable {
    /// Who may have a token.
    struct Credentials: Sendable, Equatable {
        let id: String
        let secret: String
    }

    let credentials: Credentials
    let lifetime: Duration
    private(set) var issued = 0
    private(set) var refused = 0
    private var expiry: [String: Duration] = [:]
    private var random: SeededGenerator

    init(credentials: Credentials, lifetime: Duration, seed: UInt64) {
        self.credentials = credentials
        self.lifetime = lifetime
        random = SeededGenerator(seed: seed)
    }

    /// Whether the value of an `Authorization` header carries a token that has not expired.
    func accepts(authorization: String?, at now: Duration) -> Bool {
        guard let authorization, let token = Self.value(of: authorization, scheme: "bearer") else { return false }
        return expiry[token].map { now < $0 } ?? false
    }

    /// Makes all tokens invalid at once.
    mutating func revokeAll() {
        expiry.removeAll()
    }

    /// Answers `POST /oauth/token`. The client names itself in the header (basic) or in the form.
    mutating func answer(_ request: SimulatedRequest, at now: Duration) -> Answer {
        let form = PercentEncoding.form(String(decoding: request.body, as: UTF8.self))
        guard let grant = form["grant_type"] else { return Self.error(400, "invalid_request") }
        guard grant == "client_credentials" else { return Self.error(400, "unsupported_grant_type") }
        let authorization = request.headers["authorization"]
        guard presented(form, authorization) == credentials else {
            refused += 1
            let challenge = authorization == nil ? [:] : ["www-authenticate": "Basic realm=\"oauth\""]
            return Self.error(401, "invalid_client", headers: challenge)
        }
        return .json(200, token(scope: form["scope"], at: now), headers: ["cache-control": "no-store"])
    }

    private mutating func token(scope: String?, at now: Duration) -> JSONTree {
        issued += 1
        if expiry.count > 10_000 { expiry = expiry.filter { now < $0.value } }
        let token = String(random.next(), radix: 36) + String(random.next(), radix: 36)
        expiry[token] = now + lifetime
        var members: [JSONTree.Member] = [
            .init("access_token", .string(token)), .init("token_type", .string("Bearer")),
            .init("expires_in", .int(lifetime.components.seconds)),
        ]
        if let scope { members.append(.init("scope", .string(scope))) }
        return .object(members)
    }

    private func presented(_ form: [String: String], _ authorization: String?) -> Credentials? {
        if let authorization {
            guard let encoded = Self.value(of: authorization, scheme: "basic"),
                let pair = Base64.decode(encoded).map({ String(decoding: $0, as: UTF8.self) })
            else { return nil }
            // Both halves are form-encoded before they are joined (RFC 6749, section 2.3.1).
            let halves = pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                .map { PercentEncoding.decode(String($0), plusIsSpace: true) }
            return halves.count == 2 ? Credentials(id: halves[0], secret: halves[1]) : nil
        }
        guard let id = form["client_id"], let secret = form["client_secret"] else { return nil }
        return Credentials(id: id, secret: secret)
    }

    private static func value(of authorization: String, scheme: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == scheme else { return nil }
        return String(parts[1])
    }

    private static func error(_ status: Int, _ code: String, headers: [String: String] = [:]) -> Answer {
        .json(status, .object([.init("error", .string(code))]), headers: headers)
    }
}
