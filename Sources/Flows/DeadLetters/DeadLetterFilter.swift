/// Which dead letters are meant. What is not given matches everything.
public struct DeadLetterFilter: Sendable {
    public var reason: String?
    public var step: String?
    /// The record's key as text.
    public var key: String?
    public var status: Int?
    /// Failed first at this time or later, in milliseconds since 1970.
    public var since: Int64?
    /// Failed first before this time.
    public var until: Int64?
    /// Only these; empty: all.
    public var places: Set<DeadLetter.Place>

    public init(
        reason: String? = nil, step: String? = nil, key: String? = nil, status: Int? = nil, since: Int64? = nil,
        until: Int64? = nil, places: Set<DeadLetter.Place> = []
    ) {
        self.reason = reason
        self.step = step
        self.key = key
        self.status = status
        self.since = since
        self.until = until
        self.places = places
    }

    public func matches(_ letter: DeadLetter) -> Bool {
        if let reason, letter.reason != reason { return false }
        if let step, letter.step != step { return false }
        if let key, letter.key.map({ $0.elementsEqual(key.utf8) }) != true { return false }
        if let status, letter.status != status { return false }
        if let since, letter.firstFailedAt < since { return false }
        if let until, letter.firstFailedAt >= until { return false }
        return places.isEmpty || places.contains(letter.place)
    }
}
