/// Dates and times of RFC 3339, and durations of its appendix A.
enum DateTimeFormats {
    static func isDateTime(_ reader: inout ByteReader) -> Bool {
        date(&reader) && reader.takeLetter("t") && time(&reader) && reader.isAtEnd
    }

    /// `2024-02-29`, of the proleptic Gregorian calendar.
    static func date(_ reader: inout ByteReader) -> Bool {
        guard let year = reader.takeNumber(digits: 4), reader.take("-"),
            let month = reader.takeNumber(digits: 2), reader.take("-"),
            let day = reader.takeNumber(digits: 2)
        else { return false }
        return day >= 1 && day <= dayCount(month: month, year: year)
    }

    private static func dayCount(month: Int, year: Int) -> Int {
        switch month {
        case 1, 3, 5, 7, 8, 10, 12: 31
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 0
        }
    }

    /// `23:20:50.52Z` or with an offset. A leap second is the last of a day in UTC.
    static func time(_ reader: inout ByteReader) -> Bool {
        guard let hour = reader.takeNumber(digits: 2), hour < 24, reader.take(":"),
            let minute = reader.takeNumber(digits: 2), minute < 60, reader.take(":"),
            let second = reader.takeNumber(digits: 2), second <= 60
        else { return false }
        if reader.take("."), reader.takeDigits() == 0 { return false }
        guard let offset = offset(&reader) else { return false }
        guard second == 60 else { return true }
        let minutesOfDay = 24 * 60
        return (hour * 60 + minute - offset + minutesOfDay) % minutesOfDay == minutesOfDay - 1
    }

    /// The minutes by which local time is ahead of UTC.
    private static func offset(_ reader: inout ByteReader) -> Int? {
        if reader.takeLetter("z") { return 0 }
        let isAhead = reader.take("+")
        guard isAhead || reader.take("-"),
            let hours = reader.takeNumber(digits: 2), hours < 24, reader.take(":"),
            let minutes = reader.takeNumber(digits: 2), minutes < 60
        else { return nil }
        return isAhead ? hours * 60 + minutes : -(hours * 60 + minutes)
    }

    /// `P1Y2M3DT4H5M6S` without gaps between units, or weeks alone.
    static func isDuration(_ reader: inout ByteReader) -> Bool {
        guard reader.take("P") else { return false }
        if !reader.take("T") {
            guard reader.takeDigits() > 0 else { return false }
            if reader.take("W") { return reader.isAtEnd }
            guard units(&reader, ("Y", "M", "D")) else { return false }
            if reader.isAtEnd { return true }
            guard reader.take("T") else { return false }
        }
        return reader.takeDigits() > 0 && units(&reader, ("H", "M", "S")) && reader.isAtEnd
    }

    /// The rest of a run of numbers with units, each unit followed at once by the next smaller one; the first number
    /// has been read.
    private static func units(
        _ reader: inout ByteReader, _ units: (Unicode.Scalar, Unicode.Scalar, Unicode.Scalar)
    ) -> Bool {
        if reader.take(units.0) {
            if reader.takeDigits() == 0 { return true }
            if !reader.take(units.1) { return false }
            return reader.takeDigits() == 0 || reader.take(units.2)
        }
        if reader.take(units.1) { return reader.takeDigits() == 0 || reader.take(units.2) }
        return reader.take(units.2)
    }
}
