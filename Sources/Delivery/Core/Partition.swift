/// What the core knows of one partition.
struct Partition: Sendable {
    /// `absent → active` (assigned), `active → draining` (revoked, shutdown), `draining → absent` (drained),
    /// `active, draining → absent` (lost).
    enum Phase: UInt8, Sendable {
        case absent
        case active
        case draining
    }

    var phase = Phase.absent
    var tracker = OffsetTracker()
    var commit = CommitSchedule(committed: nil)
    /// Events that are first of their key and have not started.
    var ready = SlotList()
    /// Events that have started and are not settled.
    var startedCount = 0
    var highestStarted = Int64.min
    var isMetadataFull = false
    /// With probes: where this assignment began, the position or else the first record fetched.
    var firstOffset: Int64?
    /// With probes: since when no call of a former assignment is known to be in flight.
    var quietSince = Instant.zero
    /// With probes: an event waits for a commit.
    var isWindowFull = false
    /// What the shell was last told about fetching; outlives the assignment, because it does so in some clients.
    var isPaused = false
    /// While draining: events that are waited for.
    var pendingCount = 0
    /// While draining: until when events are waited for.
    var drainDeadline = Instant.distantFuture
    /// While draining: until when the commit is waited for.
    var commitDeadline = Instant.distantFuture
}

/// The partitions that may have an event to start, in turns. Each is in it once at most.
struct PartitionRotation: Sendable {
    private var next: [Int32] = []
    private var isMember: [Bool] = []
    private var first = -1
    private var last = -1

    /// Makes room for one more partition at the end.
    mutating func addPartition() {
        next.append(-1)
        isMember.append(false)
    }

    mutating func append(_ partition: Int) {
        guard !isMember[partition] else { return }
        isMember[partition] = true
        next[partition] = -1
        if last < 0 {
            first = partition
        } else {
            next[last] = Int32(truncatingIfNeeded: partition)
        }
        last = partition
    }

    var isEmpty: Bool { first < 0 }

    mutating func popFirst() -> Int? {
        guard first >= 0 else { return nil }
        let partition = first
        first = Int(next[partition])
        if first < 0 { last = -1 }
        isMember[partition] = false
        return partition
    }
}
