/// Text that must not be seen: it is never part of a description, a dump or a log.
public struct Secret: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// The secret itself. Whoever reads it must not print it.
    public let revealed: String

    public init(_ text: String) { revealed = text }
    public init(stringLiteral text: String) { revealed = text }

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
