import JSON

extension Evaluator {
    static let isoFormat = name("%Y-%m-%dT%H:%M:%SZ")

    func calendarTime(_ value: Value, _ message: StaticString) throws(Raised) -> Value {
        guard let seconds = value.double else { throw fail("\(message)") }
        return try array(of: try time(ofSeconds: seconds))
    }

    private func time(ofSeconds seconds: Double) throws(Raised) -> CalendarTime {
        guard let time = CalendarTime(secondsSince1970: seconds) else {
            throw fail("error converting number of seconds since epoch to datetime")
        }
        return time
    }

    private func array(of time: CalendarTime) throws(Raised) -> Value {
        let cells = try allocate(Value.self, 8)
        let fields = (time.year, time.month, time.day, time.hour, time.minute, time.weekday, time.dayOfYear)
        cells[0] = .number(Double(fields.0))
        cells[1] = .number(Double(fields.1))
        cells[2] = .number(Double(fields.2))
        cells[3] = .number(Double(fields.3))
        cells[4] = .number(Double(fields.4))
        cells[5] = .number(Double(time.second) + time.fraction)
        cells[6] = .number(Double(fields.5))
        cells[7] = .number(Double(fields.6))
        return .array(UnsafeBufferPointer(start: cells, count: 8))
    }

    func time(from value: Value, _ message: String) throws(Raised) -> CalendarTime {
        var fields = (0, 0, 0, 0, 0, 0)
        func field(_ position: Int) throws(Raised) -> Int? {
            guard position < value.count else { return nil }
            guard let number = value.elements[position].double, !number.isNaN else { throw fail(message) }
            return Int(max(min(number, 2147483647), -2147483648))
        }
        fields.0 = try field(0) ?? 1900
        fields.1 = try field(1) ?? 0
        fields.2 = try field(2) ?? 0
        fields.3 = try field(3) ?? 0
        fields.4 = try field(4) ?? 0
        fields.5 = try field(5) ?? 0
        _ = try field(6)
        _ = try field(7)
        var time = CalendarTime()
        (time.year, time.month, time.day, time.hour, time.minute, time.second) = fields
        return time
    }

    func formatTime(_ value: Value, _ format: Value, _ name: StaticString) throws(Raised) -> Value {
        let time: CalendarTime
        switch value.kind {
        case .number:
            guard format.kind == .string else { throw fail("\(name) requires a string format") }
            time = try self.time(ofSeconds: value.double ?? 0)
        case .array:
            guard format.kind == .string else { throw fail("\(name) requires a string format") }
            time = try self.time(from: value, "\(name) requires parsed datetime inputs").normalized
        default:
            throw fail("\(name) requires parsed datetime inputs")
        }
        try spend(format.count / 8)
        if format.bytes.baseAddress == Evaluator.isoFormat.bytes.baseAddress { return try isoText(time) }
        if writePlain(time, format.bytes) { return try stringOfText() }
        return try string(TimeFormatting.text(time, format: format.string ?? ""))
    }

    /// Writes a time into ``text``, if its format has nothing but plain text and the usual digits of dates and times.
    private func writePlain(_ time: CalendarTime, _ format: UnsafeRawBufferPointer) -> Bool {
        guard (1000...9999).contains(time.year) else { return false }
        text.removeAll()
        var index = 0
        while index < format.count {
            let byte = format[index]
            index += 1
            if byte != UInt8(ascii: "%") {
                text.append(byte)
                continue
            }
            guard index < format.count, writeDigits(format[index], of: time) else { return false }
            index += 1
        }
        return true
    }

    private func writeDigits(_ letter: UInt8, of time: CalendarTime) -> Bool {
        switch letter {
        case UInt8(ascii: "Y"):
            appendTwo("", time.year / 100)
            appendTwo("", time.year % 100)
        case UInt8(ascii: "m"): appendTwo("", time.month + 1)
        case UInt8(ascii: "d"): appendTwo("", time.day)
        case UInt8(ascii: "H"): appendTwo("", time.hour)
        case UInt8(ascii: "M"): appendTwo("", time.minute)
        case UInt8(ascii: "S"): appendTwo("", time.second)
        case UInt8(ascii: "F"):
            _ = writeDigits(UInt8(ascii: "Y"), of: time)
            appendTwo("-", time.month + 1)
            appendTwo("-", time.day)
        case UInt8(ascii: "T"):
            appendTwo("", time.hour)
            appendTwo(":", time.minute)
            appendTwo(":", time.second)
        default: return false
        }
        return true
    }

    /// `%Y-%m-%dT%H:%M:%SZ` without detours.
    private func isoText(_ time: CalendarTime) throws(Raised) -> Value {
        guard (0...9999).contains(time.year) else {
            return try string(TimeFormatting.text(time, format: "%Y-%m-%dT%H:%M:%SZ"))
        }
        text.removeAll()
        if time.year >= 1000 { text.append(UInt8(ascii: "0") + UInt8(time.year / 1000)) }
        if time.year >= 100 { text.append(UInt8(ascii: "0") + UInt8(time.year / 100 % 10)) }
        if time.year >= 10 { text.append(UInt8(ascii: "0") + UInt8(time.year / 10 % 10)) }
        text.append(UInt8(ascii: "0") + UInt8(time.year % 10))
        appendTwo("-", time.month + 1)
        appendTwo("-", time.day)
        appendTwo("T", time.hour)
        appendTwo(":", time.minute)
        appendTwo(":", time.second)
        text.append("Z")
        return try stringOfText()
    }

    private func appendTwo(_ separator: StaticString, _ number: Int) {
        text.append(separator)
        text.append(UInt8(ascii: "0") + UInt8(number / 10))
        text.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    func parseTime(_ value: Value, _ format: Value) throws(Raised) -> Value {
        guard value.kind == .string, format.kind == .string else {
            throw fail("strptime/1 requires string inputs and arguments")
        }
        let (time, end) = try parsedTime(value, format)
        var result = try array(of: time)
        if end < value.count {
            let rest = UnsafeRawBufferPointer(rebasing: value.bytes[end...])
            result = try append(.string(rest, flags: value.flags), to: result)
        }
        return result
    }

    private func parsedTime(_ value: Value, _ format: Value) throws(Raised) -> (CalendarTime, end: Int) {
        try spend(1 + value.count / 64 + format.count / 8)
        guard let (time, end) = TimeParsing.time(of: value.bytes, format: format.bytes),
            end == value.count || value.bytes[end] == 0x20 || (0x09...0x0D).contains(value.bytes[end])
        else {
            throw fail("date \"\(value.string ?? "")\" does not match format \"\(format.string ?? "")\"")
        }
        return (time, end)
    }

    /// Without detours for what has exactly the form; all else goes the way of `strptime`.
    func secondsOfISODate(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .string else { throw fail("strptime/1 requires string inputs and arguments") }
        if let time = Evaluator.isoTime(value.bytes) { return .number(Double(time.wholeSecondsSince1970)) }
        return .number(Double(try parsedTime(value, Evaluator.isoFormat).0.wholeSecondsSince1970))
    }

    private static func isoTime(_ bytes: UnsafeRawBufferPointer) -> CalendarTime? {
        guard bytes.count == 20 else { return nil }
        func digit(_ index: Int) -> Int {
            let value = bytes[index] &- UInt8(ascii: "0")
            return value < 10 ? Int(value) : -10_000
        }
        func two(_ index: Int) -> Int { digit(index) * 10 + digit(index + 1) }
        var time = CalendarTime()
        time.year = two(0) * 100 + two(2)
        time.month = two(5) - 1
        time.day = two(8)
        time.hour = two(11)
        time.minute = two(14)
        time.second = two(17)
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "Z"),
            time.year >= 0, (0...11).contains(time.month), (1...31).contains(time.day),
            (0...23).contains(time.hour), (0...59).contains(time.minute), (0...61).contains(time.second)
        else { return nil }
        return time
    }
}
