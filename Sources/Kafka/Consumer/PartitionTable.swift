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
        /// Which records were handed over since the assignment.
        var progress = ReadProgress()
        /// Bytes taken since the fetching threads were last told that there is room again.
        var bytesTaken = 0
    }

    private(set) var indexes: [TopicPartition: Int] = [:]
    var entries: [Entry] = []
    /// The indexes of the assigned partitions, in the order of their assignment.
    var assigned: [Int] = []

    /// Before every answer to a rebalance after which partitions are kept.
    mutating func expectRepeats() {
        for index in assigned { entries[index].progress.expectRepeats() }
    }

    mutating func index(adding partition: TopicPartition) -> Int {
        if let index = indexes[partition] { return index }
        let index = entries.count
        entries.append(Entry(partition: partition))
        indexes[partition] = index
        return index
    }
}

/// How far a partition was handed over within one assignment, so that nothing is handed over twice.
///
/// librdkafka pauses everything while a rebalance waits for its answer, and resumes where it believes the application
/// to be. It may be one batch behind, and before 2.4 it could go back to the start of the assignment. What is read a
/// second time is held back, but only until the partition has caught up: one whose offsets begin anew, as of a topic
/// that was created again, must not be held back for ever.
struct ReadProgress {
    private var next: Int64 = .min
    private var firstWanted: Int64 = .min

    mutating func expectRepeats() { firstWanted = next }

    /// Whether the record at this offset is to be handed over; if so, counts it as handed over.
    mutating func takes(_ offset: Int64) -> Bool {
        guard offset >= firstWanted else { return false }
        firstWanted = .min
        next = offset + 1
        return true
    }
}
