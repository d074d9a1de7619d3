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
        /// The offset after the last record handed over, since the assignment.
        var next: Int64 = .min
        /// Records before this one were handed over already; `Int64.min` when nothing is to be held back.
        var firstWanted: Int64 = .min
        /// Bytes taken since the fetching threads were last told that there is room again.
        var bytesTaken = 0
    }

    private(set) var indexes: [TopicPartition: Int] = [:]
    var entries: [Entry] = []
    /// The indexes of the assigned partitions, in the order of their assignment.
    var assigned: [Int] = []

    /// librdkafka pauses everything while a rebalance waits for its answer, and resumes where it believes the
    /// application to be. It may be one batch behind, and before 2.4 it could go back to the start of the assignment.
    /// What is read a second time is not handed over a second time. (Only until the partition has caught up, so that
    /// one whose offsets begin anew, as of a topic created again, is not held back for ever.)
    mutating func expectRepeats() {
        for index in assigned { entries[index].firstWanted = entries[index].next }
    }

    mutating func index(adding partition: TopicPartition) -> Int {
        if let index = indexes[partition] { return index }
        let index = entries.count
        entries.append(Entry(partition: partition))
        indexes[partition] = index
        return index
    }
}
