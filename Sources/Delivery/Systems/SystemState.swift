/// What the core knows of one system: its calls in flight, who waits for a slot, and whether it wants to be called.
struct SystemState: Sendable {
    var concurrency: ConcurrencyLimit
    /// `nil`: calls may start as often as they like.
    var bucket: TokenBucket?
    var circuit: CircuitBreaker
    /// Prepared events that wait for a slot, each list first come, first served. Those that met a fault before wait
    /// apart, so that the events of a few keys that the system refuses cannot use up its slots, or all its trials,
    /// while it would take the others (D2).
    var fresh = SlotList()
    var retries = SlotList()
    var queuedCount = 0
    /// The two lists take turns while both have somebody.
    private var isTurnOfRetries = false
    /// No call starts before this: the system's `Retry-After` (D5).
    private(set) var notBefore: Instant?
    /// For the share of limits that all workers of the process keep together.
    var use = SystemUse()
    private(set) var alarm: Alarm?
    private let retryAfterCeiling: Int64

    init(_ limits: SystemLimits) {
        concurrency = ConcurrencyLimit(limits.concurrency)
        bucket = limits.rate.map(TokenBucket.init)
        circuit = CircuitBreaker(limits.circuit)
        retryAfterCeiling = max(0, limits.retryAfterCeiling.wholeNanoseconds)
    }

    /// Calls that may start now.
    var startable: Int {
        notBefore == nil ? min(concurrency.free, circuit.allowance, bucket?.available ?? .max) : 0
    }

    /// A call starts. True when it is the trial of a half-open circuit.
    mutating func started(now: Instant) -> Bool {
        concurrency.take()
        bucket?.take(now: now)
        use.started(inFlight: concurrency.inFlight)
        return circuit.started()
    }

    /// Whether the next call should be of an event that has met no fault yet. A trial always should: what failed before
    /// may fail for reasons of its own.
    var wantsFresh: Bool {
        circuit.state == .halfOpen || !isTurnOfRetries
    }

    /// Who is next: from the list whose turn it is, or from the other if that is empty.
    var next: Slot {
        let isFresh = fresh.isEmpty ? false : (retries.isEmpty || wantsFresh)
        return isFresh ? fresh.first : retries.first
    }

    /// A call of one list starts; the other list has its turn.
    mutating func tookTurn(isRetry: Bool) {
        isTurnOfRetries = !isRetry
    }

    /// Calls may start as soon as there is a slot.
    var isAvailable: Bool {
        notBefore == nil && circuit.state == .closed
    }

    /// When `advance` has something to do.
    var nextDeadline: Instant? {
        guard let notBefore else { return earlier(circuit.openUntil, nextToken) }
        return min(notBefore, circuit.openUntil ?? .distantFuture)
    }

    /// When a call may start that only the rate holds back.
    private var nextToken: Instant? {
        circuit.allowance > 0 && concurrency.free > 0 ? bucket?.nextToken : nil
    }

    private func earlier(_ first: Instant?, _ second: Instant?) -> Instant? {
        guard let first, let second else { return first ?? second }
        return min(first, second)
    }

    /// Until when nothing starts.
    var blockedUntil: Instant? {
        guard let notBefore else { return circuit.openUntil }
        return max(notBefore, circuit.openUntil ?? notBefore)
    }

    /// Notes a `Retry-After`, in nanoseconds from now. A later one already noted stays. Returns what is granted.
    mutating func postpone(by nanoseconds: Int64, now: Instant) -> Int64 {
        let granted = min(max(0, nanoseconds), retryAfterCeiling)
        guard granted > 0 else { return 0 }
        let until = now.advanced(byNanoseconds: granted)
        holdBack(until: until)
        return granted
    }

    /// Nothing starts before `until`.
    mutating func holdBack(until: Instant) {
        notBefore = max(notBefore ?? until, until)
    }

    /// Time passes. True when the circuit's state changed.
    mutating func advance(to now: Instant) -> Bool {
        if let until = notBefore, until <= now { notBefore = nil }
        bucket?.advance(to: now)
        return circuit.advance(to: now)
    }

    /// Raises or clears the alarm. True when that is news.
    mutating func set(_ alarm: Alarm?) -> Bool {
        guard self.alarm != alarm else { return false }
        self.alarm = alarm
        return true
    }
}
