import JSON

extension Breaker {
    // MARK: Numbers

    func numberChanges(_ node: Node, _ site: Site) -> [() -> Value?] {
        generator.side.numberRules(node).map { rule in { self.breakNumber(rule, site) } }
    }

    /// A number just beyond a bound, or between two multiples.
    private func breakNumber(_ rule: NumberRule, _ site: Site) -> Value? {
        guard let operand = ScaledNumber(rule.operand) else { return nil }
        if rule.kind == .multipleOf {
            guard let value = ScaledNumber(site.value) else { return nil }
            let scale = max(operand.scale, value.scale) + 1
            guard let step = operand.at(scale: scale), let number = value.at(scale: scale) else { return nil }
            // An integer stays one where the step leaves room.
            let unit = ScaledNumber(integer: 1, scale: 0).at(scale: scale) ?? 1
            let offset = step > unit ? unit : step / 2
            return ScaledNumber(integer: number + offset, scale: scale).value(in: generator.arena)
        }
        let facts = NumberFacts(site.conjunction, generator.reasoner)
        let steps = facts.steps
        let scale = max(
            operand.scale, steps?.scale ?? (generator.random.happens(50) ? operand.scale : operand.scale + 2))
        guard let bound = operand.at(scale: scale) else { return nil }
        let step = steps?.step ?? 1
        let number: Int
        switch rule.kind {
        case .minimum: number = bound - positive(bound, step, isUp: false)
        case .maximum: number = bound + positive(bound, step, isUp: true)
        default: number = bound
        }
        return ScaledNumber(integer: number, scale: scale).value(in: generator.arena)
    }

    /// How far the next multiple of the step is beyond a bound.
    private func positive(_ bound: Int, _ step: Int, isUp: Bool) -> Int {
        let remainder = ((bound % step) + step) % step
        return isUp ? step - remainder : remainder == 0 ? step : remainder
    }

    // MARK: Strings

    func stringChanges(_ node: Node, _ site: Site) -> [() -> Value?] {
        guard let rule = generator.side.stringRule(node), let text = site.value.string else { return [] }
        let scalars = Array(text.unicodeScalars)
        var changes: [() -> Value?] = []
        if rule.minLength > 0 {
            changes.append { self.resized(scalars, to: rule.minLength - 1, site) }
        }
        if rule.maxLength < 10_000 {
            changes.append { self.resized(scalars, to: rule.maxLength + 1, site) }
        }
        if rule.pattern >= 0 { changes.append { self.spoiled(scalars) } }
        if rule.format != nil { changes.append { self.spoiled(scalars) } }
        return changes
    }

    /// The text at another length, which still matches its patterns if that can be had.
    private func resized(_ scalars: [Unicode.Scalar], to length: Int, _ site: Site) -> Value? {
        let facts = StringFacts(site.conjunction, generator.reasoner)
        for pattern in facts.patterns.sorted() {
            guard let tree = PatternReader.read(pattern.bytes) else { continue }
            for _ in 0..<20 {
                let bytes = PatternWriter.write(tree, reach: length, &generator.random)
                if bytes.count(where: { $0 & 0xC0 != 0x80 }) == length { return generator.string(bytes) }
            }
        }
        var text = String(String.UnicodeScalarView(scalars.prefix(length)))
        for _ in 0..<max(0, length - scalars.count) { text.unicodeScalars.append(scalars.last ?? "x") }
        return generator.string(text)
    }

    /// The text with one character changed, taken away, or put in.
    private func spoiled(_ scalars: [Unicode.Scalar]) -> Value? {
        var scalars = scalars
        let position = generator.random.below(scalars.count)
        let odd: Unicode.Scalar = generator.random.pick(["!", " ", "\u{1}", "漢", "%", "/", "Q", "q", "9"]) ?? "!"
        switch generator.random.below(4) {
        case 0 where !scalars.isEmpty: scalars.remove(at: position)
        case 1 where !scalars.isEmpty: scalars[position] = odd
        case 2: scalars.insert(odd, at: position)
        default: scalars.append(odd)
        }
        return generator.string(String(String.UnicodeScalarView(scalars)))
    }
}
