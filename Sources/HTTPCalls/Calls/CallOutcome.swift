/// How a call ended. It tells apart what must be told apart when repeating: whether the effect can have happened.
public enum CallOutcome: Sendable, Equatable {
    /// Certainly no byte of the request reached the server.
    case notSent(reason: CallFault)
    /// The request, or a part of it, may have reached the server, and no whole answer came back. This is neither
    /// success nor failure (D4). In doubt it is this.
    case sentNoAnswer(reason: CallFault)
    /// The server answered, and the whole answer is here. Redirects are answers too: they are not followed.
    case answered(status: Int)
}

/// What went wrong below HTTP.
public struct CallFault: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        /// The host's name could not be resolved.
        case nameResolution = "name_resolution"
        /// No connection: refused, unreachable, or lost while connecting.
        case connection
        /// Not connected within the connect time-out.
        case connectTimeout = "connect_timeout"
        /// The TLS handshake failed, or the certificate was not accepted.
        case tls
        /// No whole answer within the time-out.
        case timeout
        /// The connection was lost after the request may have been sent.
        case connectionLost = "connection_lost"
        /// The answer's head or body is larger than allowed. The status is known if it is the body.
        case responseTooLarge = "response_too_large"
        /// The server does not speak HTTP as it should.
        case invalidResponse = "invalid_response"
        /// No access token could be had.
        case token
        /// ``HTTPCaller/cancel(tag:)`` was called.
        case cancelled
        /// Anything else; the detail says what.
        case other
    }

    /// The value for `error.type` is its raw value.
    public let kind: Kind
    /// In words, for people. Holds no secret.
    public let detail: String

    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    public var description: String { detail.isEmpty ? kind.rawValue : "\(kind.rawValue): \(detail)" }
}
