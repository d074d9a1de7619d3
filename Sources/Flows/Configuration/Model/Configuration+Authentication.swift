extension Configuration {
    /// How a system knows that it is us.
    public enum Authentication: Sendable {
        case none
        case basic(Basic)
        case bearer(Bearer)
        case apiKey(APIKey)
        case oauth2ClientCredentials(OAuth2ClientCredentials)

        /// RFC 7617.
        public struct Basic: Sendable {
            public var username = ""
            public var password = Secret("")
        }

        /// RFC 6750, with a token that does not change.
        public struct Bearer: Sendable {
            public var token = Secret("")
        }

        /// A header with a secret.
        public struct APIKey: Sendable {
            public var header = "X-API-Key"
            public var value = Secret("")
        }

        /// RFC 6749, section 4.4.
        public struct OAuth2ClientCredentials: Sendable {
            /// Where the client's credentials go in the token request (RFC 6749, section 2.3.1).
            public enum CredentialsPlace: String, Sendable, CaseIterable {
                case basic, body
            }

            public var tokenURL = ""
            public var clientID = ""
            public var clientSecret = Secret("")
            public var scope: String?
            public var audience: String?
            public var credentialsIn = CredentialsPlace.basic
        }
    }
}

extension ValueType where Value == Configuration.Authentication {
    static var authentication: ValueType {
        .oneOf(
            "none", .none,
            [
                Alternative("basic", Configuration.Authentication.Basic.section) { .basic($0) },
                Alternative("bearer", Configuration.Authentication.Bearer.section) { .bearer($0) },
                Alternative("api_key", Configuration.Authentication.APIKey.section) { .apiKey($0) },
                Alternative("oauth2_client_credentials", Configuration.Authentication.OAuth2ClientCredentials.section) {
                    .oauth2ClientCredentials($0)
                },
            ])
    }
}

extension Configuration.Authentication.Basic {
    fileprivate static let section = Section("A user name and a password with every call (RFC 7617).", Self()) {
        basic in
        [
            .key(
                "username", \.username, .text, "The user name.", example: "penstock", in: basic, isRequired: true),
            .key(
                "password", \.password, .secret, "The password.", example: "${file:/run/secrets/erp}", in: basic,
                isRequired: true),
        ]
    }
}

extension Configuration.Authentication.Bearer {
    fileprivate static let section = Section("A token that does not change (RFC 6750).", Self()) { bearer in
        [
            .key(
                "token", \.token, .secret, "The token.", example: "${ERP_TOKEN}", in: bearer, isRequired: true)
        ]
    }
}

extension Configuration.Authentication.APIKey {
    fileprivate static let section = Section("A key in a header of every call.", Self()) { key in
        [
            .key(
                "header", \.header, .headerName, "The header that carries the key.", example: "X-API-Key", in: key),
            .key(
                "value", \.value, .secret, "The key.", example: "${ERP_API_KEY}", in: key, isRequired: true),
        ]
    }
}

extension Configuration.Authentication.OAuth2ClientCredentials {
    fileprivate static let section = Section(
        "Tokens from an OAuth 2.0 server with the client-credentials grant (RFC 6749), fetched before they expire.",
        Self()
    ) { grant in
        [
            .key(
                "token_url", \.tokenURL, .url, "Where tokens are had.", example: "https://erp.example.com/oauth/token",
                in: grant, isRequired: true),
            .key(
                "client_id", \.clientID, .text, "The client's name at the server.", example: "penstock", in: grant,
                isRequired: true),
            .key(
                "client_secret", \.clientSecret, .secret, "The client's secret.",
                example: "${file:/run/secrets/erp}", in: grant, isRequired: true),
            .optional(
                "scope", \.scope, .text, "The scopes to ask for, separated by spaces.", example: "clients:write"),
            .optional("audience", \.audience, .text, "The audience to ask for.", example: "https://erp.example.com"),
            .key(
                "credentials_in", \.credentialsIn, .choice(),
                "Whether name and secret go as basic authentication or in the body of the token request.",
                example: "body", in: grant),
        ]
    }
}
