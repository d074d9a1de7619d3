import JSON

extension Prover {
    /// The same for values of one kind.
    func provesKind(_ facts: Facts, _ goal: Claim, _ kind: Value.Kind, at path: String) -> Bool {
        let conjunction = reasoner.conjunction(facts)
        if conjunction.isContradictory || !conjunction.kinds.contains(kind) { return true }
        if let candidates = reasoner.candidates(conjunction) {
            return provesValues(candidates, facts, goal, at: path)
        }
        let hasChoices = !conjunction.choices.isEmpty
        let isDirect = hasChoices ? quietly { provesDirectly(conjunction, goal, kind, at: path) } : false
        if isDirect || refutes(facts) { return true }
        guard hasChoices, let choice = conjunction.choices.first else {
            return provesDirectly(conjunction, goal, kind, at: path)
        }
        return every(choice) { proves(facts.adding($0), goal, at: path) }
    }

    /// Values that can be tried.
    private func provesValues(_ values: [Value], _ facts: Facts, _ goal: Claim, at path: String) -> Bool {
        let refused = values.filter { value in
            reasoner.satisfies(facts, value) != false
                && reasoner.sides[goal.side].check(goal.node, value) != true
        }
        guard let first = refused.first else { return true }
        let node = reasoner.node(goal)
        if refused.allSatisfy({ !node.types.contains($0.kind) }) {
            return explain(facts, goal, typeKeyword(node), path, "", kind: first.kind)
        }
        let texts = refused.prefix(5).map(Explainer.text)
        let list =
            texts.count > 1 ? texts.dropLast().joined(separator: ", ") + " or " + texts[texts.count - 1] : texts[0]
        let rest = refused.count > 5 ? ", or \(refused.count - 5) other values" : ""
        let keyword = node.values >= 0 ? valuesKeyword(node, goal) : nil
        return explain(facts, goal, keyword, path, "may be \(list)\(rest)")
    }

    /// Without making choices.
    private func provesDirectly(
        _ conjunction: Conjunction, _ goal: Claim, _ kind: Value.Kind, at path: String
    ) -> Bool {
        let node = reasoner.node(goal)
        let facts = conjunction.facts
        guard node.types.contains(kind) else {
            return explain(facts, goal, typeKeyword(node), path, "", kind: kind)
        }
        var holds = true
        if node.values >= 0 { holds = valuesObstacle(facts, goal, node, at: path) }
        guard holds || isExplaining else { return false }
        switch kind {
        case .number: holds = provesNumber(conjunction, goal, node, at: path) && holds
        case .string: holds = provesString(conjunction, goal, node, at: path) && holds
        case .array:
            holds = provesArray(conjunction, goal, node, at: path) && holds
            if node.unevaluatedItems >= 0 {
                holds = provesUnevaluatedItems(conjunction, goal, node, at: path) && holds
            }
        case .object:
            holds = provesObject(conjunction, goal, node, at: path) && holds
            if node.unevaluatedProperties >= 0 {
                holds = provesUnevaluatedProperties(conjunction, goal, node, at: path) && holds
            }
        case .null, .false, .true: break
        }
        guard holds || isExplaining else { return false }
        let applicators = node.applicators.indices.map { reasoner.sides[goal.side].tables.applicators[$0] }
        return every(applicators) { provesApplicator(facts, goal, $0, at: path) } && holds
    }

    private func typeKeyword(_ node: Node) -> Keyword? { node.flags.contains(.never) ? nil : .type }

    private func valuesKeyword(_ node: Node, _ goal: Claim) -> Keyword {
        reasoner.sides[goal.side].tables.valueRules[Int(node.values)].isConst ? .const : .enum
    }

    private func valuesObstacle(_ facts: Facts, _ goal: Claim, _ node: Node, at path: String) -> Bool {
        explain(facts, goal, valuesKeyword(node, goal), path, "may be a value that is not among those allowed")
    }

    // MARK: Numbers

    private func provesNumber(_ conjunction: Conjunction, _ goal: Claim, _ node: Node, at path: String) -> Bool {
        let number = NumberFacts(conjunction, reasoner)
        var holds = true
        let isInteger = number.isInteger || number.divisors.contains { $0.isInteger }
        if node.types.contains(.integersOnly), !isInteger {
            holds = explain(conjunction.facts, goal, .type, path, "may have a fraction")
        }
        return every(reasoner.sides[goal.side].numberRules(node)) { rule in
            number.implies(rule)
                || explain(conjunction.facts, goal, rule.kind.keyword, path, rule.obstacle)
        } && holds
    }

    // MARK: Strings

    private func provesString(_ conjunction: Conjunction, _ goal: Claim, _ node: Node, at path: String) -> Bool {
        let side = reasoner.sides[goal.side]
        guard let rule = side.stringRule(node) else { return true }
        let string = StringFacts(conjunction, reasoner)
        let facts = conjunction.facts
        var holds = true
        if string.minLength < rule.minLength {
            holds = explain(
                facts, goal, .minLength, path,
                "may be shorter than \(Explainer.count(rule.minLength, "character"))")
        }
        if string.maxLength > rule.maxLength {
            holds = explain(
                facts, goal, .maxLength, path, "may be longer than \(Explainer.count(rule.maxLength, "character"))")
        }
        if rule.pattern >= 0, !string.patterns.contains(side.patternText(rule.pattern)) {
            let text = side.patternText(rule.pattern).text
            holds = explain(facts, goal, .pattern, path, "need not match the pattern \"\(text)\"")
        }
        if let format = rule.format, !string.implies(format) {
            let name = side.place(goal.node).value[Keyword.format.rawValue]?.string ?? ""
            holds = explain(facts, goal, .format, path, "need not have the format \"\(name)\"")
        }
        return holds
    }
}

extension NumberFacts {
    /// Whether all numbers of these facts pass the rule.
    func implies(_ rule: NumberRule) -> Bool {
        switch rule.kind {
        case .minimum, .exclusiveMinimum:
            if let order = order(ofFirst: true, rule.operand), order > 0 || (order == 0 && rule.kind == .minimum) {
                return true
            }
            guard let lower else { return false }
            let order = Value.compareNumbers(lower.value, rule.operand)
            return order > 0 || (order == 0 && (rule.kind == .minimum || lower.isExclusive))
        case .maximum, .exclusiveMaximum:
            if let order = order(ofFirst: false, rule.operand), order < 0 || (order == 0 && rule.kind == .maximum) {
                return true
            }
            guard let upper else { return false }
            let order = Value.compareNumbers(upper.value, rule.operand)
            return order < 0 || (order == 0 && (rule.kind == .maximum || upper.isExclusive))
        case .multipleOf:
            if isInteger, rule.integer == 1 || ScaledNumber(rule.operand).map({ $0.dividesOne }) ?? false {
                return true
            }
            return divisors.contains { $0.isMultiple(of: rule.operand) }
        }
    }

    /// How the first or last of the multiples compares to a number, where there are such.
    private func order(ofFirst isFirst: Bool, _ operand: Value) -> Int? {
        guard let steps, let integer = isFirst ? steps.first : steps.last, let number = ScaledNumber(operand) else {
            return nil
        }
        return ScaledNumber(integer: integer, scale: steps.scale).compare(number)
    }
}

extension ScaledNumber {
    /// Whether 1, and so every integer, is a multiple.
    fileprivate var dividesOne: Bool {
        guard let one = ScaledNumber(integer: 1, scale: 0).at(scale: scale), integer > 0 else { return false }
        return one % integer == 0
    }
}

extension NumberRule.Kind {
    var keyword: Keyword {
        switch self {
        case .minimum: .minimum
        case .exclusiveMinimum: .exclusiveMinimum
        case .maximum: .maximum
        case .exclusiveMaximum: .exclusiveMaximum
        case .multipleOf: .multipleOf
        }
    }
}

extension NumberRule {
    fileprivate var obstacle: String {
        let operand = Explainer.text(self.operand)
        return switch kind {
        case .minimum: "may be less than \(operand)"
        case .exclusiveMinimum: "may be \(operand) or less"
        case .maximum: "may be greater than \(operand)"
        case .exclusiveMaximum: "may be \(operand) or greater"
        case .multipleOf: "need not be a multiple of \(operand)"
        }
    }
}
