/// One thing that is wrong in the configuration.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key in question, such as `flows.customers.steps[0].map`; empty for the file as a whole.
    public let path: String
    public let place: SourcePlace
    /// What is wrong and what to do. It never contains a value that was expanded or is secret.
    public let message: String

    public init(path: String, place: SourcePlace, message: String) {
        self.path = path
        self.place = place
        self.message = message
    }

    /// `file:line:column: path: message`.
    public var description: String {
        path.isEmpty ? "\(place): \(message)" : "\(place): \(path): \(message)"
    }
}

/// All that is wrong in the configuration, in the order of files and lines.
public struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not empty.
    public let errors: [ConfigurationError]

    /// One error a line.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
