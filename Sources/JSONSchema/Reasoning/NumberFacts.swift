import JSON

/// What facts leave of numbers: bounds, and what they are multiples of.
struct NumberFacts {
    /// A bound, and whether the number itself is excluded.
    struct Bound {
        var value: Value
        var isExclusive: Bool
    }

    private(set) var lower: Bound?
    private(set) var upper: Bound?
    private(set) var divisors: [Value] = []
    let isInteger: Bool

    init(_ conjunction: Conjunction, _ reasoner: Reasoner) {
        isInteger = conjunction.kinds.contains(.integersOnly)
        for claim in conjunction.holding {
            for rule in reasoner.sides[claim.side].numberRules(reasoner.node(claim)) { take(rule) }
        }
    }

    private mutating func take(_ rule: NumberRule) {
        switch rule.kind {
        case .minimum: raise(to: Bound(value: rule.operand, isExclusive: false))
        case .exclusiveMinimum: raise(to: Bound(value: rule.operand, isExclusive: true))
        case .maximum: lower(to: Bound(value: rule.operand, isExclusive: false))
        case .exclusiveMaximum: lower(to: Bound(value: rule.operand, isExclusive: true))
        case .multipleOf: divisors.append(rule.operand)
        }
    }

    private mutating func raise(to bound: Bound) {
        guard let old = lower else { return lower = bound }
        let order = Value.compareNumbers(bound.value, old.value)
        if order > 0 || (order == 0 && bound.isExclusive) { lower = bound }
    }

    private mutating func lower(to bound: Bound) {
        guard let old = upper else { return upper = bound }
        let order = Value.compareNumbers(bound.value, old.value)
        if order < 0 || (order == 0 && bound.isExclusive) { upper = bound }
    }

    /// Whether it is known that no number is left.
    var isEmpty: Bool {
        if let lower, let upper {
            let order = Value.compareNumbers(lower.value, upper.value)
            if order > 0 || (order == 0 && (lower.isExclusive || upper.isExclusive)) { return true }
        }
        guard let steps, let first = steps.first, let last = steps.last else { return false }
        return first > last
    }

    /// The numbers that are left, as multiples of a step at a scale; `nil` if they are no such steps, or too large.
    var steps: (scale: Int, step: Int, first: Int?, last: Int?)? {
        var operands = divisors.map(ScaledNumber.init)
        if isInteger { operands.append(ScaledNumber(integer: 1, scale: 0)) }
        let bounds = [lower, upper].map { $0.map { ScaledNumber($0.value) } }
        guard !operands.isEmpty, !operands.contains(nil), !bounds.contains(.some(nil)) else { return nil }
        let numbers = operands.compactMap(\.self)
        let scale = (numbers + bounds.compactMap { $0 ?? nil }).map(\.scale).max() ?? 0
        var step = 1
        for number in numbers {
            guard let integer = number.at(scale: scale), integer > 0,
                let multiple = Self.leastCommonMultiple(step, integer)
            else { return nil }
            step = multiple
        }
        var first: Int?
        var last: Int?
        if let lower, let number = bounds[0] ?? nil {
            guard let bound = number.at(scale: scale) else { return nil }
            let next = Self.roundedUp(bound, step)
            first = next == bound && lower.isExclusive ? next + step : next
        }
        if let upper, let number = bounds[1] ?? nil {
            guard let bound = number.at(scale: scale) else { return nil }
            let next = -Self.roundedUp(-bound, step)
            last = next == bound && upper.isExclusive ? next - step : next
        }
        return (scale, step, first, last)
    }

    /// All numbers that are left, if they are steps and at most `limit`.
    func grid(limit: Int, _ arena: Arena) -> [Value]? {
        guard let steps, let first = steps.first, let last = steps.last else { return nil }
        guard first <= last else { return [] }
        let (distance, overflow) = last.subtractingReportingOverflow(first)
        guard !overflow, distance / steps.step < limit else { return nil }
        var values: [Value] = []
        for integer in stride(from: first, through: last, by: steps.step) {
            guard let value = ScaledNumber(integer: integer, scale: steps.scale).value(in: arena) else { return nil }
            values.append(value)
        }
        return values
    }

    private static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int? {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        let (product, overflow) = (a / x).multipliedReportingOverflow(by: b)
        return overflow || product > Int.max / 4 ? nil : product
    }

    /// The smallest multiple that is not less.
    private static func roundedUp(_ number: Int, _ step: Int) -> Int {
        let quotient = number / step
        let rounded = quotient * step
        return rounded < number ? rounded + step : rounded
    }
}
