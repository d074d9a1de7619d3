import Delivery

/// A system of the scenarios: so many calls are worked on at once, each for a while, and the others queue.
struct ScenarioServer {
    /// Calls worked on at once.
    var capacity: Int
    /// Time for which each is worked on.
    var serviceTime: Duration
    /// Each takes between `1 - spread` and `1 + spread` times that.
    var spread = 0.0
    /// Calls that may queue; more are refused.
    var queueBound = Int.max
    /// Refusals say how long to wait.
    var retryAfter: Duration?
    /// Nothing works.
    var isDown = false

    private var ends: [Instant] = []
    private var generator = SplitMix64(seed: 7)
    private(set) var mostInFlight = 0

    init(capacity: Int, serviceTime: Duration) {
        self.capacity = capacity
        self.serviceTime = serviceTime
    }

    /// When and how a call that arrives now is answered.
    mutating func take(now: Instant) -> (at: Instant, Outcome) {
        ends.removeAll { $0 <= now }
        if isDown { return (now + .milliseconds(5), .answered(status: 503, retryAfter: retryAfter)) }
        guard ends.count < capacity || ends.count - capacity < queueBound else {
            return (now + .milliseconds(2), .answered(status: 429, retryAfter: retryAfter))
        }
        // The call is begun when so many calls have ended that a place is free.
        ends.sort()
        let start = ends.count < capacity ? now : ends[ends.count - capacity]
        let factor = 1 + spread * Double.random(in: -1...1, using: &generator)
        let end = start + serviceTime * factor
        ends.append(end)
        mostInFlight = max(mostInFlight, ends.count)
        return (end, .answered(status: 200, retryAfter: nil))
    }
}
