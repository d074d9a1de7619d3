/// Texts of the formats that are asserted.
enum FormatText {
    static func make(_ format: Format, _ random: inout Randomness) -> String {
        switch format {
        case .dateTime: date(&random) + (random.happens(90) ? "T" : "t") + time(&random)
        case .date: date(&random)
        case .time: time(&random)
        case .duration: duration(&random)
        case .email: word(&random) + (random.happens(30) ? ".\(word(&random))" : "") + "@" + host(&random)
        case .hostname: host(&random)
        case .ipv4: ipv4(&random)
        case .ipv6: ipv6(&random)
        case .uri: uri(&random)
        case .uriReference: random.happens(50) ? uri(&random) : "/" + word(&random) + "?q=" + word(&random)
        case .uuid: uuid(&random)
        case .jsonPointer: (0..<random.below(4)).map { _ in "/" + token(&random) }.joined()
        case .regex: random.pick(["^[a-z]+$", "a|b", "[0-9]{3}", "\\d+(-\\d+)?", ""]) ?? ""
        }
    }

    private static func padded(_ number: Int, _ digits: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private static func date(_ random: inout Randomness) -> String {
        let month = random.within(1...12)
        let last = month == 2 ? 28 : [4, 6, 9, 11].contains(month) ? 30 : 31
        let day = random.happens(20) ? last : random.within(1...last)
        return "\(padded(random.within(1970...2099), 4))-\(padded(month))-\(padded(day))"
    }

    private static func time(_ random: inout Randomness) -> String {
        let zone = ["Z", "z", "+00:00", "-08:00", "+05:30", "+01:00"]
        let fraction = random.happens(40) ? ".\(padded(random.below(1000), 3))" : ""
        return "\(padded(random.below(24))):\(padded(random.below(60))):\(padded(random.below(60)))\(fraction)"
            + (random.pick(zone) ?? "Z")
    }

    private static func duration(_ random: inout Randomness) -> String {
        switch random.below(4) {
        case 0: "P\(random.below(50))W"
        case 1: "P\(random.below(10))Y\(random.below(12))M\(random.below(30))D"
        case 2: "PT\(random.below(24))H\(random.below(60))M\(random.below(60))S"
        default: "P\(random.below(9))DT\(random.below(24))H"
        }
    }

    private static func word(_ random: inout Randomness) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        return String((0..<random.within(1...8)).map { _ in random.pick(letters) ?? "a" })
    }

    private static func host(_ random: inout Randomness) -> String {
        (0..<random.within(0...2)).map { _ in word(&random) + "." }.joined() + "example"
    }

    private static func ipv4(_ random: inout Randomness) -> String {
        (0..<4).map { _ in String(random.pick([0, 1, 10, 127, 192, 255]) ?? 0) }.joined(separator: ".")
    }

    private static func ipv6(_ random: inout Randomness) -> String {
        let group = { (random: inout Randomness) in String(random.below(65_536), radix: 16) }
        switch random.below(4) {
        case 0: return "::1"
        case 1: return "::ffff:" + ipv4(&random)
        case 2: return "2001:db8::" + group(&random)
        default: return (0..<8).map { _ in group(&random) }.joined(separator: ":")
        }
    }

    private static func uri(_ random: inout Randomness) -> String {
        switch random.below(3) {
        case 0: "urn:example:" + word(&random)
        case 1: "https://\(host(&random))/\(word(&random))?\(word(&random))=\(random.below(100))#\(word(&random))"
        default: "http://\(host(&random)):\(random.within(1...65_535))/\(word(&random))"
        }
    }

    private static func uuid(_ random: inout Randomness) -> String {
        [8, 4, 4, 4, 12].map { count in
            String((0..<count).map { _ in random.pick(Array("0123456789abcdefABCDEF")) ?? "0" })
        }.joined(separator: "-")
    }

    private static func token(_ random: inout Randomness) -> String {
        random.pick(["0", "17", "~0", "~1", "ä", "", word(&random)]) ?? ""
    }
}
