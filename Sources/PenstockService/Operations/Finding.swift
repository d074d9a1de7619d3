import Flows

/// Something that `penstock check` found, and where.
public struct Finding: Sendable, Hashable {
    public enum Severity: String, Sendable {
        /// What keeps the configuration from running, or running right.
        case error
        /// What runs and can hardly be meant.
        case warning
    }

    public var severity: Severity
    /// `nil` where it is about no single file.
    public var file: String?
    /// From 1; `nil` where the file as a whole is meant.
    public var line: Int?
    public var column: Int?
    /// One sentence without a full stop. The key in question may stand before it.
    public var message: String
    /// Lines of source with a caret, for people.
    public var excerpt: [String]
    /// The places in schemas that say so.
    public var schemas: [String]

    public init(
        _ severity: Severity, file: String? = nil, line: Int? = nil, column: Int? = nil, message: String,
        excerpt: [String] = [], schemas: [String] = []
    ) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.excerpt = excerpt
        self.schemas = schemas
    }

    /// A finding from the text that people see: `file:line:column: message`, perhaps with further lines.
    public init(_ severity: Severity, text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let parts = lines[0].split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        let excerpt = Array(lines.dropFirst())
        guard parts.count == 4, let line = Int(parts[1]), let column = Int(parts[2]) else {
            self.init(severity, message: lines[0], excerpt: excerpt)
            return
        }
        self.init(
            severity, file: String(parts[0]), line: line, column: column,
            message: String(parts[3].drop { $0 == " " }), excerpt: excerpt)
    }

    public init(_ severity: Severity, _ error: ConfigurationError) {
        self.init(
            severity, file: error.place.file, line: error.place.line, column: error.place.column,
            message: error.path.isEmpty ? error.message : "\(error.path): \(error.message)")
    }

    /// `file:line:column: warning: message`; an error is told without the word.
    public var text: String {
        var place = ""
        if let file { place += "\(file):" }
        if let line { place += "\(line):" }
        if let column { place += "\(column):" }
        if !place.isEmpty { place += " " }
        let word = severity == .warning ? "warning: " : ""
        let schemas = schemas.isEmpty ? "" : " (\(schemas.joined(separator: ", ")))"
        return (["\(place)\(word)\(message)\(schemas)"] + excerpt).joined(separator: "\n")
    }

    /// The finding on one line of JSON.
    var json: String {
        let object = JSONObject()
        object.add("severity", severity.rawValue)
        if let file { object.add("file", file) }
        if let line { object.add("line", line) }
        if let column { object.add("column", column) }
        object.add("message", message)
        if !schemas.isEmpty {
            let texts = schemas.map { schema in
                let object = JSONObject()
                object.add("location", schema)
                return object
            }
            object.add("schemas", texts)
        }
        return object.text
    }
}
