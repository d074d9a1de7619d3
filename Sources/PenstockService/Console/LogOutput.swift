import Flows
import Foundation
import JSON
import Logging

/// Where log lines go: one JSON object a line for machines, readable text for a terminal, both on standard error.
public struct LogOutput: LogHandler {
    public enum Format: String, Sendable, CaseIterable {
        case json, text
    }

    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level
    private let label: String
    private let format: Format

    public init(label: String, format: Format, level: Logger.Level) {
        self.label = label
        self.format = format
        logLevel = level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let line =
            switch format {
            case .json: jsonLine(event, fields)
            case .text: textLine(event, fields)
            }
        // One write for a line, so that lines of several threads do not run into each other.
        StandardStream.error(line + "\n")
    }

    private func jsonLine(_ event: LogEvent, _ fields: [(key: String, value: Logger.Metadata.Value)]) -> String {
        let line = ByteBuffer(capacity: 256)
        line.append("{\"time\":")
        line.writeString(Timestamp.text(milliseconds: Timestamp.now()))
        line.append(",\"level\":")
        line.writeString(event.level.rawValue)
        line.append(",\"logger\":")
        line.writeString(label)
        line.append(",\"message\":")
        line.writeString(event.message.description)
        for (name, value) in fields {
            line.append(",")
            line.writeString(name)
            line.append(":")
            line.writeString(value.description)
        }
        line.append("}")
        return line.text
    }

    private func textLine(_ event: LogEvent, _ fields: [(key: String, value: Logger.Metadata.Value)]) -> String {
        let time = Timestamp.text(milliseconds: Timestamp.now()).dropFirst(11)
        let details = fields.map { " \($0.key)=\($0.value)" }.joined()
        return "\(time) \(event.level.rawValue.uppercased()) \(event.message)\(details)"
    }
}

extension Logger {
    /// A logger that writes to standard error.
    public static func penstock(_ label: String = "penstock", format: LogOutput.Format, level: Logger.Level) -> Logger {
        Logger(label: label) { LogOutput(label: $0, format: format, level: level) }
    }
}
