/// Where a range of a topic begins or ends, as an operator writes it.
public enum RangePoint: Equatable, Sendable {
    /// The oldest record that is kept.
    case beginning
    /// The end of what the topic holds when the command starts.
    case now
    /// The first record of this time or later, in milliseconds since 1970.
    case time(Int64)
    /// Offsets by partition; only these partitions are meant.
    case offsets([Int32: Int64])

    /// What may be written, for error messages.
    public static let forms =
        "beginning, now, a time such as 2026-11-27T09:00:00Z, how long ago such as 2h, "
        + "or PARTITION:OFFSET[,PARTITION:OFFSET…]"

    /// Reads `beginning`, `now` (or `end`), a time by RFC 3339, how long ago (`2h`, `-2h`), or `0:120,3:4711`.
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: `nil` for all else, and when a partition stands twice.
    public init?(_ text: String, now: Int64) {
        switch text {
        case "beginning", "earliest": self = .beginning
        case "now", "end", "latest": self = .now
        default:
            if let offsets = RangePoint.offsets(text) {
                self = .offsets(offsets)
            } else if let time = PointInTime.milliseconds(String(text.drop { $0 == "-" }), now: now) {
                self = .time(time)
            } else {
                return nil
            }
        }
    }

    private static func offsets(_ text: String) -> [Int32: Int64]? {
        var offsets: [Int32: Int64] = [:]
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let partition = Int32(parts[0]), partition >= 0, let offset = Int64(parts[1]),
                offset >= 0, offsets.updateValue(offset, forKey: partition) == nil
            else { return nil }
        }
        return offsets
    }

    /// Whether it needs a look-up by time.
    public var time: Int64? {
        if case .time(let time) = self { time } else { nil }
    }
}
