/// Exponential back-off with full jitter: the n-th waiting time is drawn evenly from nought to
/// `min(maximum, initial × 2ⁿ⁻¹)`, so that many clients that failed together do not return together.
public struct BackOff: Sendable {
    public var initial: Duration
    public var maximum: Duration

    public init(initial: Duration = .milliseconds(200), maximum: Duration = .seconds(60)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The bound of the waiting time after `attempts` failures in a row (1 is the first), in nanoseconds.
    func ceiling(attempts: Int) -> Int64 {
        let first = max(1, initial.wholeNanoseconds)
        let limit = max(1, maximum.wholeNanoseconds)
        let doublings = min(max(0, attempts - 1), 62)
        // Multiplying would overflow; dividing the limit asks the same question.
        return first > limit >> Int64(doublings) ? limit : first << Int64(doublings)
    }

    /// A waiting time after `attempts` failures in a row, in nanoseconds.
    func delay(attempts: Int, using generator: inout SplitMix64) -> Int64 {
        Int64.random(in: 0...ceiling(attempts: attempts), using: &generator)
    }
}
