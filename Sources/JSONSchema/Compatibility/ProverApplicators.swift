import JSON

extension Prover {
    /// A keyword that applies further schemas to the same value.
    func provesApplicator(_ facts: Facts, _ goal: Claim, _ applicator: Applicator, at path: String) -> Bool {
        let children = reasoner.sides[goal.side].children(applicator.children)
        let claims = children.map { Claim(side: goal.side, node: $0) }
        switch applicator.kind {
        case .reference: return proves(facts, claims[0], at: path)
        case .allOf: return every(claims) { proves(facts, $0, at: path) }
        case .anyOf: return provesAny(facts, goal, claims, at: path)
        case .oneOf: return provesOne(facts, goal, claims, at: path)
        case .not:
            return refutes(facts.adding([claims[0]]))
                || explain(facts, goal, .not, path, "may match a schema that it must not match")
        case .condition:
            let holds = claims[1].node < 0 || proves(facts.adding([claims[0]]), claims[1], at: path)
            guard holds || isExplaining else { return false }
            return (claims[2].node < 0 || proves(facts.adding([claims[0].denied]), claims[2], at: path)) && holds
        case .dynamicReference:
            return explain(facts, goal, .dynamicRef, path, "is compared by $dynamicRef only with its equal")
        }
    }

    private func provesAny(_ facts: Facts, _ goal: Claim, _ claims: [Claim], at path: String) -> Bool {
        if quietly({ claims.contains { proves(facts, $0, at: path) } }) { return true }
        return explainAlternatives(facts, goal, .anyOf, claims, at: path)
    }

    private func provesOne(_ facts: Facts, _ goal: Claim, _ claims: [Claim], at path: String) -> Bool {
        guard let chosen = quietly({ claims.firstIndex { proves(facts, $0, at: path) } }) else {
            return explainAlternatives(facts, goal, .oneOf, claims, at: path)
        }
        return every(claims.indices.filter { $0 != chosen }) { other in
            refutes(facts.adding([claims[other]]))
                || explain(
                    facts, goal, .oneOf, path,
                    "may match both alternatives \(chosen) and \(other), of which one is allowed")
        }
    }

    private func quietly(_ find: () -> Int?) -> Int? {
        var found: Int?
        _ = quietly { () -> Bool in
            found = find()
            return found != nil
        }
        return found
    }

    /// Says what is wrong with the only alternative that is left, or that none fits.
    private func explainAlternatives(
        _ facts: Facts, _ goal: Claim, _ keyword: Keyword, _ claims: [Claim], at path: String
    ) -> Bool {
        guard isExplaining else { return false }
        let left = claims.filter { !refutes(facts.adding([$0])) }
        if left.count == 1 { return proves(facts, left[0], at: path) }
        return explain(
            facts, goal, keyword, path,
            left.isEmpty
                ? "matches none of \(claims.count) alternatives"
                : "need not match any of \(claims.count) alternatives")
    }
}
