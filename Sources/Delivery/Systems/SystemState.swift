/// What the core knows of one system: its calls in flight, who waits for a slot, and whether it wants to be called.
struct SystemState: Sendable {
    var concurrency: ConcurrencyLimit
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
    private(set) var alarm: Alarm?
    private let retryAfterCeiling: Int64

    init(_ limits: SystemLimits) {
        concurrency = ConcurrencyLimit(limits.concurrency)
        circuit = CircuitBreaker(limits.circuit)
        retryAfterCeiling = max(0, limits.retryAfterCeiling.wholeNanoseconds)
    }

    /// Calls that may start now.
    var startable: Int {
        notBefore == nil ? min(concurrency.free, circuit.allowance) : 0
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
        guard let notBefore else { return circuit.openUntil }
        return min(notBefore, circuit.openUntil ?? .distantFuture)
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
        notBefore = max(notBefore ?? until, until)
        return granted
    }

    /// Time passes. True when the circuit's state changed.
    mutating func advance(to now: Instant) -> Bool {
        if let until = notBefore, until <= now { notBefore = nil }
        return circuit.advance(to: now)
    }

    /// Raises or clears the alarm. True when that is news.
    mutating func set(_ alarm: Alarm?) -> Bool {
        guard self.alarm != alarm else { return false }
        self.alarm = alarm
        return true
    }
}
