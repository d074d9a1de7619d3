/// Durations as text: `500ms`, `10s`, `2m`, `1h30m`.
enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Numbers each with a unit, the larger units first; `nil` for all else, and beyond 10,000 hours.
    static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        var total: Int64 = 0
        var next = 0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let number = Int64(digits), number <= 36_000_000_000,
                let position = units.indices.first(where: { $0 >= next && units[$0].name == unit })
            else { return nil }
            total += number * units[position].milliseconds
            guard total <= 36_000_000_000 else { return nil }
            next = position + 1
        }
        return next == 0 ? nil : .milliseconds(total)
    }

    /// A duration of whole milliseconds in the largest unit that leaves no fraction.
    static func text(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let unit = units.first { milliseconds >= $0.milliseconds && milliseconds % $0.milliseconds == 0 }
        return "\(milliseconds / (unit?.milliseconds ?? 1))\(unit?.name ?? "ms")"
    }
}

/// Numbers of bytes as text: `16MiB`, `64kB`, `100B`.
enum ByteCount {
    private static let units: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000),
        ("B", 1),
    ]

    /// A number and a unit; `nil` for all else, and beyond a million GiB.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(digits.count)
        guard let number = Int(digits), number <= 1_000_000_000_000,
            let factor = units.first(where: { $0.name == unit })?.bytes
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow || bytes > 1 << 50 ? nil : bytes
    }

    /// A number of bytes in the largest binary unit that leaves no fraction.
    static func text(_ bytes: Int) -> String {
        let unit = units.first {
            $0.name != "GB" && $0.name != "MB" && $0.name != "kB" && bytes >= $0.bytes && bytes % $0.bytes == 0
        }
        return "\(bytes / (unit?.bytes ?? 1))\(unit?.name ?? "B")"
    }
}

/// Rates as text: `200/s`, `5000/m`, `10000/h`.
enum RateText {
    static let pattern = "[0-9]+/(s|m|h)"

    private static let units: [Substring: Double] = ["s": 1, "m": 60, "h": 3600]

    /// How often in a second; `nil` for all else, for 0, and beyond a million in a second.
    static func parse(_ text: String) -> Double? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy({ ("0"..."9").contains($0) }),
            let number = Int(parts[0]), let seconds = units[parts[1]]
        else { return nil }
        let rate = Double(number) / seconds
        return number > 0 && rate <= 1_000_000 ? rate : nil
    }
}
