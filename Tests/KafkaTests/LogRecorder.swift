import Logging
import Synchronization

/// Keeps what is logged.
final class LogRecorder: Sendable {
    struct Entry: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let entries = Mutex<[Entry]>([])
    private let onEntry: @Sendable (Entry) -> Void

    /// - Parameter onEntry: called with each entry on the thread that logs it, which it may hold up.
    init(onEntry: @escaping @Sendable (Entry) -> Void = { _ in }) {
        self.onEntry = onEntry
    }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(recorder: self) }
        logger.logLevel = .trace
        return logger
    }

    var all: [Entry] { entries.withLock { $0 } }
    var texts: [String] { all.compactMap { $0.metadata["text"] } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var logLevel: Logger.Level = .trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let entry = Entry(
                level: event.level, message: "\(event.message)",
                metadata: (event.metadata ?? [:]).mapValues { "\($0)" }
            )
            recorder.entries.withLock { $0.append(entry) }
            recorder.onEntry(entry)
        }
    }
}
