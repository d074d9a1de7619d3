/// Leaves a system alone that does not answer sensibly. See `CircuitState` for the transitions.
///
/// Faults in a row count only if they are of different events: a single event that always fails must not close a
/// healthy system to the others.
struct CircuitBreaker: Sendable {
    private let threshold: Int
    private let openTime: BackOff
    private(set) var state = CircuitState.closed
    /// When the open circuit lets a trial through.
    private(set) var openUntil: Instant?
    private var faults = 0
    private var lastFaulty: EventID?
    private var openings = 0
    private(set) var trialInFlight = false
    /// The circuit has opened again since the trial in flight began, because another call was refused.
    private var isTrialOutdated = false

    init(_ limits: CircuitLimits) {
        threshold = max(1, limits.failureThreshold)
        openTime = BackOff(initial: limits.openTime, maximum: limits.maximumOpenTime)
    }

    /// How many calls may start beside `inFlight` ones, as far as the circuit goes.
    var allowance: Int {
        switch state {
        case .closed: .max
        case .open: 0
        case .halfOpen: trialInFlight ? 0 : 1
        }
    }

    /// A call starts. True when it is the trial.
    mutating func started() -> Bool {
        guard state == .halfOpen else { return false }
        trialInFlight = true
        return true
    }

    /// A call was answered sensibly. True when the state changed.
    ///
    /// Only the trial closes an open circuit: calls from before it opened say nothing about now.
    mutating func succeeded(isTrial: Bool) -> Bool {
        let isTrial = ended(isTrial: isTrial)
        guard state != .open, state == .closed || isTrial else { return false }
        faults = 0
        lastFaulty = nil
        openings = 0
        guard state != .closed else { return false }
        state = .closed
        openUntil = nil
        return true
    }

    /// A call met a target fault. True when the state changed.
    mutating func failed(_ event: EventID, isTrial: Bool, isRefusal: Bool, now: Instant) -> Bool {
        let isTrial = ended(isTrial: isTrial)
        switch state {
        case .open:
            return false
        case .halfOpen:
            guard isTrial || isRefusal else { return false }
        case .closed:
            if lastFaulty != event {
                faults += 1
                lastFaulty = event
            }
            guard isRefusal || faults >= threshold else { return false }
        }
        open(now)
        return true
    }

    /// A call has ended. True when it was the trial and still says something about now.
    private mutating func ended(isTrial: Bool) -> Bool {
        guard isTrial else { return false }
        defer { isTrialOutdated = false }
        trialInFlight = false
        return !isTrialOutdated
    }

    /// Time passes. True when the state changed.
    mutating func advance(to now: Instant) -> Bool {
        guard state == .open, let until = openUntil, until <= now else { return false }
        state = .halfOpen
        openUntil = nil
        return true
    }

    private mutating func open(_ now: Instant) {
        openings += 1
        state = .open
        isTrialOutdated = trialInFlight
        openUntil = now.advanced(byNanoseconds: openTime.ceiling(attempts: openings))
        faults = 0
        lastFaulty = nil
    }
}
