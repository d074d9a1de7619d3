/// How to reach a system over HTTP: what does not change from call to call.
public struct SystemEndpoint: Sendable {
    /// Which versions of HTTP may be spoken.
    public enum HTTPVersion: String, Sendable, CaseIterable {
        /// HTTP/2 over TLS where the server agrees to it (ALPN), otherwise HTTP/1.1.
        case automatic
        /// HTTP/1.1 only.
        case http1 = "1.1"
        /// HTTP/2 with prior knowledge over `http`. Over `https` it is asked for by ALPN; libcurl offers no way to
        /// refuse a server that then chooses HTTP/1.1.
        case http2 = "2"
    }

    /// How the server is verified, and how we show who we are. Certificates are always verified; TLS 1.2 is the least.
    public struct TLS: Sendable {
        /// A PEM file of the authorities to trust instead of the machine's.
        public var authoritiesFile: String?
        /// A PEM file with the client's certificate and the chain behind it.
        public var certificateFile: String?
        /// A PEM file with the client's private key; needed with ``certificateFile`` unless that holds the key too.
        public var keyFile: String?

        public init(authoritiesFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
            self.authoritiesFile = authoritiesFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// The name used in logs.
    public var name: String
    /// `http` or `https`, host, port and the path in front of every request's path. No user, query or fragment.
    public var baseURL: String
    public var authentication: Authentication
    /// The longest that name resolution, connecting and the TLS handshake may take together, in milliseconds.
    public var connectTimeoutMilliseconds: Int
    /// The longest that a call may take from its start on the wire to the answer's last byte, in milliseconds.
    /// Waiting for a token comes on top, bounded by this same time.
    public var timeoutMilliseconds: Int
    /// The most bytes that an answer's body may have.
    public var responseByteLimit: Int
    /// The most bytes that an answer's status line and header fields may have.
    public var responseHeadByteLimit: Int
    public var tls: TLS
    public var httpVersion: HTTPVersion
    /// Sent with every call; a request's own field of the same name replaces it.
    public var headers: HeaderFields
    /// Whether a request may be sent again, under the same idempotency key, when a kept connection turns out to be
    /// dead before any byte of the answer came. That race is common (a server closes an idle connection just as we
    /// write), and libcurl repeats by itself. With `false` such a call ends as
    /// ``CallOutcome/sentNoAnswer(reason:)``.
    public var resendsOnDeadConnection: Bool

    public init(
        name: String,
        baseURL: String,
        authentication: Authentication = .none,
        connectTimeoutMilliseconds: Int = 5_000,
        timeoutMilliseconds: Int = 30_000,
        responseByteLimit: Int = 1 << 20,
        responseHeadByteLimit: Int = 64 << 10,
        tls: TLS = TLS(),
        httpVersion: HTTPVersion = .automatic,
        headers: HeaderFields = HeaderFields(),
        resendsOnDeadConnection: Bool = true
    ) {
        self.name = name
        self.baseURL = baseURL
        self.authentication = authentication
        self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
        self.timeoutMilliseconds = timeoutMilliseconds
        self.responseByteLimit = responseByteLimit
        self.responseHeadByteLimit = responseHeadByteLimit
        self.tls = tls
        self.httpVersion = httpVersion
        self.headers = headers
        self.resendsOnDeadConnection = resendsOnDeadConnection
    }
}

/// A system of one ``HTTPCaller``, in the order of ``HTTPCaller/add(_:)`` from 0.
public struct SystemIndex: Hashable, Sendable, BitwiseCopyable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
}

/// A system's configuration cannot be used.
public enum EndpointError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The base URL or the token URL is not an absolute `http` or `https` URL of the allowed form.
    case invalidURL(key: String, reason: String)
    /// A file cannot be read.
    case unreadableFile(key: String, path: String, reason: String)
    /// A credential holds bytes that cannot be sent in a header field.
    case invalidCredential(key: String)
    /// A time-out or limit is not above 0.
    case notPositive(key: String)
    /// libcurl refuses an option.
    case refused(reason: String)

    public var description: String {
        switch self {
        case .invalidURL(let key, let reason): "\(key): not a usable URL: \(reason)"
        case .unreadableFile(let key, let path, let reason): "\(key): cannot read \(path): \(reason)"
        case .invalidCredential(let key): "\(key): holds characters that cannot be sent in a header field"
        case .notPositive(let key): "\(key): must be above 0"
        case .refused(let reason): "libcurl: \(reason)"
        }
    }
}
