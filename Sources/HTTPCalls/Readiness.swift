/// What ended a ``HTTPCaller/poll(timeoutMilliseconds:also:)`` beside the calls themselves.
public struct Readiness: Sendable, Hashable {
    static let limit = 64

    /// Whether ``Waker/wake()`` was called since the last poll.
    public internal(set) var isWoken = false
    private var bits: UInt64 = 0

    /// Nothing is readable.
    public init() {}

    /// Whether any descriptor is readable.
    public var isAnyReadable: Bool { bits != 0 }

    /// Whether the descriptor at this place of the array given to the poll is readable, or has failed.
    public func isReadable(at index: Int) -> Bool { bits & (1 << UInt64(index)) != 0 }

    mutating func insert(_ index: UInt8) { bits |= 1 << UInt64(index) }
}

/// A caller cannot be made: the machine gives no descriptors or memory, or libcurl does not start.
public struct CallerError: Error, Sendable, Hashable, CustomStringConvertible {
    public let reason: String
    public var description: String { "HTTP cannot be used: \(reason)" }
}
