/// How a worker has used a system since it last said so.
struct SystemUse: Sendable {
    private(set) var calls = 0
    private(set) var peak = 0
    private var since: Instant?

    mutating func started(inFlight: Int) {
        calls += 1
        peak = max(peak, inFlight)
    }

    /// Calls in a second, and begins anew.
    mutating func take(now: Instant, inFlight: Int) -> (perSecond: Double, peak: Int) {
        let elapsed = since.map { Double(now.nanoseconds &- $0.nanoseconds) } ?? 0
        defer {
            calls = 0
            peak = inFlight
            since = now
        }
        return (elapsed > 0 ? Double(calls) * 1e9 / elapsed : 0, max(peak, inFlight))
    }
}
