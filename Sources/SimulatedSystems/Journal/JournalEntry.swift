/// One line of a system's journal: an effect that a request had, or a repeat that had none.
public struct JournalEntry: Sendable, Equatable {
    /// Whether the request changed anything.
    public enum Kind: String, Sendable {
        /// The request had its effect.
        case applied
        /// The request came again under the same idempotency key: it was answered as before and had no effect.
        case suppressed
    }

    /// Counts from 1 without gaps, in the order of the effects.
    public let sequence: Int
    /// When it happened, in milliseconds since 1970 UTC.
    public let milliseconds: Int64
    public let kind: Kind
    /// `POST`, `PUT` or `DELETE`.
    public let method: String
    /// The identifier that the CRM gave the client.
    public let clientIdentifier: String
    /// The identifier that the ERP gave the client.
    public let clientID: String
    /// The status in the client's record after the effect, `active` or `inactive`.
    public let clientStatus: String
    public let idempotencyKey: String?
    /// The version of the client's data, where the request carries one.
    public let version: Int?
    /// The identity of the event behind the request, where the request carries one.
    public let eventID: String?

    public init(
        sequence: Int, milliseconds: Int64 = 0, kind: Kind = .applied, method: String, clientIdentifier: String,
        clientID: String = "", clientStatus: String = "active", idempotencyKey: String? = nil, version: Int? = nil,
        eventID: String? = nil
    ) {
        self.sequence = sequence
        self.milliseconds = milliseconds
        self.kind = kind
        self.method = method
        self.clientIdentifier = clientIdentifier
        self.clientID = clientID
        self.clientStatus = clientStatus
        self.idempotencyKey = idempotencyKey
        self.version = version
        self.eventID = eventID
    }
}

extension JournalEntry {
    var tree: JSONTree {
        .object([
            .init("sequence", .int(sequence)),
            .init("time", .string(Timestamp.text(milliseconds: milliseconds))),
            .init("kind", .string(kind.rawValue)),
            .init("method", .string(method)),
            .init("client_identifier", .string(clientIdentifier)),
            .init("client_id", .string(clientID)),
            .init("client_status", .string(clientStatus)),
            .init("idempotency_key", .text(idempotencyKey)),
            .init("version", version.map { .int($0) } ?? .null),
            .init("event_id", .text(eventID)),
        ])
    }

    /// Reads a line of `GET /_simulated/journal`; `nil` when it is none.
    public init?(line: [UInt8]) {
        guard let tree = JSONTree(parsing: line),
            let sequence = tree["sequence"]?.int, let kind = tree["kind"]?.string.flatMap(Kind.init(rawValue:)),
            let method = tree["method"]?.string, let identifier = tree["client_identifier"]?.string,
            let clientID = tree["client_id"]?.string, let status = tree["client_status"]?.string,
            let time = tree["time"]?.string.flatMap(Timestamp.milliseconds)
        else { return nil }
        self.init(
            sequence: sequence, milliseconds: time, kind: kind, method: method, clientIdentifier: identifier,
            clientID: clientID, clientStatus: status, idempotencyKey: tree["idempotency_key"]?.string,
            version: tree["version"]?.int, eventID: tree["event_id"]?.string)
    }
}
