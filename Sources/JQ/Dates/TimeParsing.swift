/// `strptime` in the C locale.
struct TimeParsing {
    private var time = CalendarTime()
    private let input: UnsafeRawBufferPointer
    private var position = 0
    private var hasWeekday = false
    private var hasDayOfYear = false
    private var hasMonth = false
    private var hasDay = false
    private var century: Int?
    private var isAfternoon: Bool?

    /// The time, and the bytes at which the format ends; `nil` if the text does not match.
    static func time(
        of text: UnsafeRawBufferPointer, format: UnsafeRawBufferPointer
    ) -> (time: CalendarTime, end: Int)? {
        var parsing = TimeParsing(input: text)
        guard parsing.run(format) else { return nil }
        return (parsing.finished(), parsing.position)
    }

    private init(input: UnsafeRawBufferPointer) {
        self.input = input
    }

    // MARK: Characters

    private var current: UInt8? { position < input.count ? input[position] : nil }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private mutating func skipSpace() {
        while let byte = current, Self.isSpace(byte) { position += 1 }
    }

    /// A number of at most so many digits within bounds, possibly behind white space.
    private mutating func number(_ digits: Int, in bounds: ClosedRange<Int>) -> Int? {
        skipSpace()
        var value = 0
        var count = 0
        while count < digits, let byte = current, byte &- UInt8(ascii: "0") < 10 {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            position += 1
            count += 1
        }
        return count > 0 && bounds.contains(value) ? value : nil
    }

    /// The position of a name, whole or its first three letters, in any case.
    private mutating func name(of names: [String]) -> Int? {
        for (index, name) in names.enumerated() {
            for candidate in [name, String(name.prefix(3))] where take(candidate) { return index }
        }
        return nil
    }

    private mutating func take(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard input.count - position >= bytes.count else { return false }
        for (offset, byte) in bytes.enumerated() where input[position + offset] | 0x20 != byte | 0x20 { return false }
        position += bytes.count
        return true
    }

    // MARK: Formats

    private mutating func run(_ format: StaticString) -> Bool {
        format.withUTF8Buffer { run(UnsafeRawBufferPointer($0)) }
    }

    private mutating func run(_ format: UnsafeRawBufferPointer) -> Bool {
        var rest = format[...]
        while let byte = rest.popFirst() {
            if Self.isSpace(byte) {
                skipSpace()
            } else if byte == UInt8(ascii: "%") {
                // Flags and locale modifiers change nothing in the C locale.
                while let flag = rest.first, Self.isModifier(flag) { rest.removeFirst() }
                guard let letter = rest.popFirst(), conversion(Character(UnicodeScalar(letter))) else { return false }
            } else {
                guard current == byte else { return false }
                position += 1
            }
        }
        return true
    }

    private static func isModifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "0"), UInt8(ascii: "^"), UInt8(ascii: "#"),
            UInt8(ascii: "E"), UInt8(ascii: "O"):
            true
        default: false
        }
    }

    private mutating func conversion(_ letter: Character) -> Bool {
        switch letter {
        case "a", "A":
            guard let index = name(of: CalendarTime.weekdays) else { return false }
            time.weekday = index
            hasWeekday = true
        case "b", "B", "h":
            guard let index = name(of: CalendarTime.months) else { return false }
            time.month = index
            hasMonth = true
        case "c": return run("%a %b %e %H:%M:%S %Y")
        case "C":
            guard let value = number(2, in: 0...99) else { return false }
            century = value
        case "d", "e":
            guard let value = number(2, in: 1...31) else { return false }
            time.day = value
            hasDay = true
        case "D", "x": return run("%m/%d/%y")
        case "F": return run("%Y-%m-%d")
        case "m":
            guard let value = number(2, in: 1...12) else { return false }
            time.month = value - 1
            hasMonth = true
        case "y":
            guard let value = number(2, in: 0...99) else { return false }
            time.year = value >= 69 ? 1900 + value : 2000 + value
        case "Y":
            guard let value = number(4, in: 0...9999) else { return false }
            time.year = value
            century = nil
        case "n", "t": skipSpace()
        case "%": return take("%")
        default: return dayOrTime(letter)
        }
        return true
    }

    private mutating func dayOrTime(_ letter: Character) -> Bool {
        switch letter {
        case "H", "k":
            guard let value = number(2, in: 0...23) else { return false }
            time.hour = value
            isAfternoon = nil
        case "I", "l":
            guard let value = number(2, in: 1...12) else { return false }
            time.hour = value % 12
            isAfternoon = isAfternoon ?? false
        case "j":
            guard let value = number(3, in: 1...366) else { return false }
            time.dayOfYear = value - 1
            hasDayOfYear = true
        case "M":
            guard let value = number(2, in: 0...59) else { return false }
            time.minute = value
        case "p", "P":
            skipSpace()
            if take("AM") { isAfternoon = false } else if take("PM") { isAfternoon = true } else { return false }
        case "r": return run("%I:%M:%S %p")
        case "R": return run("%H:%M")
        case "s": return secondsSince1970()
        case "S":
            guard let value = number(2, in: 0...61) else { return false }
            time.second = value
        case "T", "X": return run("%H:%M:%S")
        case "u":
            guard let value = number(1, in: 1...7) else { return false }
            time.weekday = value % 7
            hasWeekday = true
        case "w":
            guard let value = number(1, in: 0...6) else { return false }
            time.weekday = value
            hasWeekday = true
        case "U", "W", "V": return number(2, in: 0...53) != nil
        case "g": return number(2, in: 0...99) != nil
        case "G": return number(4, in: 0...9999) != nil
        case "z": return zone()
        case "Z":
            while let byte = current, !Self.isSpace(byte) { position += 1 }
        default: return false
        }
        return true
    }

    private mutating func secondsSince1970() -> Bool {
        let isNegative = current == UInt8(ascii: "-")
        if isNegative { position += 1 }
        guard let value = number(15, in: 0...999_999_999_999_999),
            let parsed = CalendarTime(secondsSince1970: Double(isNegative ? -value : value))
        else { return false }
        time = parsed
        (hasWeekday, hasDayOfYear, hasMonth, hasDay) = (true, true, true, true)
        return true
    }

    /// `Z`, `+hh`, `+hhmm` or `+hh:mm`. As in jq the offset is read and not applied.
    private mutating func zone() -> Bool {
        skipSpace()
        if take("Z") { return true }
        guard let sign = current, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        position += 1
        var digits = 0
        while digits < 4, let byte = current {
            if byte == UInt8(ascii: ":"), digits == 2 {
                position += 1
                continue
            }
            guard byte &- UInt8(ascii: "0") < 10 else { break }
            position += 1
            digits += 1
        }
        return digits == 2 || digits == 4
    }

    // MARK: What follows from what was read

    private func finished() -> CalendarTime {
        var time = time
        if let century { time.year = century * 100 + CalendarTime.modulo(time.year, 100) }
        if let isAfternoon, isAfternoon { time.hour = time.hour % 12 + 12 }
        if hasDayOfYear, !(hasMonth && hasDay) {
            var first = CalendarTime()
            (first.year, first.month, first.day) = (time.year, 0, time.dayOfYear + 1)
            let normalized = first.normalized
            if !hasMonth { time.month = normalized.month }
            if !hasDay { time.day = normalized.day }
        }
        if time.day > 0 {
            let days = CalendarTime.dayNumber(year: time.year, month: time.month, day: time.day)
            if !hasWeekday || hasMonth { time.weekday = CalendarTime.modulo(days + 4, 7) }
            time.dayOfYear = days - CalendarTime.dayNumber(year: time.year, month: 0, day: 1)
        }
        return time
    }
}
