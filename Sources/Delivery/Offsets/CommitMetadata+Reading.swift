extension CommitMetadata {
    /// What the metadata of a commit says, for those who look at a group from outside.
    public enum Reading: Equatable, Sendable {
        /// Settled ranges of offsets beyond the committed one: ascending, apart, not empty.
        case settledAhead([Range<Int64>])
        /// It is not used, and why.
        case ignored(Fault)

        /// How many offsets are settled ahead.
        public var count: Int64 {
            guard case .settledAhead(let ranges) = self else { return 0 }
            return ranges.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
        }

        /// Whether an offset beyond the committed one is settled.
        public func contains(_ offset: Int64) -> Bool {
            guard case .settledAhead(let ranges) = self else { return false }
            return ranges.contains { $0.contains(offset) }
        }
    }

    /// Reads what was committed with `offset`.
    public static func read(_ text: String, offset: Int64) -> Reading {
        switch decode(text, offset: offset) {
        case .settled(let ranges): .settledAhead(ranges)
        case .ignored(let fault): .ignored(fault)
        }
    }
}
