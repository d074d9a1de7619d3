import CLibrdkafka

/// The dense number of a partition within one consumer; stays the same as long as the consumer lives.
public struct PartitionIndex: Hashable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }
}

/// What the consumer knows of every partition that it was ever given.
struct PartitionTable {
    struct Entry {
        let partition: TopicPartition
        /// The partition's own queue while it is assigned.
        var queue: OpaquePointer?
        var isPaused = false
        /// The queue was not seen empty since it could last have been filled.
        var mayHoldRecords = false
        /// Bytes taken since the fetching threads were last told that there is room again.
        var bytesTaken = 0
    }

    private(set) var indexes: [TopicPartition: Int] = [:]
    var entries: [Entry] = []
    /// The indexes of the assigned partitions, in the order of their assignment.
    var assigned: [Int] = []

    mutating func index(adding partition: TopicPartition) -> Int {
        if let index = indexes[partition] { return index }
        let index = entries.count
        entries.append(Entry(partition: partition))
        indexes[partition] = index
        return index
    }
}
