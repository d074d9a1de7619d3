import CLibrdkafka
import Dispatch
import Logging

/// Owns a `rd_kafka_t` from its creation to its destruction.
///
/// Owned by whoever owns the client; only `pointer` goes to other threads, where librdkafka allows it.
final class ClientHandle {
    enum Role { case consumer, producer }

    /// The client, until `destroy`.
    let pointer: OpaquePointer
    private let sink: LogSink
    private let joinWatch: JoinWatch?
    private var isDestroyed = false

    /// - Parameters:
    ///   - fixed: Properties that Penstock owns; they win over `properties`.
    ///   - defaults: Properties that `properties` may override. One that this librdkafka does not know is left out.
    ///   - joinWatch: Is told when the client joins its group.
    ///   - events: Which `RD_KAFKA_EVENT_…` come to the queues instead of callbacks.
    init(
        _ role: Role,
        properties: ClientProperties,
        defaults: [String: String],
        fixed: [String: String],
        joinWatch: JoinWatch? = nil,
        events: Int32,
        logger: Logger
    ) throws(KafkaError) {
        let configuration = rd_kafka_conf_new()
        // Until rd_kafka_new has taken it over.
        var owned = configuration
        defer { if let owned { rd_kafka_conf_destroy(owned) } }
        guard let configuration else { throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory") }

        let known = PropertyCatalog.shared.scopes
        for (name, value) in defaults where known[name] != nil && properties[name] == nil {
            try Self.set(configuration, name, value)
        }
        for (name, value) in properties.values where known[name]?.applies(to: role) ?? true {
            try Self.set(configuration, name, value)
        }
        for (name, value) in fixed { try Self.set(configuration, name, value) }

        let sink = LogSink(logger)
        sink.install(in: configuration)
        joinWatch?.install(in: configuration)
        rd_kafka_conf_set_events(configuration, events)
        let fetchesTokens = properties["sasl.mechanism"]?.uppercased() == "OAUTHBEARER"
        if fetchesTokens { rd_kafka_conf_enable_sasl_queue(configuration, 1) }

        var reason = ErrorText()
        let kind = role == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        guard let pointer = reason.fill({ rd_kafka_new(kind, configuration, $0, $1) }) else {
            // A configuration with interceptors that was refused is half freed (librdkafka 2.0.2), and freeing it
            // once more would end the process. The rest of it is left: a client that cannot be made is made once.
            if joinWatch != nil { owned = nil }
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, reason.text, isRetriable: false)
        }
        owned = nil
        // Token requests are blocking HTTP calls: they belong on librdkafka's background thread, not on a poll.
        if fetchesTokens, let error = rd_kafka_sasl_background_callbacks_enable(pointer) {
            rd_kafka_error_destroy(error)
        }
        self.pointer = pointer
        self.sink = sink
        self.joinWatch = joinWatch
    }

    deinit { destroy(within: .seconds(1)) }

    private static func set(_ configuration: OpaquePointer, _ name: String, _ value: String) throws(KafkaError) {
        var reason = ErrorText()
        let result = reason.fill { rd_kafka_conf_set(configuration, name, value, $0, $1) }
        guard result == RD_KAFKA_CONF_OK else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "Kafka property \"\(name)\": \(reason.text)")
        }
    }

    /// The error that ended this client for good, if there was one.
    var fatalError: KafkaError? {
        var reason = ErrorText()
        let code = reason.fill { rd_kafka_fatal_error(pointer, $0, $1) }
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(code: code.rawValue, message: reason.text, isFatal: true)
    }

    /// Destroys the client on a thread of its own, since `rd_kafka_destroy` waits for librdkafka's threads, one of
    /// which may be resolving a name. What they call lives until then.
    /// - Returns: Whether it is done within the time; else it goes on by itself.
    @discardableResult
    func destroy(within limit: Duration, flags: Int32 = 0) -> Bool {
        guard !isDestroyed else { return true }
        isDestroyed = true
        let last = LastUse(client: pointer, sink: sink, joinWatch: joinWatch)
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "kafka.destroy").async {
            rd_kafka_destroy_flags(last.client, flags)
            withExtendedLifetime((last.sink, last.joinWatch)) {}
            done.signal()
        }
        return done.wait(timeout: .now() + .nanoseconds(Int(limit.nanoseconds))) == .success
    }

    /// Never destroys the client: its threads and memory stay until the process ends. See `Consumer.close`.
    func leak() {
        guard !isDestroyed else { return }
        isDestroyed = true
        _ = Unmanaged.passRetained(sink)
        if let joinWatch { _ = Unmanaged.passRetained(joinWatch) }
    }

    /// Safe to hand over: the pointer is used by nobody else after this, and the others are `Sendable`.
    private struct LastUse: @unchecked Sendable {
        let client: OpaquePointer
        let sink: LogSink
        let joinWatch: JoinWatch?
    }
}

extension PropertyCatalog.Scope {
    func applies(to role: ClientHandle.Role) -> Bool {
        switch self {
        case .both: true
        case .consumer: role == .consumer
        case .producer: role == .producer
        }
    }
}

extension Duration {
    /// Saturating.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product + attoseconds / 1_000_000_000
    }

    /// For C's time-outs: whole milliseconds, at least 0, and never the -1 that means "for ever".
    var milliseconds: Int32 { Int32(clamping: max(0, nanoseconds / 1_000_000)) }
}
