/// What a call with several events says: of each, and of its system's health.
struct BatchAnswer: Sendable {
    let count: Int
    private let whole: (outcome: Outcome, verdict: Verdict)?
    private let items: [(outcome: Outcome, verdict: Verdict)]

    init(_ outcome: BatchOutcome, count: Int, policy: RetryPolicy?) {
        self.count = count
        switch outcome {
        case .whole(let outcome):
            whole = (outcome, Verdict(outcome, policy: policy))
            items = []
        case .items(let outcomes):
            whole = nil
            items = (0..<count).map { position in
                // No word about an event is no answer to it (D4).
                let own = (position < outcomes.count ? outcomes[position] : nil) ?? .sentNoAnswer
                return (own, Verdict(own, policy: policy))
            }
        }
    }

    func outcome(of position: Int) -> Outcome { whole?.outcome ?? items[position].outcome }

    func verdict(of position: Int) -> Verdict { whole?.verdict ?? items[position].verdict }

    /// One call says one thing of its system. It is well if it dealt with any of the events; if every one of them met
    /// with a target fault, that is what the call met with.
    var health: (verdict: Verdict, outcome: Outcome) {
        if let whole { return (whole.verdict, whole.outcome) }
        let telling =
            items.first { $0.verdict == .success } ?? items.first { $0.verdict.isHealthy } ?? items.first
        return telling.map { ($0.verdict, $0.outcome) } ?? (.targetFault, .sentNoAnswer)
    }

    /// The events of a batch that failed as a whole, and perhaps because of one of them or because they were too many,
    /// are tried again in batches of this size at most. A system that had no room, refuses us or was not reached says
    /// nothing of the batch.
    var splitLimit: UInt16? {
        guard let whole, count > 1, whole.verdict != .success else { return nil }
        switch (whole.verdict, whole.outcome) {
        case (.eventFault, _), (.doubtful, _), (_, .sentNoAnswer): break
        case (.targetFault, .answered(let status, _)) where ![425, 429, 502, 503].contains(status): break
        default: return nil
        }
        return UInt16(clamping: count / 2)
    }

    /// The system is well: there is nothing to wait for.
    var isSplitAtOnce: Bool {
        guard let whole, count > 1, whole.verdict != .success else { return false }
        return whole.verdict.isHealthy
    }
}
