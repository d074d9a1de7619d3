/// A step whose events are sent several in one call, to a bulk endpoint.
///
/// A batch takes one slot of its system and one token of its rate. It is closed when it is full, and sent when it is
/// closed or its first event has waited for `linger`, as soon as the system has a slot; until then it takes more.
public struct BatchPolicy: Equatable, Sendable {
    /// Events in one call; at least 1.
    public var items: Int
    /// Bytes of prepared requests in one call. An event that has more alone is sent alone.
    public var bytes: Int
    /// How long the first event of a batch waits for others; zero takes what is there.
    public var linger: Duration
    /// Whether one call may carry several events of a key, in their order (`Core+Following.swift`). Only for a system that
    /// makes the effects of a call in the order of its events, and none of a key behind one of that key that it did not make;
    /// and only where the step is the flow's only one, and nothing of an event's request depends on how an earlier event
    /// of its key ended.
    public var takesSameKey: Bool

    public init(items: Int, bytes: Int = 1 << 20, linger: Duration = .zero, takesSameKey: Bool = false) {
        self.items = items
        self.bytes = bytes
        self.linger = linger
        self.takesSameKey = takesSameKey
    }
}

/// A call with several events. Names are used again; `generation` tells one use from the next (D6).
public struct BatchID: Hashable, Sendable {
    public var index: UInt32
    public var generation: UInt32

    public init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }
}

/// What became of a call with several events.
public enum BatchOutcome: Equatable, Sendable {
    /// One outcome for all: the call failed as a whole, or the system answers for all at once.
    case whole(Outcome)
    /// An outcome for each event, in the order of the call; `nil`, or none at the end: the system answered and said
    /// nothing of this one.
    case items([Outcome?])
}
