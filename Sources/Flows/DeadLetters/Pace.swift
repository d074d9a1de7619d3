import Delivery

/// So many starts in a time, evenly: what `--rate 50/s` means.
public struct Pace: Sendable {
    /// Nanoseconds from one start to the next.
    let interval: Int64
    private var next = Instant.zero

    /// Reads `50/s`, `50` (a second), `10/m` or `3/h`; `nil` for all else, and for nothing or more than a million a
    /// second.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let units: [Substring: Double] = ["s": 1, "m": 60, "h": 3_600]
        guard (1...2).contains(parts.count), let count = Double(parts[0]), count > 0, count <= 1_000_000,
            let seconds = parts.count == 1 ? 1 : units[parts[1]]
        else { return nil }
        interval = Int64(min(seconds / count, 86_400 * 365) * 1_000_000_000)
    }

    /// Whether a start is due; then the next one is due an interval later. What was missed is not caught up.
    mutating func take(now: Instant) -> Bool {
        guard next <= now else { return false }
        // A little lateness is made up for, so that the loop's own times do not slow the pace; a long wait is not.
        next = max(next, Instant(nanoseconds: now.nanoseconds - interval)) + .nanoseconds(interval)
        return true
    }

    /// Whether a start is due now, which then counts as made; for loops that look at the clock themselves.
    public mutating func isDue() -> Bool { take(now: .now) }

    /// Whole seconds that so many starts take.
    public func duration(of count: Int) -> Int {
        Int((Double(interval) * Double(count) / 1_000_000_000).rounded(.up))
    }

    /// How long it is until the next start is due; zero when one is.
    public var timeUntilDue: Duration {
        .nanoseconds(max(0, next.nanoseconds - Instant.now.nanoseconds))
    }

    /// When the next start is due.
    var deadline: Instant { next }
}
