/// What the checker knows of one worker process.
struct WorkerView {
    var isAlive = true
    var isShuttingDown = false
    var shutdownAt: Time = 0
    var lastPoll: Time?
    /// When it last went on after a stall.
    var resumedAt: Time = 0
    /// Number of the assignment of each partition held.
    var held: [Int: Int] = [:]
    var paused: Set<Int> = []
    /// Accepted and not released, by raw name.
    var live: [UInt64: LiveEvent] = [:]
    var slotsInUse: Set<UInt32> = []
    /// Calls, parks and records unanswered, by key.
    var busyKeys: [Int: Int] = [:]
    var systems: [SystemView]
    var revocations: [Int: Revocation] = [:]
    var bufferedBytes = 0
    var mustWarn: Int?

    struct Revocation {
        var partitions: [Int]
        var lost: Bool
        var at: Time
    }

    init(_ plan: Plan, started: Time) {
        systems = plan.systems.map { SystemView(tokens: ($0.rate?.burst ?? 0) * 1_000_000, tokensAt: started) }
        lastPoll = started
    }
}

struct SystemView {
    var inFlight = 0
    var postponedUntil: Time = 0
    var state = CircuitView.closed
    var openUntil: Time = 0
    var trials = 0
    var faultsInRow = 0
    var lastFaulty: UInt64?
    var mustOpen = false
    var hasAlarm = false
    /// What the last answer asks of the alarm; `nil`: nothing yet.
    var shouldAlarm: Bool?
    /// Calls that its rate would let start at once, in millionths, and when that was so.
    var tokens = 0
    var tokensAt: Time = 0

    /// Tokens come in the plan's rate: so many millionths in a microsecond as there are calls in a second.
    mutating func fill(_ system: PlannedSystem, _ now: Time) {
        guard let rate = system.rate else { return }
        tokens = min(rate.burst * 1_000_000, tokens + (now - tokensAt) * rate.perSecond)
        tokensAt = now
    }
}

/// An accepted event in the hands of a worker.
struct LiveEvent {
    var record: Int
    var assignment: Int
    var isStarted = false
    /// The step last prepared.
    var answer: PreparedAnswer?
    /// Result of the last call of the step at hand.
    var lastResult: CallResult?
    /// The system said that no call of the step at hand took effect, and none was sent since.
    var isMissed = false
    /// The status of the last probe of the step at hand, where it was the event's fault.
    var probeFault: Int?
    var succeeded: Set<Int> = []
    var doubtfulAnswers = 0
    var isCalling = false
    var isParking = false
    var isParkAcknowledged = false
    /// What is being recorded; `.some(nil)`: that its key has a parked event.
    var recording: Int??
    /// Steps whose receipts are acknowledged.
    var recorded: Set<Int> = []
    var isMarkAcknowledged = false
    /// From which step on it was last prepared.
    var askedStep = 0
    var parkTries = 0
    /// It failed, with this status of the system or for a fault of its own (`.some(nil)`), and is being undone.
    var failure: Int??
    /// When the last call or park ended.
    var idleSince: Time
    /// Failures in a row of the step at hand.
    var failures = 0
    var preparedBytes = 0
    /// Its last call was one with others, and failed because of one of them.
    var isSplit = false
    /// The most events that it may be sent with from now on, itself included.
    var batchLimit = Int.max
    /// It was taken back, and its last result does not count.
    var isUncounted = false
    /// When its last call ended.
    var calledAt: Time = 0
}

/// One worker's time with one partition.
struct AssignmentView {
    var worker: Int
    var partition: Int
    /// Records that the metadata of the position it began with says are settled.
    var known: Set<Int>
    /// Effects that the topic of receipts told of at the beginning, and those acknowledged since.
    var receipts: Set<Int>
    var settled: [Int] = []
    var settledSet: Set<Int> = []
    /// Accepted, by key, in order, settled ones included.
    var accepted: [Int: [Int]] = [:]
    /// How many of each key's accepted are settled.
    var settledOfKey: [Int: Int] = [:]
    var startOffset: Int64
    var startedAt: Time = 0
    /// The highest offset whose commit succeeded.
    var confirmed: Int64 = .min
    /// Position in the partition's records up to which commits have been checked.
    var checkedUpTo = 0
    var lastOffset: Int64 = .min
    var pendingCommit: Int?
    var isDraining = false
    var drainAt: Time = 0
    var isOver = false
    /// Number of settled events that the last commit asked for covers.
    var covered = 0
    var hasCommitTrouble = false
}

struct CommitView {
    var assignment: Int
    var offset: Int64
    /// How many of the assignment's settled events came before it.
    var settledCount: Int
    var at: Time
    var isAnswered = false
}
