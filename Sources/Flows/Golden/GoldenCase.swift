import JQ
import JSON

/// A golden case: an event, what systems answer to it, and what the flow must do with it.
///
/// It is read from a file beside the flow's configuration, see ``CaseFile``.
public struct GoldenCase: Sendable {
    /// What it is about; the file's name where it has none.
    public var name: String?
    /// The flow; not needed where the configuration has only one.
    public var flow: String?
    /// What `now` yields, in milliseconds since 1970.
    public var now: Int64 = 1_767_225_600_000
    /// The event as a document.
    var event: JSONText?
    /// The file with the event.
    var eventFile: Configuration.FileReference?
    /// The record as a whole, instead of an event.
    var record: Record?
    /// What is remembered of the event's key, an object.
    var remembered: JSONText?
    /// The answers of each step's calls, in order.
    public internal(set) var answers: [Configuration.Named<[Answer]>] = []
    /// What must happen.
    public internal(set) var expectation: Expectation?

    /// Where the case begins.
    public internal(set) var place = SourcePlace(file: "", line: 1, column: 1)
    /// Where its keys stand, for one who writes the expectation anew.
    var layout = CaseLayout()

    /// A record as Kafka has it.
    struct Record: Sendable {
        var key: String?
        var headers: [Configuration.Named<String>] = []
        var value: CaseBytes?
        var valueFile: Configuration.FileReference?
        var isTombstone = false
    }

    /// What a system answers to one call.
    public enum Answer: Sendable {
        case answered(Reply)
        /// The request was sent, and no answer came within the system's time limit.
        case timeout
        /// No connection: the system cannot have seen the request.
        case refused
    }

    /// An answer over HTTP.
    public struct Reply: Sendable {
        var status = 200
        var headers: [Configuration.Named<String>] = []
        var body = CaseBytes(bytes: Array("{}".utf8))
    }
}

extension GoldenCase {
    /// How an event ended.
    public enum Outcome: String, Sendable, CaseIterable {
        case applied, skipped, parked
        /// A target fault keeps it from being settled by the answers that were given.
        case waiting
    }

    /// What must happen.
    public struct Expectation: Sendable {
        var outcome: Outcome?
        var parked: Parked?
        /// All calls, in order; `nil`: they are not compared.
        var calls: [Call]?
        var place = SourcePlace(file: "", line: 1, column: 1)
    }

    /// Why the event must be parked. What is absent is not compared.
    struct Parked: Sendable {
        var reason: Reason?
        var step: String?
        /// A regular expression that the message must match somewhere.
        var message: Pattern?
        var status: Int?

        /// The values of the dead-letter header `penstock.reason` that the steps of one event can lead to.
        enum Reason: String, Sendable, CaseIterable {
            case malformed, schema, mapping, tombstone, rejected, compensation
        }
    }

    /// A regular expression and its place.
    struct Pattern: Sendable {
        let text: String
        let place: SourcePlace
    }

    /// A call that must be made. What is absent is not compared.
    struct Call: Sendable {
        var step: String?
        var method: Configuration.Call.Method?
        /// Behind the system's base URL.
        var path: String?
        /// A subset.
        var headers: [Configuration.Named<String>] = []
        var body: JSONText?
        /// A condition in jq that the body must fulfil.
        var bodyWhere: Configuration.Expression?
        /// The least time between the answer before and this call.
        var wait: Duration?
        var place = SourcePlace(file: "", line: 1, column: 1)
    }
}

/// A document that stands in a case file, as JSON text: numbers have the digits that they were written with.
struct JSONText: Sendable, Equatable {
    let bytes: [UInt8]
    let place: SourcePlace
    /// Where members and elements stand, by their JSON Pointers.
    var places: [String: SourcePlace] = [:]

    /// The place of a pointer, or of what holds it where it does not exist.
    func place(of pointer: Pointer) -> SourcePlace {
        var pointer = pointer
        while !pointer.tokens.isEmpty {
            if let place = places[pointer.description] { return place }
            pointer.tokens.removeLast()
        }
        return place
    }
}

/// Bytes in a case file: a text is taken as it is, anything else as the JSON that it stands for.
struct CaseBytes: Sendable, Equatable {
    let bytes: [UInt8]
}

/// Where the keys of a case stand in its file.
struct CaseLayout: Sendable {
    /// Where the key `expect` stands.
    var expect: SourcePlace?
    /// The column that the case's keys begin in.
    var keyColumn = 1
    /// Whether the case is written in braces.
    var isFlowStyle = false
}
