/// A point in time as an operator writes it.
public enum PointInTime {
    /// - Parameters:
    ///   - text: by RFC 3339, such as `2026-11-27T09:00:00Z`, or how long ago, such as `90m`.
    ///   - now: milliseconds since 1970.
    /// - Returns: milliseconds since 1970; `nil` for all else.
    public static func milliseconds(_ text: String, now: Int64) -> Int64? {
        if let ago = DurationText.parse(text) { return now - Int64(ago / .milliseconds(1)) }
        return Timestamp.milliseconds(text)
    }
}
