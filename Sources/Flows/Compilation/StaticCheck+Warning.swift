/// Something in a flow that compiles and cannot be meant.
public struct FlowWarning: Sendable, Hashable, CustomStringConvertible {
    /// Where it stands. Lines and columns count from 1.
    public let place: SourcePlace
    /// What is wrong, without a full stop.
    public let message: String
    /// The places in schemas that say so: a path within the schema folder, and a JSON Pointer.
    public let schemas: [String]
    /// Whether it is wrong for certain. If not, it is something that is allowed and looks like a mistake.
    public let isCertain: Bool

    /// `file:line:column: message (schema#/pointer)`.
    public var description: String {
        "\(place): \(message)" + (schemas.isEmpty ? "" : " (\(schemas.joined(separator: ", ")))")
    }
}
