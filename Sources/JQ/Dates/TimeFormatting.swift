/// `strftime` in the C locale and UTC, with glibc's flags and widths.
struct TimeFormatting {
    private let time: CalendarTime
    private var output = ""

    /// The text of a time; `time` must be normalized.
    static func text(_ time: CalendarTime, format: String) -> String {
        var formatting = TimeFormatting(time: time)
        formatting.run(format)
        return formatting.output
    }

    private init(time: CalendarTime) {
        self.time = time
    }

    /// What stands between `%` and the letter.
    private struct Modifiers {
        /// `_`, `-` or `0`.
        var padding: Character?
        var isUpper = false
        var isSwapped = false
        var width: Int?
    }

    private mutating func run(_ format: String) {
        var rest = Substring(format)
        while let character = rest.popFirst() {
            guard character == "%" else {
                output.append(character)
                continue
            }
            let start = rest
            var modifiers = Modifiers()
            flags: while let flag = rest.first {
                switch flag {
                case "_", "-", "0": modifiers.padding = flag
                case "^": modifiers.isUpper = true
                case "#": modifiers.isSwapped = true
                default: break flags
                }
                rest.removeFirst()
            }
            var width = 0
            while let digit = rest.first?.wholeNumberValue, width < 10_000 {
                width = width * 10 + digit
                rest.removeFirst()
                modifiers.width = min(width, 1024)
            }
            if let locale = rest.first, locale == "E" || locale == "O" { rest.removeFirst() }
            if let letter = rest.popFirst(), let text = conversion(letter, modifiers) {
                append(text, modifiers)
            } else {
                // What is unknown is copied, as glibc does.
                output.append("%")
                output.append(contentsOf: start.prefix(start.count - rest.count))
            }
        }
    }

    private mutating func append(_ text: String, _ modifiers: Modifiers) {
        var text = text
        if modifiers.isUpper { text = text.uppercased() }
        if let width = modifiers.width, text.count < width {
            let isNumber = text.allSatisfy(\.isNumber) && modifiers.padding != "_"
            let filler = modifiers.padding == "0" || isNumber ? "0" : " "
            text = String(repeating: filler, count: width - text.count) + text
        }
        output.append(text)
    }

    private func number(_ value: Int, _ digits: Int, _ modifiers: Modifiers, filler: Character = "0") -> String {
        let sign = value < 0 ? "-" : ""
        let text = String(value.magnitude)
        var filler = filler
        switch modifiers.padding {
        case "-": return sign + text
        case "_": filler = " "
        case "0": filler = "0"
        default: break
        }
        let padding = String(repeating: filler, count: max(0, digits - text.count - sign.count))
        return filler == "0" ? sign + padding + text : padding + sign + text
    }

    private func conversion(_ letter: Character, _ modifiers: Modifiers) -> String? {
        switch letter {
        case "a": return String(weekdayName.prefix(3))
        case "A": return weekdayName
        case "b", "h": return String(monthName.prefix(3))
        case "B": return monthName
        case "c": return sub("%a %b %e %H:%M:%S %Y")
        case "C": return number(CalendarTime.floorDivision(time.year, 100), 2, modifiers)
        case "d": return number(time.day, 2, modifiers)
        case "D", "x": return sub("%m/%d/%y")
        case "e": return number(time.day, 2, modifiers, filler: " ")
        case "F": return sub("%Y-%m-%d")
        case "g": return number(CalendarTime.modulo(time.isoWeek.year, 100), 2, modifiers)
        case "G": return String(time.isoWeek.year)
        case "H": return number(time.hour, 2, modifiers)
        case "I": return number(hourOfTwelve, 2, modifiers)
        case "j": return number(time.dayOfYear + 1, 3, modifiers)
        case "k": return number(time.hour, 2, modifiers, filler: " ")
        case "l": return number(hourOfTwelve, 2, modifiers, filler: " ")
        case "m": return number(time.month + 1, 2, modifiers)
        case "M": return number(time.minute, 2, modifiers)
        case "n": return "\n"
        case "p": return modifiers.isSwapped ? half.lowercased() : half
        case "P": return half.lowercased()
        case "r": return sub("%I:%M:%S %p")
        case "R": return sub("%H:%M")
        case "s": return String(time.wholeSecondsSince1970)
        case "S": return number(time.second, 2, modifiers)
        case "t": return "\t"
        case "T", "X": return sub("%H:%M:%S")
        case "u": return number(time.weekday == 0 ? 7 : time.weekday, 1, modifiers)
        case "U": return number((time.dayOfYear + 7 - time.weekday) / 7, 2, modifiers)
        case "V": return number(time.isoWeek.week, 2, modifiers)
        case "w": return number(time.weekday, 1, modifiers)
        case "W": return number((time.dayOfYear + 7 - (time.weekday + 6) % 7) / 7, 2, modifiers)
        case "y": return number(CalendarTime.modulo(time.year, 100), 2, modifiers)
        case "Y": return number(time.year, 1, modifiers)
        case "z": return "+0000"
        case "Z": return modifiers.isSwapped ? "utc" : "UTC"
        case "%": return "%"
        default: return nil
        }
    }

    private var weekdayName: String { CalendarTime.weekdays[time.weekday] }
    private var monthName: String { CalendarTime.months[time.month] }
    private var hourOfTwelve: Int { time.hour % 12 == 0 ? 12 : time.hour % 12 }
    private var half: String { time.hour < 12 ? "AM" : "PM" }

    private func sub(_ format: String) -> String { Self.text(time, format: format) }
}
