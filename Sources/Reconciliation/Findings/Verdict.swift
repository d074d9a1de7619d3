/// What a comparison found of one key.
public enum Verdict: String, Sendable, CaseIterable {
    /// The system holds what the topic says.
    case equal
    /// It holds something else, or something that should not be there any more.
    case different
    /// It holds nothing, and should.
    case missing
    /// It holds something that no event tells of.
    case unknown
    /// It cannot be told, for a reason.
    case notComparable = "not_comparable"
    /// Events of the key were under way, and it could not be read at rest.
    case inMotion = "in_motion"

    /// In words, for people.
    public var title: String {
        switch self {
        case .equal: "equal"
        case .different: "different"
        case .missing: "missing there"
        case .unknown: "unknown here"
        case .notComparable: "not comparable"
        case .inMotion: "in motion"
        }
    }
}
