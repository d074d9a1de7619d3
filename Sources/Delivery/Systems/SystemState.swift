/// What the core knows of one system: its calls in flight, who waits for a slot, and whether it wants to be called.
struct SystemState: Sendable {
    var concurrency: ConcurrencyLimit
    var circuit: CircuitBreaker
    /// Prepared events that wait for a slot, first come, first served.
    var queue = SlotList()
    var queuedCount = 0
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
