import CLibrdkafka

/// librdkafka's configuration properties, checked against the linked library.
///
/// Any property may be set, except those on which Penstock's delivery promises rest. One set serves consumers,
/// producers and administration: what concerns only another kind of client is left out where it does not apply.
public struct ClientProperties: Sendable, Hashable, CustomStringConvertible {
    /// Name and value, as they are given to librdkafka. May hold secrets; log `description` instead.
    public private(set) var values: [String: String] = [:]

    /// Only the broker addresses, as `host:port` separated by commas.
    public init(bootstrapServers: String) {
        values["bootstrap.servers"] = bootstrapServers
    }

    /// - Throws: The first property, in the order of their names, that the library does not know, whose value it
    ///   refuses, or that Penstock sets itself.
    public init(_ properties: [String: String]) throws(ClientPropertyError) {
        for name in properties.keys.sorted() { try set(name, properties[name] ?? "") }
    }

    /// Sets one property, or replaces it.
    public mutating func set(_ name: String, _ value: String) throws(ClientPropertyError) {
        if let reason = Self.ownedByPenstock[name] { throw ClientPropertyError(name: name, kind: .owned(reason)) }
        try Self.check(name, value)
        values[name] = value
    }

    /// The value of a property that was set here; librdkafka's defaults are not looked up.
    public subscript(_ name: String) -> String? { values[name] }

    /// The broker addresses that were set, under either of librdkafka's names.
    public var bootstrapServers: String? { values["bootstrap.servers"] ?? values["metadata.broker.list"] }

    /// The same without the times of membership in a group, which stand in relation to each other: librdkafka refuses a
    /// client with `max.poll.interval.ms` below `session.timeout.ms`, also where it never joins a group.
    public var withoutMembership: ClientProperties {
        var copy = self
        for name in ["max.poll.interval.ms", "session.timeout.ms", "heartbeat.interval.ms"] { copy.values[name] = nil }
        return copy
    }

    /// For reading a topic to its end, soon: without membership, with the large queues and fetches that a worker does not
    /// need (`Consumer.defaults`), and with fetches that come back soon when they find nothing new: what a partition
    /// without room gets next waits for them. What is set stays as it is.
    public var forReadingOnce: ClientProperties {
        var copy = withoutMembership
        for (name, alias, value) in [
            ("fetch.wait.max.ms", nil, "10"),
            ("queued.max.messages.kbytes", nil, "1024"),
            ("fetch.message.max.bytes", "max.partition.fetch.bytes", "1048576"),
        ] where values[name] == nil && alias.flatMap({ values[$0] }) == nil {
            copy.values[name] = value
        }
        return copy
    }

    /// Whether the value of this property must never be shown.
    public static func isSecret(_ name: String) -> Bool {
        ["password", "secret", ".pem", "oauthbearer.config", "assertion", "private.key"].contains { name.contains($0) }
    }

    /// `name=value` pairs in the order of their names, secrets redacted.
    public var description: String {
        values.keys.sorted().map { "\($0)=\(Self.isSecret($0) ? "[redacted]" : values[$0] ?? "")" }
            .joined(separator: ", ")
    }

    private static func check(_ name: String, _ value: String) throws(ClientPropertyError) {
        let scratch = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(scratch) }
        var reason = ErrorText()
        switch reason.fill({ rd_kafka_conf_set(scratch, name, value, $0, $1) }) {
        case RD_KAFKA_CONF_OK:
            return
        case RD_KAFKA_CONF_UNKNOWN:
            throw ClientPropertyError(
                name: name, kind: .unknown(suggestion: PropertyCatalog.shared.suggestion(for: name)))
        default:
            throw ClientPropertyError(name: name, kind: .invalidValue(redact(value, of: name, in: reason.text)))
        }
    }

    /// librdkafka's text may repeat the value, whole or cut short; then nothing of the text can be shown.
    private static func redact(_ value: String, of name: String, in text: String) -> String {
        guard isSecret(name), !value.isEmpty, text.contains(value.prefix(3)) else { return text }
        return "the value is not accepted"
    }

    /// Properties that the delivery promises need as they are, each with the reason that the user is told.
    static let ownedByPenstock: [String: String] = {
        let committing = "offsets are committed only when their events are settled"
        let group = "the consumer group is set by the flow's own settings"
        let strategy = "the assignment strategy is set by the worker's own settings"
        let acknowledgement = "records are acknowledged by all in-sync replicas, so that an acknowledged one is safe"
        return [
            "enable.auto.commit": committing, "auto.commit.enable": committing, "auto.commit.interval.ms": committing,
            "enable.auto.offset.store": committing, "offset.store.method": committing,
            "group.id": group, "group.instance.id": group,
            "group.protocol": strategy, "group.remote.assignor": strategy, "partition.assignment.strategy": strategy,
            "enable.partition.eof": "the end of a partition is not an error",
            "acks": acknowledgement, "request.required.acks": acknowledgement,
            "delivery.report.only.error": "every record's fate has to be known",
            "transactional.id": "Penstock does not use transactions",
            "log.queue": "client logs go to Penstock's logger",
        ]
    }()
}

/// A property that was refused, and why.
public struct ClientPropertyError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// librdkafka knows no property of this name; perhaps the suggested one is meant.
        case unknown(suggestion: String?)
        /// librdkafka does not accept the value, for this reason.
        case invalidValue(String)
        /// Penstock sets the property itself, for this reason.
        case owned(String)
    }

    public let name: String
    public let kind: Kind

    public var description: String {
        switch kind {
        case .unknown(let suggestion?): "unknown Kafka property \"\(name)\"; did you mean \"\(suggestion)\"?"
        case .unknown(nil): "unknown Kafka property \"\(name)\""
        case .invalidValue(let reason): "Kafka property \"\(name)\": \(reason)"
        case .owned(let reason): "Kafka property \"\(name)\" cannot be set: \(reason)"
        }
    }
}
