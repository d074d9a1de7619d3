import JSON

extension Generator {
    /// A number: often at a bound, where faults are.
    func number(_ conjunction: Conjunction) -> Value? {
        let facts = NumberFacts(conjunction, reasoner)
        if random.happens(30), let hint = hintedNumber(facts) { return hint }
        if let value = stepped(facts) { return value }
        let bounds = [facts.lower?.value, facts.upper?.value].compactMap(\.self) + facts.divisors
        let fixed = ["0", "1", "-1", "0.5", "1e300", "-1e300"].compactMap { literal($0) }
        let value = random.shuffled(bounds + fixed).first { accepts(conjunction.facts, $0) }
        if value == nil {
            let keyword: Keyword = facts.divisors.isEmpty ? .minimum : .multipleOf
            note(keyword, conjunction, "no number was found that is in bounds and a multiple of what is asked for")
        }
        return value
    }

    private func hintedNumber(_ facts: NumberFacts) -> Value? {
        guard let hint = random.pick(hints.values.filter({ $0.kind == .number })) else { return nil }
        guard random.happens(50), var number = ScaledNumber(hint) else { return hint }
        number.integer += random.happens(50) ? 1 : -1
        return number.value(in: arena)
    }

    private func stepped(_ facts: NumberFacts) -> Value? {
        var (scale, step, first, last): (Int, Int, Int?, Int?)
        if let steps = facts.steps {
            (scale, step, first, last) = steps
        } else {
            guard facts.divisors.isEmpty, let free = freeSteps(facts) else { return nil }
            (scale, step, first, last) = free
        }
        let (width, overflow) = step.multipliedReportingOverflow(by: 1000)
        guard !overflow, width < Int.max / 8 else { return nil }
        let lowest = first ?? (last.map { $0 - width } ?? (random.happens(70) ? 0 : -width))
        let highest = last ?? max(lowest, 0) + width
        guard lowest <= highest else { return nil }
        let (distance, isTooFar) = highest.subtractingReportingOverflow(lowest)
        guard !isTooFar else { return literal(String(lowest)) }
        let position: Int
        switch random.below(4) {
        case 0: position = 0
        case 1: position = distance / step
        default: position = random.within(0...distance / step)
        }
        return ScaledNumber(integer: lowest + position * step, scale: scale).value(in: arena)
    }

    /// Steps for numbers that need not be multiples of anything.
    private func freeSteps(_ facts: NumberFacts) -> (Int, Int, Int?, Int?)? {
        let bounds = [facts.lower, facts.upper].map { bound in bound.map { ScaledNumber($0.value) } }
        guard !bounds.contains(.some(nil)) else { return nil }
        let numbers = bounds.compactMap { $0 ?? nil }
        let scale = max(
            random.pick([0, 0, 1, 2, 3]) ?? 0, (numbers.map(\.scale).max() ?? 0) + (numbers.isEmpty ? 0 : 1))
        var first = (bounds[0] ?? nil).flatMap { $0.at(scale: scale) }
        var last = (bounds[1] ?? nil).flatMap { $0.at(scale: scale) }
        guard (first == nil) == (facts.lower == nil), (last == nil) == (facts.upper == nil) else { return nil }
        if facts.lower?.isExclusive == true { first = first.map { $0 + 1 } }
        if facts.upper?.isExclusive == true { last = last.map { $0 - 1 } }
        return (scale, 1, first, last)
    }

    func literal(_ text: String) -> Value? {
        guard let bytes = Array(text.utf8).withUnsafeBytes({ try? arena.copy(bytes: $0) }) else { return nil }
        return .literal(bytes)
    }
}
