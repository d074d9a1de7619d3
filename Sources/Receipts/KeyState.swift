/// What is known of an order key beyond its events: references into systems, the last version, and whether it is parked.
public struct KeyState: Equatable, Sendable {
    /// The remembered members of all receipts of the key, as a JSON object; `nil`: none.
    public var references: [UInt8]?
    /// The version of the last event that was applied (D13).
    public var version: EventVersion?
    /// Present while the key is parked (D9).
    public var parked: ParkedMark?
    /// What was known before the event that told the key something last, where it may have to be undone.
    public var before: KeyBefore?
    /// Behind what the state was written; `nil` in records of earlier versions.
    public var moment: KeyMoment?

    public init(
        references: [UInt8]? = nil, version: EventVersion? = nil, parked: ParkedMark? = nil, before: KeyBefore? = nil
    ) {
        self.before = before
        self.references = references
        self.version = version
        self.parked = parked
    }

    /// The state to be written behind `moment`, or behind what it was written already if that is later.
    public func written(at moment: KeyMoment) -> KeyState {
        var state = self
        state.moment = max(self.moment ?? moment, moment)
        return state
    }

    /// Whether a state that lies behind this one in the topic was written before it, by a worker that knew less.
    func isLater(than other: KeyState) -> Bool {
        guard let moment, let other = other.moment else { return false }
        return moment > other
    }

    /// Nothing is known: a tombstone says the same.
    public var isEmpty: Bool { references == nil && version == nil && parked == nil && before == nil }

    /// Takes in what a receipt tells of its key: its remembered members, of which the later win, and its version, if
    /// that is not older.
    public mutating func take(
        remembered: [UInt8]?, version newVersion: EventVersion?, merging merger: ReferenceMerger
    ) throws(ReferenceMerger.Failure) {
        if let remembered { references = try merger.merge(references, with: remembered) }
        guard let newVersion else { return }
        if let version, newVersion.isOlder(than: version) { return }
        version = newVersion
    }
}

/// The parked events of a key: from `first` on nothing of it is applied.
public struct ParkedMark: Equatable, Sendable {
    /// The source offset of the first parked event.
    public var first: Int64
    /// The source offset of the last parked event.
    public var last: Int64
    /// When the first was parked, in milliseconds since 1970.
    public var since: Int64

    public init(first: Int64, last: Int64, since: Int64) {
        self.first = first
        self.last = last
        self.since = since
    }
}
