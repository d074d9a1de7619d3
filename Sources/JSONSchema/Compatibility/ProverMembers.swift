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
        return every(0..<(1 << patterns.count)) { bits in
            let matched = patterns.indices.filter { bits >> $0 & 1 == 1 }.map { patterns[$0] }
            let member = object.member(matching: matched)
            let names = object.nameFacts.matching(matched)
            if inside({ refutes(member) || refutes(names) }) { return true }
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
}
