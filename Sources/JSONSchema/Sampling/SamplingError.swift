/// Why no document of a schema was found.
public struct SamplingError: Error, Hashable, Sendable {
    /// The keyword that no value was found for; empty if it is not a single one.
    public let keyword: String
    /// Where it stands: the schema's URI or file, and a JSON Pointer into it as the fragment.
    public let location: String
    /// What was tried.
    public let message: String

    public init(keyword: String, location: String, message: String) {
        self.keyword = keyword
        self.location = location
        self.message = message
    }
}

extension SamplingError: CustomStringConvertible {
    public var description: String { "\(location): \(message)" }
}
