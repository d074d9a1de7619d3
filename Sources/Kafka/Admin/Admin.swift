import CLibrdkafka
import Logging

/// Questions and orders to a cluster, for the command line and for checks at the start: every call waits for its
/// answer, at most as long as it is told. Owned by one thread.
///
/// Errors tell apart: `isUnreachable`, no broker answered; `isUnknownTopic`, a broker answered that there is no such
/// topic; `isUnsupported`, the broker does not offer the request (the mock cluster administers no topics).
public final class Admin {
    let handle: ClientHandle
    let bootstrapServers: String
    /// Where the client reports failed connections.
    private let errors: OpaquePointer

    public init(properties: ClientProperties, logger: Logger) throws(KafkaError) {
        // A consumer's handle without a group: unlike a producer's it never creates a topic by asking for it.
        handle = try ClientHandle(
            .consumer, properties: properties.withoutMembership, defaults: ["socket.nagle.disable": "true"], fixed: [:],
            events: Int32(RD_KAFKA_EVENT_ERROR), logger: logger
        )
        guard let queue = rd_kafka_queue_get_main(handle.pointer) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "the client has no queue")
        }
        errors = queue
        bootstrapServers = properties.bootstrapServers ?? ""
    }

    deinit {
        rd_kafka_queue_destroy(errors)
        handle.destroy(within: .seconds(1))
    }

    /// Turns librdkafka's "timed out" into what an operator can act on: who was asked, for how long, and what the last
    /// connection failed of.
    func failure(
        _ code: rd_kafka_resp_err_t, _ context: String, after limit: Duration, detail: String? = nil
    ) -> KafkaError {
        var text = "\(context): \(detail ?? String(cString: rd_kafka_err2str(code)))"
        guard KafkaError(code).isUnreachable else { return KafkaError(code, text) }
        text += "; no Kafka broker at \(bootstrapServers) answered within \(limit)"
        if let reason = lastConnectionError() { text += " (\(reason))" }
        return KafkaError(code, text)
    }

    private func lastConnectionError() -> String? {
        var reason: String?
        while let event = rd_kafka_queue_poll(errors, 0) {
            defer { rd_kafka_event_destroy(event) }
            guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR else { continue }
            // "All brokers are down" says less than the error before it.
            if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, reason != nil { continue }
            reason = KafkaError(event: event).message
        }
        return reason
    }

    /// Sends one request and waits for its answer.
    func request<Answer>(
        _ operation: rd_kafka_admin_op_t,
        _ context: String,
        within limit: Duration,
        send: (_ client: OpaquePointer, _ options: OpaquePointer?, _ queue: OpaquePointer) -> Void,
        read: (_ event: OpaquePointer) throws(KafkaError) -> Answer
    ) throws(KafkaError) -> Answer {
        guard let queue = rd_kafka_queue_new(handle.pointer) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "the client has no queue")
        }
        defer { rd_kafka_queue_destroy(queue) }
        let options = rd_kafka_AdminOptions_new(handle.pointer, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var reason = ErrorText()
        let milliseconds = max(1, limit.milliseconds)
        _ = reason.fill { rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, $0, $1) }
        // How long the controller may take until the change has reached every broker; not every request has it.
        _ = reason.fill { rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds, $0, $1) }
        send(handle.pointer, options, queue)
        // The request times out by itself; the margin is for the answer's way.
        guard let event = rd_kafka_queue_poll(queue, milliseconds + 1000) else {
            throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, context, after: limit)
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw failure(
                code, context, after: limit, detail: rd_kafka_event_error_string(event).map { String(cString: $0) }
            )
        }
        return try read(event)
    }
}
