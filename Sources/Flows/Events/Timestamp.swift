import Foundation

/// Points in wall time, as text by RFC 3339 in UTC with milliseconds.
public enum Timestamp {
    /// Milliseconds since 1970, now.
    public static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    public static func text(milliseconds: Int64) -> String {
        // Whole seconds only: a fraction of a second in binary falls short of its milliseconds, and is cut.
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        let isBefore = rest < 0
        let date = Date(timeIntervalSince1970: Double(isBefore ? seconds - 1 : seconds))
        let fraction = String(isBefore ? rest + 1_000 : rest)
        return date.formatted(.iso8601).dropLast() + "." + String(repeating: "0", count: 3 - fraction.count) + fraction
            + "Z"
    }

    /// Reads a time by RFC 3339, with or without a fraction of a second; `nil` for all else.
    public static func milliseconds(_ text: String) -> Int64? {
        let whole = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? fractional.parse(text)) ?? (try? whole.parse(text)) else { return nil }
        return Int64((date.timeIntervalSince1970 * 1_000).rounded())
    }
}
