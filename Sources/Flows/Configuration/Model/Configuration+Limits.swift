import Delivery
import Yams

extension ConcurrencyPolicy {
    /// The ceiling where none is given.
    fileprivate struct Adaptive: Sendable {
        var max = 200

        static let section = Section("A limit that is found out.", Self()) { adaptive in
            [
                .key(
                    "max", \.max, .integer(1...10_000),
                    "The most calls in flight at once, for all workers of a process together.", example: "50",
                    in: adaptive)
            ]
        }
    }
}

extension ValueType where Value == ConcurrencyPolicy {
    private static var range: ClosedRange<Int> { 1...10_000 }

    /// A number, or `adaptive` alone or with its bounds.
    static var concurrency: ValueType {
        let number = ValueType<Int>.integer(range)
        let word = ValueType.oneOf(
            "adaptive", .adaptive(ceiling: ConcurrencyPolicy.Adaptive().max),
            [Alternative("adaptive", ConcurrencyPolicy.Adaptive.section) { .adaptive(ceiling: $0.max) }])
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound), or ‘adaptive’"
        return ValueType(
            name: "\(number.name), or adaptive",
            schema: .object([.init("anyOf", .array([number.schema, word.schema]))]),
            read: { node, site, reader in
                if node.mapping != nil { return word.read(node, site, reader) }
                guard let text = reader.text(node, expected: expected, site) else { return nil }
                if text.value == "adaptive" { return .adaptive(ceiling: ConcurrencyPolicy.Adaptive().max) }
                if let number = Int(text.value), range.contains(number) { return .fixed(number) }
                reader.reject(text, expected: expected, site)
                return nil
            },
            write: { policy in
                switch policy {
                case .fixed(let number): .integer(number)
                case .adaptive: .string("adaptive")
                }
            }, sections: word.sections)
    }
}

extension Configuration.System {
    /// A rate, and what may come at once after a pause.
    fileprivate struct Rate: Sendable {
        var rate = RateLimit(perSecond: 1)
        var burst: Int?

        var limit: RateLimit {
            RateLimit(perSecond: rate.perSecond, burst: burst.map(Double.init))
        }

        static let section = Section("A rate, and what may come at once.", Self()) { value in
            [
                .key(
                    "rate", \.rate, .rateText, "How many calls may start in a time.", example: "200/s", in: value,
                    isRequired: true),
                .optional(
                    "burst", \.burst, .integer(1...100_000),
                    "How many calls may start at once after a pause; without it a tenth of a second's.", example: "50",
                    defaultText: "a tenth of a second's"),
            ]
        }
    }
}

extension ValueType where Value == RateLimit {
    /// A rate as text, such as `200/s`.
    fileprivate static var rateText: ValueType {
        .scalar(
            "rate", schema: .text(pattern: RateText.pattern), expected: "a rate such as 200/s, 5000/m or 10000/h",
            write: { _ in nil }, parse: { text in RateText.parse(text).map { RateLimit(perSecond: $0) } })
    }

    /// A rate as text, or a section that gives the burst too.
    static var rateLimit: ValueType {
        let text = ValueType.rateText
        let section = Configuration.System.Rate.section
        return ValueType(
            name: "rate, such as `200/s`, or section",
            schema: .object([.init("anyOf", .array([text.schema, section.schema]))]),
            read: { node, site, reader in
                guard node.mapping != nil else { return text.read(node, site, reader) }
                return section.read(node, site, reader)?.limit
            }, sections: [(suffix: "", section: section.description)])
    }
}
