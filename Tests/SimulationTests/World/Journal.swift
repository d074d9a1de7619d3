/// Virtual time, in microseconds since the start of the simulation.
typealias Time = Int

/// What the simulated network told a worker about a call.
enum CallResult: Equatable {
    case notSent
    case noAnswer
    case status(Int, retryAfter: Time?)
}

/// What the simulated shell made of the answer to a probe.
enum ProbeResult: Equatable {
    case hit
    case miss
    case failed(CallResult)
}

/// How the simulated shell answered a request to prepare.
enum PreparedAnswer: Equatable {
    case call(system: Int, step: Int)
    case done
    case fault
    case skip
    /// Of a key that has parked events: joins them.
    case behindParked
    /// One of the parked events of its key: nothing is left to do.
    case alreadyParked
    /// Older than what was applied of its key.
    case stale
    /// Failed in an earlier life.
    case failed(status: Int?)
}

enum Settled: Equatable {
    case applied, skipped, parked
}

enum CircuitView: Equatable {
    case closed, open, halfOpen
}

/// What happened, in the order in which it did. The checker sees this and the plan, and nothing else.
///
/// `worker` is a process (a restart is a new one), `record` an index into the plan's records, `event` the raw name that
/// the core gave to a buffered event, `call` and `commit` are running numbers.
enum Happening {
    case produced(record: Int)
    case started(worker: Int)
    case crashed(worker: Int)
    case stalled(worker: Int)
    case polled(worker: Int)
    case turnEnded(worker: Int, nextDeadline: Time?)
    case shutdownAsked(worker: Int)
    case drained(worker: Int)

    /// `mustWarn`: the metadata is there and cannot be good.
    case assigned(worker: Int, partition: Int, commit: Int?, tampered: Bool, mustWarn: Bool)
    case metadataIgnored(worker: Int, partition: Int)
    case revokeAsked(worker: Int, request: Int, partitions: [Int], lost: Bool)
    case revokeAcknowledged(worker: Int, request: Int)

    case fetched(worker: Int, record: Int, event: UInt64?)
    case prepareAsked(worker: Int, event: UInt64, step: Int)
    case prepared(worker: Int, event: UInt64, answer: PreparedAnswer)
    case takenBack(worker: Int, event: UInt64)
    case callStarted(worker: Int, event: UInt64, call: Int)
    case callEnded(worker: Int, event: UInt64, call: Int, result: CallResult)
    case batchStarted(worker: Int, events: [UInt64], call: Int)
    case batchEnded(worker: Int, events: [UInt64], call: Int, result: BatchResult)
    case probeStarted(worker: Int, event: UInt64, call: Int)
    case probeEnded(worker: Int, event: UInt64, call: Int, result: ProbeResult)
    case effect(system: Int, record: Int, step: Int, isFirst: Bool)
    case compensationAsked(worker: Int, event: UInt64, status: Int?)
    case parkAsked(worker: Int, event: UInt64, status: Int?, isCompensation: Bool)
    case parkEnded(worker: Int, event: UInt64, succeeded: Bool)
    case deadLetter(record: Int)
    /// `step`: whose receipt is to be written; `nil`: that the key has a parked event.
    case recordAsked(worker: Int, event: UInt64, step: Int?)
    case recordEnded(worker: Int, event: UInt64, succeeded: Bool)
    /// The topic of receipts holds it from now on.
    case receipt(record: Int, step: Int)
    case mark(record: Int)
    case released(worker: Int, event: UInt64, settled: Settled?)

    case commitAsked(worker: Int, partition: Int, offset: Int64, metadataLength: Int, commit: Int)
    case commitAccepted(commit: Int)
    case commitEnded(worker: Int, commit: Int, succeeded: Bool)

    case paused(worker: Int, partition: Int)
    case resumed(worker: Int, partition: Int)
    case circuit(worker: Int, system: Int, CircuitView)
    case alarm(worker: Int, system: Int, isRaised: Bool)
    /// The simulation ended: who lives, and what the broker holds as committed.
    case ended(alive: [Int], committed: [Int64?])
    /// A rule of the interface itself was broken, as seen by the shell.
    case misuse(String)
}

struct Entry {
    var time: Time
    var what: Happening
}
