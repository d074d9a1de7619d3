/// A point on the monotonic clock of the process that runs a `Core`.
///
/// Its zero is arbitrary; only differences mean something. The core never reads a clock: every call brings its instant.
public struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since the clock's arbitrary zero.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static let zero = Instant(nanoseconds: 0)

    /// Later than every deadline.
    public static let distantFuture = Instant(nanoseconds: .max)

    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `duration` later; sums beyond the clock's range stop at `distantFuture`.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        instant.advanced(byNanoseconds: duration.wholeNanoseconds)
    }

    /// The time from `earlier` to `later`.
    public static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds &- earlier.nanoseconds)
    }

    func advanced(byNanoseconds count: Int64) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(count)
        return overflow ? (count > 0 ? .distantFuture : Instant(nanoseconds: .min)) : Instant(nanoseconds: sum)
    }
}

extension Duration {
    /// Whole nanoseconds, cut towards zero; durations beyond 292 years stop at the largest value.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !carried else { return seconds > 0 ? .max : .min }
        return sum
    }
}
