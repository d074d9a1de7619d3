import CLibrdkafka
import Logging

/// Takes librdkafka's log lines to the logger that the client was given, never to standard error.
///
/// librdkafka's own threads call it; it is immutable and `Logger` is made for use from any thread.
final class LogSink: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// `facility` is librdkafka's short name of the subsystem ("FAIL", "SESSTMOUT", …).
    func log(level: Int32, facility: String, text: String) {
        logger.log(
            level: Self.level(syslog: level), "librdkafka", metadata: ["facility": "\(facility)", "text": "\(text)"])
    }

    /// Severities as in RFC 5424.
    static func level(syslog severity: Int32) -> Logger.Level {
        switch severity {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    }

    /// Sets the callback and, as the client's opaque, an unretained pointer to this sink, which must outlive the
    /// client: `ClientHandle` keeps it until `rd_kafka_destroy` has returned.
    func install(in configuration: OpaquePointer) {
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client, let opaque = rd_kafka_opaque(client) else { return }
            Unmanaged<LogSink>.fromOpaque(opaque).takeUnretainedValue().log(
                level: level,
                facility: facility.map { String(cString: $0) } ?? "",
                text: text.map { String(cString: $0) } ?? ""
            )
        }
    }
}
