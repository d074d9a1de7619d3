import JSON

/// What facts leave of strings.
struct StringFacts {
    /// Characters (code points).
    private(set) var minLength = 0
    private(set) var maxLength = Int.max
    private(set) var patterns: Set<Name>
    private(set) var formats: [Format] = []

    init(_ conjunction: Conjunction, _ reasoner: Reasoner) {
        patterns = Set(conjunction.facts.patterns)
        for claim in conjunction.holding {
            let side = reasoner.sides[claim.side]
            guard let rule = side.stringRule(reasoner.node(claim)) else { continue }
            minLength = max(minLength, rule.minLength)
            maxLength = min(maxLength, rule.maxLength)
            if rule.pattern >= 0 { patterns.insert(side.patternText(rule.pattern)) }
            if let format = rule.format, !formats.contains(format) { formats.append(format) }
        }
        for format in formats {
            minLength = max(minLength, format.lengths.lowerBound)
            maxLength = min(maxLength, format.lengths.upperBound)
        }
    }

    /// Whether it is known that no string is left.
    var isEmpty: Bool { minLength > maxLength }

    /// Whether all strings of these facts have a format.
    func implies(_ format: Format) -> Bool {
        formats.contains { $0 == format || ($0 == .uri && format == .uriReference) }
    }
}

extension Format {
    /// How many characters strings of this format have, as far as that is fixed.
    var lengths: ClosedRange<Int> {
        switch self {
        case .uuid: 36...36
        case .date: 10...10
        case .time: 9...Int.max
        case .dateTime: 20...Int.max
        case .ipv4: 7...15
        case .ipv6: 2...45
        case .hostname: 1...253
        case .email: 3...Int.max
        case .duration: 3...Int.max
        case .uri: 2...Int.max
        case .uriReference, .jsonPointer, .regex: 0...Int.max
        }
    }
}
