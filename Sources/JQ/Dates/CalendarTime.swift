/// A time in the proleptic Gregorian calendar, in UTC: what C calls a broken-down time.
struct CalendarTime {
    var year = 1900
    /// From 0.
    var month = 0
    /// From 1.
    var day = 0
    var hour = 0
    var minute = 0
    var second = 0
    /// Of a second, from 0 to less than 1.
    var fraction = 0.0
    /// From 0 for Sunday.
    var weekday = 0
    /// From 0.
    var dayOfYear = 0

    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// The largest distance from 1970 in seconds, some 30 million years: far inside of what 64 bits hold.
    static let secondLimit = 1e15

    init() {}

    /// The time so many seconds after 1970-01-01T00:00:00Z; `nil` beyond ``secondLimit``.
    init?(secondsSince1970 seconds: Double) {
        guard abs(seconds) <= Self.secondLimit else { return nil }
        let whole = seconds.rounded(.down)
        self.init(wholeSeconds: Int(whole))
        fraction = seconds - whole
    }

    private init(wholeSeconds seconds: Int) {
        let days = Self.floorDivision(seconds, 86_400)
        let rest = seconds - days * 86_400
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = Self.modulo(days + 4, 7)
        (year, month, day) = Self.date(ofDay: days)
        dayOfYear = days - Self.dayNumber(year: year, month: 0, day: 1)
    }

    /// Seconds since 1970-01-01T00:00:00Z. Fields beyond their range carry over, as in C.
    var wholeSecondsSince1970: Int {
        let years = Self.floorDivision(month, 12)
        let days = Self.dayNumber(year: year + years, month: month - years * 12, day: day)
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    /// The same time with all fields in their range, and weekday and day of the year right.
    var normalized: CalendarTime {
        var time = CalendarTime(wholeSeconds: wholeSecondsSince1970)
        time.fraction = fraction
        return time
    }

    // MARK: The calendar

    /// Days since 1970-01-01, by eras of 400 years that begin in March, so that leap days come last.
    static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let year = month < 2 ? year - 1 : year
        let era = floorDivision(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month < 2 ? month + 10 : month - 2) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(ofDay number: Int) -> (year: Int, month: Int, day: Int) {
        let days = number + 719_468
        let era = floorDivision(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 2 : shiftedMonth - 10
        let year = yearOfEra + era * 400 + (month < 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    static func floorDivision(_ a: Int, _ b: Int) -> Int {
        let quotient = a / b
        return a % b < 0 ? quotient - 1 : quotient
    }

    static func modulo(_ a: Int, _ b: Int) -> Int { a - floorDivision(a, b) * b }

    /// The year and the week of ISO 8601.
    var isoWeek: (year: Int, week: Int) {
        let mondayBased = (weekday + 6) % 7
        let week = (dayOfYear - mondayBased + 10) / 7
        if week < 1 { return (year - 1, Self.isoWeeks(in: year - 1)) }
        if week > Self.isoWeeks(in: year) { return (year + 1, 1) }
        return (year, week)
    }

    private static func isoWeeks(in year: Int) -> Int {
        func weekdayOfLastDay(_ year: Int) -> Int { modulo(dayNumber(year: year, month: 11, day: 31) + 4, 7) }
        return weekdayOfLastDay(year) == 4 || weekdayOfLastDay(year - 1) == 3 ? 53 : 52
    }
}
