import JSON

extension Prover {
    /// Patterns that are told apart by which of them a name matches; with more there are too many cases.
    private static let patternLimit = 5

    /// The members of an object, by the names that they can have.
    func provesMembers(
        _ object: ObjectFacts, _ rule: ObjectRule, _ facts: Facts, _ goal: Claim, at path: String
    ) -> Bool {
        let side = reasoner.sides[goal.side]
        guard rule.visitsMembers else { return true }
        var names = object.names
        let known = Set(names)
        names += rule.names.entries(in: side.tables.names).map { Name($0.name) }.filter { !known.contains($0) }
        let possible = object.possibleNames
        let holds = every(possible ?? names) { provesMember($0, object, rule, facts, goal, at: path) }
        guard possible == nil, holds || isExplaining else { return holds }
        return provesOtherMembers(object, rule, facts, goal, at: path) && holds
    }

    private func provesMember(
        _ name: Name, _ object: ObjectFacts, _ rule: ObjectRule, _ facts: Facts, _ goal: Claim, at path: String
    ) -> Bool {
        let side = reasoner.sides[goal.side]
        guard let member = object.member(name), let value = reasoner.value(name) else { return true }
        let place = "\(path)/\(name.text.pointerToken)"
        guard let nodes = side.memberNodes(rule, value) else {
            return explain(facts, goal, .patternProperties, place, "has a name that patterns cannot decide on")
        }
        let isNamed = rule.propertyNames < 0 || side.check(rule.propertyNames, value) == true
        if nodes.allSatisfy({ side.node($0).flags == .typeOnly && side.node($0).types == .all }), isNamed {
            return true
        }
        if inside({ refutes(member) }) { return true }
        if !isNamed { explain(facts, goal, .propertyNames, place, "has a name that is refused") }
        return every(nodes) { node in
            let claim = Claim(side: goal.side, node: node)
            if side.node(node).flags.contains(.never) {
                let keyword: Keyword = node == rule.additional ? .additionalProperties : .properties
                return explain(facts, goal, keyword, place, "may be there, which is refused")
            }
            return inside { proves(member, claim, at: place) }
        } && isNamed
    }

    /// Members whose names stand nowhere: one case for each set of patterns that such a name may match.
    private func provesOtherMembers(
        _ object: ObjectFacts, _ rule: ObjectRule, _ facts: Facts, _ goal: Claim, at path: String
    ) -> Bool {
        let side = reasoner.sides[goal.side]
        guard rule.additional >= 0 || !rule.patterns.isEmpty || rule.propertyNames >= 0 else { return true }
        var patterns = object.patterns
        for pattern in side.patternRules(rule) where !patterns.contains(side.patternText(pattern.pattern)) {
            patterns.append(side.patternText(pattern.pattern))
        }
        guard patterns.count <= Self.patternLimit else {
            return explain(facts, goal, .patternProperties, path, "has too many patterns of names to be compared")
        }
        let place = "\(path)/*"
        return everyOtherMember(object, patterns) { matched, member, names in
            let isNamed =
                rule.propertyNames < 0
                || inside { proves(names, Claim(side: goal.side, node: rule.propertyNames), at: place) }
            return every(side.memberNodes(rule, matching: matched)) { node in
                if side.node(node).flags.contains(.never) {
                    let keyword: Keyword = node == rule.additional ? .additionalProperties : .patternProperties
                    return explain(facts, goal, keyword, place, "may be there, which is refused")
                }
                return inside { proves(member, Claim(side: goal.side, node: node), at: place) }
            } && isNamed
        }
    }

    /// Each set of patterns that a name may match, with what is known of the member and of its name.
    private func everyOtherMember(
        _ object: ObjectFacts, _ patterns: [Name], _ holds: ([Name], Facts, Facts) -> Bool
    ) -> Bool {
        every(0..<(1 << patterns.count)) { bits in
            let matched = patterns.indices.filter { bits >> $0 & 1 == 1 }.map { patterns[$0] }
            let member = object.member(matching: matched)
            let names = object.nameFacts.matching(matched)
            return inside({ refutes(member) || refutes(names) }) || holds(matched, member, names)
        }
    }

    // MARK: Unevaluated members and elements

    /// What the schema's other keywords do not evaluate for certain has to match `unevaluatedProperties`.
    func provesUnevaluatedProperties(
        _ conjunction: Conjunction, _ goal: Claim, _ node: Node, at path: String
    ) -> Bool {
        guard let evaluation = Evaluation(goal.node, reasoner.sides[goal.side], .certain) else { return false }
        let object = ObjectFacts(conjunction, reasoner)
        let facts = conjunction.facts
        let rest = Claim(side: goal.side, node: node.unevaluatedProperties)
        let known = Set(object.names)
        let possible = object.possibleNames
        let names = possible ?? object.names + evaluation.names.filter { !known.contains($0) }
        let holds = every(names) { name in
            guard let member = object.member(name), let value = reasoner.value(name) else { return true }
            return evaluation.evaluatesMember(value) == true
                || provesRest(member, rest, facts, goal, .unevaluatedProperties, "\(path)/\(name.text.pointerToken)")
        }
        guard possible == nil, holds || isExplaining else { return holds }
        let patterns = object.patterns + evaluation.patterns.filter { !object.patterns.contains($0) }
        guard patterns.count <= Self.patternLimit else {
            return explain(facts, goal, .unevaluatedProperties, path, "has too many patterns of names to be compared")
        }
        return everyOtherMember(object, patterns) { matched, member, _ in
            evaluation.evaluatesMember(matching: matched)
                || provesRest(member, rest, facts, goal, .unevaluatedProperties, "\(path)/*")
        } && holds
    }

    func provesUnevaluatedItems(_ conjunction: Conjunction, _ goal: Claim, _ node: Node, at path: String) -> Bool {
        guard let evaluation = Evaluation(goal.node, reasoner.sides[goal.side], .certain) else { return false }
        let array = ArrayFacts(conjunction, reasoner)
        let rest = Claim(side: goal.side, node: node.unevaluatedItems)
        let prefixCount = max(array.prefixCount, evaluation.prefixCount)
        // The last position stands for all from there on.
        return every(0..<min(prefixCount + 1, longest(array))) { position in
            evaluation.evaluatesElement(position, .certain)
                || provesRest(
                    array.element(position), rest, conjunction.facts, goal, .unevaluatedItems,
                    "\(path)/\(position < prefixCount ? String(position) : "*")")
        }
    }

    private func provesRest(
        _ part: Facts, _ rest: Claim, _ facts: Facts, _ goal: Claim, _ keyword: Keyword, _ place: String
    ) -> Bool {
        if reasoner.node(rest).flags.contains(.never) {
            return inside { refutes(part) }
                || explain(facts, goal, keyword, place, "may be there, and need not be evaluated by anything else")
        }
        return inside { proves(part, rest, at: place) }
    }
}
