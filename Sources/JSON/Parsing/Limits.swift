/// What a document may be at most. A document beyond a limit is refused; it costs no more than the limit.
public struct Limits: Sendable, Equatable {
    /// The most arrays and objects inside one another. The outermost container has depth 1.
    public var depth: Int
    /// The most bytes of a document. Values above 4,294,967,295 count as that.
    public var byteCount: Int

    public init(depth: Int = 512, byteCount: Int = 64 << 20) {
        self.depth = depth
        self.byteCount = byteCount
    }
}
