import Synchronization

/// The faults of a running system: set and cleared at any time, from any thread.
public final class FaultControl: Sendable {
    /// What the faults did so far.
    public struct Counters: Sendable, Equatable {
        /// Requests answered with a status instead of being handled, without those of rate limits.
        public var answered = 0
        /// Requests refused by a rate limit.
        public var limited = 0
        public var delayed = 0
        public var hung = 0
        public var droppedBeforeApplying = 0
        public var droppedAfterApplying = 0
        public var droppedMidAnswer = 0
    }

    private struct State {
        var plan: FaultPlan
        var counters = Counters()
    }

    private let state: Mutex<State>
    private let start = ContinuousClock.now

    /// - Parameter seed: of the generator behind all probabilities and latencies.
    public init(seed: UInt64 = 0) {
        state = Mutex(State(plan: FaultPlan(seed: seed)))
    }

    /// The rules in force, in their order; a rule whose time is over stays until it is replaced.
    public var rules: [FaultRule] { state.withLock { $0.plan.rules } }

    public var counters: Counters { state.withLock { $0.counters } }

    /// Puts these rules in force instead of all others. Their times count from now.
    public func replace(with rules: [FaultRule], seed: UInt64? = nil) {
        let now = elapsed
        state.withLock { state in
            if let seed { state.plan.reseed(seed) }
            state.plan.replace(with: rules, at: now)
        }
    }

    /// Adds a rule behind all others. Its times count from now.
    public func add(_ rule: FaultRule) {
        let now = elapsed
        state.withLock { $0.plan.add(rule, at: now) }
    }

    /// Ends all faults. Requests that hang go on hanging.
    public func clear() {
        replace(with: [])
    }

    func decide(_ call: FaultPlan.Call) -> FaultPlan.Decision {
        let now = elapsed
        return state.withLock { state in
            let decision = state.plan.decide(call, at: now)
            state.counters.count(decision)
            return decision
        }
    }

    private var elapsed: Duration { ContinuousClock.now - start }
}

extension FaultControl.Counters {
    fileprivate mutating func count(_ decision: FaultPlan.Decision) {
        if decision.delay > .zero { delayed += 1 }
        switch decision.verdict {
        case .proceed: break
        case .answer(_, _, let isLimit): if isLimit { limited += 1 } else { answered += 1 }
        case .hang: hung += 1
        case .drop(.beforeApplying): droppedBeforeApplying += 1
        case .drop(.afterApplying): droppedAfterApplying += 1
        case .drop(.midAnswer): droppedMidAnswer += 1
        }
    }
}
