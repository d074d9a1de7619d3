/// A token bucket in the time of its calls: each start takes one token, and tokens come evenly.
///
/// The bucket is full at first. It can be given another rate while it runs, which is how the workers of a process share
/// one: tokens that no longer fit are gone, and room that is new is empty, so that moving a share from one worker to
/// another never lets more through than one bucket would.
struct TokenBucket: Sendable {
    private(set) var perSecond: Double
    private(set) var burst: Double
    private var tokens: Double
    private var filledTo: Instant?

    init(_ limit: RateLimit) {
        perSecond = limit.perSecond
        burst = limit.burst
        tokens = limit.burst
    }

    /// Whole tokens at the time of the last `advance`.
    var available: Int { Int(tokens + TokenBucket.tolerance) }

    /// When the next whole token is there; `nil` when there is one, or none will come.
    var nextToken: Instant? {
        guard available < 1, perSecond > 0, let filledTo else { return nil }
        let nanoseconds = ((1 - tokens) / perSecond * 1e9).rounded(.up)
        return filledTo.advanced(byNanoseconds: nanoseconds < 9e18 ? Int64(nanoseconds) : .max)
    }

    /// Time is brought forward first: what a full bucket could not hold until now must not come later.
    mutating func take(now: Instant) {
        advance(to: now)
        tokens -= 1
    }

    mutating func advance(to now: Instant) {
        let elapsed = filledTo.map { max(0, Double(now.nanoseconds &- $0.nanoseconds)) } ?? 0
        filledTo = max(filledTo ?? now, now)
        tokens = min(burst, tokens + elapsed * perSecond / 1e9)
    }

    /// From now on `perSecond` tokens come, and `burst` fit.
    mutating func change(perSecond: Double, burst: Double, now: Instant) {
        advance(to: now)
        self.perSecond = max(0, perSecond)
        // Less than one token would never let a call through.
        self.burst = perSecond > 0 ? max(1, burst) : 0
        tokens = min(tokens, self.burst)
    }

    /// Sums of fractions fall short of whole numbers.
    private static var tolerance: Double { 1e-9 }
}
