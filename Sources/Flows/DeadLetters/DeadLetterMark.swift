import JSON

/// What became of one dead letter: a record `dead-letter:<partition>/<offset>` of the topic of redrives.
public struct DeadLetterMark: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// It went through the flow.
        case redriven
        /// An operator gave it up.
        case discarded
        /// It was redriven and failed again: it is parked still.
        case failed
    }

    public var state: State
    /// How often it was redriven.
    public var redrives: Int
    /// Milliseconds since 1970.
    public var time: Int64
    /// Why it failed, or why it was discarded.
    public var reason: String?
    /// The letter that is meant, in the dead-letter topic. An event that is parked anew later is another letter.
    public var letter: DeadLetter.Place?

    public init(state: State, redrives: Int, time: Int64, reason: String? = nil, letter: DeadLetter.Place? = nil) {
        self.state = state
        self.redrives = redrives
        self.time = time
        self.reason = reason
        self.letter = letter
    }

    /// Whether the mark speaks of this letter, and not of an earlier one of the same event.
    func concerns(_ other: DeadLetter) -> Bool {
        if let letter, letter.partition == other.position.partition { return other.position <= letter }
        return other.parkedAt <= time
    }
}

/// How far a key's parked events are done: a record `redriven:<order key>` of the topic of redrives.
///
/// All parked events of the key up to ``through`` are redriven or discarded. The worker that owns the partition takes
/// over what the redrive learned, since it alone writes the key's state.
public struct KeyRedriven: Sendable, Equatable {
    /// An offset of the source partition.
    public var through: Int64
    /// What is remembered of the key now, an object as JSON; `nil`: nothing new.
    public var references: String?
    /// The key's version that was applied last, as JSON.
    public var version: String?
    /// Receipts of the effects, each an object as JSON.
    public var receipts: [String]

    public init(through: Int64, references: String? = nil, version: String? = nil, receipts: [String] = []) {
        self.through = through
        self.references = references
        self.version = version
        self.receipts = receipts
    }
}
