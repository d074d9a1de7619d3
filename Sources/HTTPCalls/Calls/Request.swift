/// One request to a system.
public struct Request {
    public var system: SystemIndex
    public var method: Method
    /// What follows the base URL: path and query, already percent-encoded. Empty, or beginning with `/` or `?`.
    /// Read by ``HTTPCaller/start(_:tag:)`` and not kept.
    public var path: UnsafeRawBufferPointer
    /// Copied by ``HTTPCaller/start(_:tag:)``.
    public var headers: HeaderFields
    /// Not copied: it must stay as it is until the call's completion was collected. `nil` sends no body.
    public var body: UnsafeRawBufferPointer?

    public init(
        system: SystemIndex, method: Method, path: UnsafeRawBufferPointer, headers: HeaderFields = HeaderFields(),
        body: UnsafeRawBufferPointer? = nil
    ) {
        self.system = system
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// A request's method.
public struct Method: Hashable, Sendable, CustomStringConvertible {
    /// As sent, in upper case.
    public let name: String

    /// - Throws: ``RequestError/invalidMethod`` unless the name is a token of upper-case letters and `-`;
    ///   `CONNECT`, `TRACE` and `HEAD` are refused.
    public init(_ name: String) throws(RequestError) {
        let letters = name.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == 0x2D }
        guard !name.isEmpty, letters, !["CONNECT", "TRACE", "HEAD"].contains(name) else { throw .invalidMethod }
        self.name = name
    }

    private init(known name: String) { self.name = name }

    public static let get = Method(known: "GET")
    public static let post = Method(known: "POST")
    public static let put = Method(known: "PUT")
    public static let patch = Method(known: "PATCH")
    public static let delete = Method(known: "DELETE")

    public var description: String { name }
}

/// A request was refused before anything was sent: it would never be right.
public enum RequestError: Error, Equatable, Sendable, CustomStringConvertible {
    case invalidMethod
    /// A header field's name is not a token.
    case invalidHeaderName
    /// A header field's value holds CR, LF, NUL or another control character.
    case invalidHeaderValue(name: String)
    /// The field is set by the client itself, or by the system's authentication.
    case refusedHeader(name: String)
    /// The path holds characters that must be encoded, or a segment `.` or `..`.
    case invalidPath
    case unknownSystem
    /// libcurl could not take the request: out of memory, or a limit of the machine.
    case refused(reason: String)

    public var description: String {
        switch self {
        case .invalidMethod: "the method is not allowed"
        case .invalidHeaderName: "the name of a header field is not a token"
        case .invalidHeaderValue(let name): "header field \(name): the value holds a control character"
        case .refusedHeader(let name): "header field \(name): is set by the client itself"
        case .invalidPath: "the path holds characters that must be percent-encoded, or a segment '.' or '..'"
        case .unknownSystem: "no such system"
        case .refused(let reason): "libcurl: \(reason)"
        }
    }
}
