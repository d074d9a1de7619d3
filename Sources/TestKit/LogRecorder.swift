import Logging
import Synchronization

/// Remembers what was logged, from whatever thread.
public final class LogRecorder: Sendable {
    /// One line.
    public struct Line: Sendable, CustomStringConvertible {
        public let level: Logger.Level
        public let message: String
        public let fields: [String: String]

        public var description: String {
            "\(level) \(message)" + fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        }
    }

    private let recorded = Mutex<[Line]>([])

    public init() {}

    /// All lines so far, in order.
    public var lines: [Line] { recorded.withLock { $0 } }

    /// The lines with this message.
    public func lines(_ message: String) -> [Line] { lines.filter { $0.message == message } }

    /// A logger that writes here.
    public func logger(level: Logger.Level = .debug) -> Logger {
        Logger(label: "test") { _ in Handler(recorder: self, logLevel: level) }
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
            let line = Line(level: event.level, message: event.message.description, fields: fields)
            recorder.recorded.withLock { $0.append(line) }
        }
    }
}
