/// A partition that has made no progress for a while, and what it waits for.
public struct Stall: Equatable, Sendable {
    /// What holds the partition, in the words of `reason`.
    public enum Cause: Equatable, Sendable {
        /// The event that holds the watermark waits for a system: for a slot, an answer, or its next try.
        case system(SystemID, Waiting)
        /// Its dead letter is not acknowledged (D10).
        case deadLetter
        /// Its receipt, or the mark of its parked key, is not acknowledged.
        case record
        /// Everything is settled, but no commit is confirmed.
        case commit
        /// It waits for nothing outside: for another event, or its turn. Something is wrong with the worker.
        case worker(EventState)

        /// One word, for a metric's label.
        public var reason: String {
            switch self {
            case .system(_, .slot): "slot"
            case .system(_, .answer): "answer"
            case .system(_, .nextTry): "backing_off"
            case .deadLetter: "dead_letter"
            case .record: "receipt"
            case .commit: "commit"
            case .worker: "worker"
            }
        }
    }

    /// What of a system is waited for.
    public enum Waiting: Equatable, Sendable {
        case slot, answer, nextTry
    }

    public var partition: PartitionID
    /// Since when nothing has moved.
    public var since: Instant
    /// The event that holds the watermark; where only the commit is missing, the offset to commit.
    public var offset: Int64
    /// Target faults, or failed dead letters, in a row.
    public var attempts: Int
    /// Nothing new starts in the partition until the watermark moves.
    public var isMetadataFull: Bool
    public var cause: Cause

    public init(
        partition: PartitionID, since: Instant, offset: Int64, attempts: Int, isMetadataFull: Bool, cause: Cause
    ) {
        self.partition = partition
        self.since = since
        self.offset = offset
        self.attempts = attempts
        self.isMetadataFull = isMetadataFull
        self.cause = cause
    }
}

extension Stall.Cause {
    /// What an event in this state waits for. A state that is not named here waits for the worker itself.
    init(_ wait: PartitionStatus.Wait) {
        switch (wait.state, wait.system) {
        case (.queued, let system?): self = .system(system, .slot)
        case (.calling, let system?), (.probing, let system?): self = .system(system, .answer)
        case (.backingOff, let system?): self = .system(system, .nextTry)
        case (.parking, _), (.parkBackingOff, _): self = .deadLetter
        case (.recording, _), (.recordBackingOff, _): self = .record
        default: self = .worker(wait.state)
        }
    }
}
