/// Why a schema was refused, and where.
public struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The URI, or the file's path, by which the schema was asked for.
    public let uri: String
    /// The place in it, as a JSON Pointer; empty for the schema as a whole.
    public let location: String
    /// What is wrong there.
    public let message: String

    public init(uri: String, location: String, message: String) {
        self.uri = uri
        self.location = location
        self.message = message
    }

    public var description: String {
        location.isEmpty ? "\(uri): \(message)" : "\(uri)#\(location): \(message)"
    }
}
