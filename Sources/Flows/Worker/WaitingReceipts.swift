import Delivery

/// Events whose receipts are to be written and wait for company, because each request to write records of a partition has
/// its price for the client and the broker.
///
/// They wait while the worker has other events to start, and not for long. When it has none, it may be a receipt that
/// holds up the next event of a key: then all are written at once.
struct WaitingReceipts {
    /// How long a receipt waits at most. A crash makes the calls of those that wait again, like those in flight (D4).
    static let patience = Duration.milliseconds(25)

    private var events: [EventID] = []
    private var since = Instant.zero

    /// When they are to be written at the latest; `nil`: none waits.
    var deadline: Instant? { events.isEmpty ? nil : since + WaitingReceipts.patience }

    mutating func add(_ event: EventID, now: Instant) {
        if events.isEmpty { since = now }
        events.append(event)
    }

    /// All that wait if it is time to write them; else none.
    ///
    /// - Parameter isIdle: no event could be started meanwhile.
    mutating func takeDue(isIdle: Bool, now: Instant) -> [EventID] {
        guard let deadline, isIdle || deadline <= now else { return [] }
        defer { events = [] }
        return events
    }
}
