import Delivery

/// What became of one dead letter that went through its flow again.
public struct RedriveResult: Sendable {
    public enum Outcome: Sendable {
        case applied
        /// No step applies to it any more, or a rule passes it over.
        case skipped
        /// It is at fault still, or anew.
        case failed(EventFault)
    }

    /// Its key's position in the plan.
    public let line: Int
    public let entry: DeadLetterBook.Entry
    public var outcome: Outcome
    /// What is known of the key now; `nil`: nothing.
    public var learned: RedriveKnowledge.Learned?
}

/// How a redrive goes.
public struct RedriveStatus: Sendable, Equatable {
    public var started = 0
    public var applied = 0
    public var skipped = 0
    public var failed = 0
    public var inFlight = 0
    /// Letters that wait for their next try, because a system is unwell.
    public var backingOff = 0
    /// Circuits that are not closed, by the systems' names.
    public var circuits: [String: CircuitState] = [:]
    /// What a system's last trouble was, by its name.
    public var trouble: [String: String] = [:]

    public init() {}

    /// Letters that are done.
    public var settled: Int { applied + skipped + failed }

    /// What holds the redrive up, on one line; `nil`: nothing.
    public var holdUp: String? {
        guard backingOff > 0 || !circuits.isEmpty else { return nil }
        let systems = Set(circuits.keys).union(trouble.keys).sorted().map { name in
            trouble[name].map { "\(name) \($0)" } ?? "\(name) is unwell"
        }
        return (["\(backingOff) waiting"] + systems).joined(separator: "; ")
    }
}
