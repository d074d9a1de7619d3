import CLibrdkafka

/// What the client library or a broker reports as failed.
///
/// Codes below zero are local to librdkafka (`_TRANSPORT`, `_QUEUE_FULL`, …), those above are Kafka's protocol errors.
public struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// librdkafka's numeric code (`rd_kafka_resp_err_t`).
    public let code: Int32
    /// What was tried and what came of it, for a person. Holds no secret and no payload.
    public let message: String
    /// The same operation may succeed later without anybody changing anything.
    public let isRetriable: Bool
    /// The client can do no more (fenced by another member or producer, for example): close it and make a new one.
    public let isFatal: Bool

    public init(code: Int32, message: String, isRetriable: Bool? = nil, isFatal: Bool = false) {
        self.code = code
        self.message = message
        self.isRetriable = !isFatal && (isRetriable ?? Self.retriableCodes.contains(code))
        self.isFatal = isFatal
    }

    /// The code's constant name without its prefix: `UNKNOWN_TOPIC_OR_PART`, `_TRANSPORT`.
    public var name: String {
        String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: code)))
    }

    public var description: String { "\(message) [\(name)]" }

    /// The broker answered that the topic or the partition does not exist.
    public var isUnknownTopic: Bool {
        self.is(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) || self.is(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
            || self.is(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    }

    /// No broker answered: not resolved, not connected, or silent until the time-out.
    public var isUnreachable: Bool {
        self.is(RD_KAFKA_RESP_ERR__TRANSPORT) || self.is(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
            || self.is(RD_KAFKA_RESP_ERR__RESOLVE) || self.is(RD_KAFKA_RESP_ERR__TIMED_OUT)
    }

    /// The local producer queue is full: take delivery reports, then produce again.
    public var isQueueFull: Bool { self.is(RD_KAFKA_RESP_ERR__QUEUE_FULL) }

    /// The topic exists already.
    public var isTopicAlreadyExists: Bool { self.is(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) }

    /// The broker does not take a topic with these settings: they are wrong, or not for its clients to choose.
    public var isConfigurationRefused: Bool {
        self.is(RD_KAFKA_RESP_ERR_INVALID_CONFIG) || self.is(RD_KAFKA_RESP_ERR_POLICY_VIOLATION)
            || self.is(RD_KAFKA_RESP_ERR_INVALID_REQUEST)
    }

    /// The broker does not offer this request.
    public var isUnsupported: Bool { self.is(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE) }

    private func `is`(_ other: rd_kafka_resp_err_t) -> Bool { code == other.rawValue }
}

extension KafkaError {
    init(_ code: rd_kafka_resp_err_t, _ message: String? = nil, isRetriable: Bool? = nil) {
        self.init(
            code: code.rawValue,
            message: message ?? String(cString: rd_kafka_err2str(code)),
            isRetriable: isRetriable
        )
    }

    /// Takes over and frees `error`.
    init(consuming error: OpaquePointer, _ context: String? = nil) {
        let text = String(cString: rd_kafka_error_string(error))
        let code = rd_kafka_error_code(error)
        self.init(
            code: code.rawValue,
            message: context.map { "\($0): \(text)" } ?? text,
            isRetriable: rd_kafka_error_is_retriable(error) != 0 || Self.retriableCodes.contains(code.rawValue),
            isFatal: rd_kafka_error_is_fatal(error) != 0
        )
        rd_kafka_error_destroy(error)
    }

    /// `nil` for `NO_ERROR`.
    static func unlessSuccess(_ code: rd_kafka_resp_err_t, _ message: @autoclosure () -> String? = nil) -> KafkaError? {
        code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, message())
    }

    static let closed = KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "the client is closed")

    /// Errors that Kafka's protocol marks as retriable, and librdkafka's own transient ones.
    private static let retriableCodes: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE,
            RD_KAFKA_RESP_ERR__IN_PROGRESS, RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS, RD_KAFKA_RESP_ERR__INTR,
            RD_KAFKA_RESP_ERR__NODE_UPDATE, RD_KAFKA_RESP_ERR__RETRY,
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
            RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND,
            RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
            RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
        ].map(\.rawValue)
    )
}
