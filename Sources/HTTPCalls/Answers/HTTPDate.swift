/// Dates in header fields (RFC 9110, section 5.6.7), in all three notations that recipients must understand.
enum HTTPDate {
    /// Seconds since 1970, or `nil` when the text is no date.
    /// - Parameter yearNow: for the two-digit years of RFC 850, which mean the past if they are over 50 years ahead.
    static func parse(_ text: String, yearNow: () -> Int64) -> Int64? {
        let words = text.split { $0 == " " || $0 == "-" || $0 == "," }.map(String.init)
        switch words.count {
        case 6 where words[5] == "GMT":
            // Sun, 06 Nov 1994 08:49:37 GMT / Sunday, 06-Nov-94 08:49:37 GMT
            guard let written = number(words[3], 2...4) else { return nil }
            let year = words[3].utf8.count == 2 ? century(of: written, yearNow: yearNow()) : written
            return seconds(year: year, month: words[2], day: words[1], time: words[4])
        case 5:
            // Sun Nov  6 08:49:37 1994
            guard let year = number(words[4], 4...4) else { return nil }
            return seconds(year: year, month: words[1], day: words[2], time: words[3])
        default: return nil
        }
    }

    /// The year of a time, in UTC.
    static func year(of seconds: Int64) -> Int64 {
        // Exact within a day, which is more than two-digit years need.
        1970 + seconds / 31_556_952
    }

    private static func century(of year: Int64, yearNow: Int64) -> Int64 {
        let full = yearNow - yearNow % 100 + year
        return full > yearNow + 50 ? full - 100 : full
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func seconds(year: Int64, month: String, day: String, time: String) -> Int64? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard let month = months.firstIndex(of: month), let day = number(day, 1...2), (1...31).contains(day),
            clock.count == 3, let hour = number(clock[0], 2...2), let minute = number(clock[1], 2...2),
            let second = number(clock[2], 2...2), hour < 24, minute < 60, second <= 60
        else { return nil }
        return days(year: year, month: Int64(month) + 1, day: day) * 86400 + hour * 3600 + minute * 60 + second
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar. The year is counted from March, so that the leap day
    /// is its last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func number(_ text: some StringProtocol, _ digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
