/// How many calls at once a system bears, found out from how it answers.
///
/// Additive increase, multiplicative decrease, judged once in a window of calls, as in Vector's adaptive request
/// concurrency (`src/sinks/util/adaptive_concurrency/controller.rs`; RFC 1858 there), which takes it from TCP: one more
/// call while answers take no longer than they should, a tenth less when they take longer, and less at once when the
/// system refuses. Netflix's gradient (`concurrency-limits`, `Gradient2Limit`) reaches a new limit in fewer steps, but
/// multiplies its limit by the noise of the measurement, which for tens of slow calls, rather than thousands of quick
/// ones, is large. A step of one and a cut of a tenth bound the damage of a bad window.
///
/// Both compare with a moving average of the past. A system that is overloaded for good makes the average as slow as
/// itself, and then overload is the norm. So there are two departures:
///
/// - The norm (`baseline`) does not follow the answers. It is measured where few calls wait for one another: in the
///   first window, and in a *probe*, one window at half the limit every thirty seconds, as TCP's BBR does for the time
///   of an empty path.
/// - When halving the limit has not helped (Little's law: had our calls queued, half of them would wait half as
///   long), the slowness is not of our making. It becomes the norm, and the limit grows again.
///
/// Only calls that started after the last change count, for earlier ones tell of the limit before.
struct AdaptiveConcurrency: Sendable {
    private enum Mode: Sendable {
        /// Doubles with each window until the first sign of load.
        case starting
        case steady
        /// Measures at half the limit, then goes back to it.
        case probing(resume: Int)
    }

    private(set) var current: Int
    let ceiling: Int
    /// What a call takes when none waits for another, in nanoseconds.
    private(set) var baseline: Double?
    private var window = LatencyWindow()
    private var mode = Mode.starting
    /// Limit and time of answers when the limit began to fall.
    private var peak: (limit: Int, time: Double)?
    private var nextProbe: Instant?

    init(ceiling: Int) {
        self.ceiling = max(1, ceiling)
        current = min(self.ceiling, AdaptiveConcurrency.initial)
    }

    /// The limit, but for the moment of a probe.
    var limit: Int {
        if case .probing(let resume) = mode { resume } else { current }
    }

    /// A call started, and `inFlight` are in flight now.
    mutating func started(inFlight: Int) {
        if inFlight >= current { window.isFull = true }
    }

    /// A call that started at `start` did what it should.
    mutating func answered(start: Instant, now: Instant) {
        guard start >= window.start else { return }
        window.add(Double(now.nanoseconds &- start.nanoseconds))
        if window.count >= enough { judge(now) }
    }

    /// Answers that make a window. Of as many as the limit, the quick ones would come first and count for more. The
    /// first ones, of one call at a time, are not worth a long wait.
    private var enough: Int {
        if case .starting = mode { max(4, current) } else { max(12, current * 3 / 2) }
    }

    /// A call that started at `start` was refused for want of room, or not answered in time.
    mutating func refused(start: Instant, now: Instant) {
        guard start >= window.start else { return }
        cut(AdaptiveConcurrency.refusalFactor, now)
    }

    /// The share of a limit that several workers have found together.
    mutating func share(_ share: Int) {
        let share = min(ceiling, max(1, share))
        if case .probing = mode { mode = .probing(resume: share) } else { current = share }
    }

    // MARK: - The end of a window

    private mutating func judge(_ now: Instant) {
        let time = window.mean
        guard let baseline, nextProbe != nil else { return begin(time, now) }
        if case .probing(let resume) = mode {
            self.baseline = (baseline + time) / 2
            mode = .steady
            current = min(ceiling, resume)
            return open(now)
        }
        let noise = window.standardError
        if time < baseline * 0.9 - 3 * noise { self.baseline = time }
        if time > baseline * AdaptiveConcurrency.tolerance + 1.5 * noise {
            slow(time, now)
        } else if time <= baseline * AdaptiveConcurrency.normal + noise {
            peak = nil
            grow(now)
        } else {
            peak = nil
            mode = .steady
            open(now)
        }
    }

    private mutating func begin(_ time: Double, _ now: Instant) {
        baseline = time
        nextProbe = now.advanced(byNanoseconds: AdaptiveConcurrency.probeInterval)
        grow(now)
    }

    /// Only what was used may grow: of more, nothing is known.
    private mutating func grow(_ now: Instant) {
        if window.isFull {
            if let nextProbe, nextProbe <= now, current > 1 { return probe(now) }
            let isStarting = if case .starting = mode { true } else { false }
            current = min(ceiling, isStarting ? current * 2 : current + 1)
        }
        open(now)
    }

    private mutating func probe(_ now: Instant) {
        mode = .probing(resume: current)
        current = max(1, current / 2)
        nextProbe = now.advanced(byNanoseconds: AdaptiveConcurrency.probeInterval)
        open(now)
    }

    private mutating func slow(_ time: Double, _ now: Instant) {
        let first = peak ?? (current, time)
        peak = first
        guard current == 1 || current <= first.limit / 2 else { return cut(AdaptiveConcurrency.slownessFactor, now) }
        peak = nil
        if current == 1 || time >= first.time * AdaptiveConcurrency.unhelped {
            baseline = time
            open(now)
        } else {
            peak = (current, time)
            cut(AdaptiveConcurrency.slownessFactor, now)
        }
    }

    private mutating func cut(_ factor: Double, _ now: Instant) {
        current = max(1, Int(Double(limit) * factor))
        mode = .steady
        open(now)
    }

    private mutating func open(_ now: Instant) {
        window = LatencyWindow(start: now)
    }
}

extension AdaptiveConcurrency {
    /// One call waits for no other of ours.
    private static var initial: Int { 1 }
    private static var probeInterval: Int64 { 30_000_000_000 }
    /// Up to so many times the baseline the limit grows.
    private static var normal: Double { 1.15 }
    /// Beyond so many times the baseline it falls.
    private static var tolerance: Double { 1.3 }
    private static var slownessFactor: Double { 0.9 }
    private static var refusalFactor: Double { 0.75 }
    /// Answers that take this part of the time at half the limit do not wait for one another.
    private static var unhelped: Double { 0.75 }
}

/// How long the calls took that started and ended since `start`.
struct LatencyWindow: Sendable {
    var start = Instant(nanoseconds: .min)
    /// The limit was reached.
    var isFull = false
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0

    init(start: Instant = Instant(nanoseconds: .min)) {
        self.start = start
    }

    /// By Welford's method.
    mutating func add(_ time: Double) {
        count += 1
        let difference = time - mean
        mean += difference / Double(count)
        squares += difference * (time - mean)
    }

    /// How far the mean of so many calls strays by chance.
    var standardError: Double {
        count < 2 ? 0 : (squares / Double(count - 1) / Double(count)).squareRoot()
    }
}
