/// A partition that the group may give to this worker. The shell chooses the numbers: small, dense, and always the
/// same one for the same topic and partition while the process runs.
public struct PartitionID: Hashable, Sendable {
    public var index: UInt32

    public init(_ index: UInt32) {
        self.index = index
    }
}

/// A system that steps call: the position of its `SystemLimits` in the configuration.
public struct SystemID: Hashable, Sendable {
    public var index: UInt16

    public init(_ index: UInt16) {
        self.index = index
    }
}

/// A buffered event.
///
/// `slot` is small and dense, so that it can index an array of the shell's own. Slots are used again; `generation`
/// tells one use from the next, which is what makes a result that arrives too late change nothing (D6).
public struct EventID: Hashable, Sendable {
    public var slot: UInt32
    public var generation: UInt32

    public init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// Both numbers in one word, for tags that travel through C libraries.
    public var rawValue: UInt64 {
        UInt64(generation) << 32 | UInt64(slot)
    }

    public init(rawValue: UInt64) {
        self.init(slot: UInt32(truncatingIfNeeded: rawValue), generation: UInt32(truncatingIfNeeded: rawValue >> 32))
    }
}

/// A request of the group to give partitions back. The shell chooses the numbers.
public struct RevocationID: Hashable, Sendable {
    public var number: UInt32

    public init(_ number: UInt32) {
        self.number = number
    }
}
