/// What a group has committed for a partition, as a question that anybody may ask: is this offset settled?
public struct SettledPosition: Sendable, Equatable {
    /// Everything below is settled.
    public let watermark: Int64
    /// Settled beyond it: ascending, apart, not empty.
    public let ahead: [Range<Int64>]

    /// - Parameters:
    ///   - offset: the committed offset.
    ///   - metadata: what was committed with it; what cannot be read says nothing.
    public init(offset: Int64, metadata: String) {
        watermark = offset
        if case .settled(let ranges) = CommitMetadata.decode(metadata, offset: offset) {
            ahead = ranges
        } else {
            ahead = []
        }
    }

    /// Whether the event at this offset is settled.
    public func contains(_ offset: Int64) -> Bool {
        if offset < watermark { return true }
        var range = ahead[...]
        while let middle = range.indices.dropFirst(range.count / 2).first {
            if range[middle].contains(offset) { return true }
            range = offset < range[middle].lowerBound ? range[..<middle] : range[(middle + 1)...]
        }
        return false
    }
}
