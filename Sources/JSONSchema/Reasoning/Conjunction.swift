import JSON

/// Facts taken apart: every schema that holds for the value itself, reached through references, `allOf` and what else
/// leaves no choice.
struct Conjunction {
    let facts: Facts
    /// The kinds that the schemas leave.
    private(set) var kinds: TypeSet
    /// The schemas whose keywords hold.
    private(set) var holding: [Claim] = []
    /// Schemas that do not hold, and could not be taken apart.
    private(set) var failing: [Claim] = []
    /// Of each, at least one case holds.
    private(set) var choices: [[[Claim]]] = []
    /// Members that an object must have.
    private(set) var required: Set<Name>
    /// Members that an object must not have.
    private(set) var absent: Set<Name> = []
    /// Whether it is known that nothing has these facts.
    private(set) var isContradictory = false

    private var seen: Set<Claim> = []
    private var queue: [Claim]

    init(_ facts: Facts, of sides: [Side]) {
        self.facts = facts
        kinds = facts.kinds
        required = Set(facts.present)
        queue = facts.claims
        repeat {
            while let claim = queue.popLast() {
                guard seen.insert(claim).inserted else { continue }
                if seen.contains(claim.denied) { isContradictory = true }
                if claim.holds { take(claim, sides[claim.side]) } else { deny(claim, sides[claim.side]) }
            }
            settleChoices()
            if queue.isEmpty, kinds.withoutIntegers == .object { followDependents(sides) }
        } while !queue.isEmpty
        if kinds.withoutIntegers.isEmpty { isContradictory = true }
        if kinds.withoutIntegers == .object, !required.isDisjoint(with: absent) { isContradictory = true }
    }

    // MARK: What holds

    private mutating func take(_ claim: Claim, _ side: Side) {
        let node = side.tables.nodes[Int(claim.node)]
        if node.flags.contains(.never) { isContradictory = true }
        kinds = kinds.meeting(node.types)
        holding.append(claim)
        for name in side.requiredNames(of: node) { required.insert(name) }
        for index in node.applicators.indices {
            take(side.tables.applicators[index], of: claim.side, side.tables)
        }
    }

    private mutating func take(_ applicator: Applicator, of side: Int, _ tables: Tables) {
        let children = applicator.children.indices.map { tables.children[$0] }
        let claims = children.map { Claim(side: side, node: $0) }
        switch applicator.kind {
        case .reference, .allOf: queue += claims
        // Where it leads is not known; that it holds is then not used.
        case .dynamicReference: break
        case .anyOf: choices.append(claims.map { [$0] })
        case .oneOf:
            choices.append(
                claims.indices.map { chosen in
                    claims.indices.map { $0 == chosen ? claims[$0] : claims[$0].denied }
                })
        case .not: queue.append(claims[0].denied)
        case .condition:
            choices.append([
                [claims[0]] + claims[1...1].filter { $0.node >= 0 },
                [claims[0].denied] + claims[2...2].filter { $0.node >= 0 },
            ])
        }
    }

    /// What must hold because of members that are there.
    private mutating func followDependents(_ sides: [Side]) {
        var count: Int
        repeat {
            count = required.count
            for claim in holding {
                let tables = sides[claim.side].tables
                let node = tables.nodes[Int(claim.node)]
                guard node.object >= 0 else { continue }
                for index in tables.objects[Int(node.object)].dependents.indices {
                    let rule = tables.dependents[index]
                    guard required.contains(Name(rule.name)) else { continue }
                    for position in rule.required.indices { required.insert(Name(tables.values[position])) }
                    let dependent = Claim(side: claim.side, node: rule.node)
                    if rule.node >= 0, !seen.contains(dependent) { queue.append(dependent) }
                }
            }
        } while required.count > count
    }

    // MARK: What does not hold

    /// Takes the denial of a schema apart where it asks for one thing only.
    private mutating func deny(_ claim: Claim, _ side: Side) {
        let node = side.tables.nodes[Int(claim.node)]
        if node.flags.contains(.never) { return }
        if node.flags.contains(.typeOnly) {
            kinds = kinds.subtracting(node.types)
            return
        }
        if let name = side.onlyRequiredName(of: node) {
            kinds = kinds.meeting(.object)
            absent.insert(name)
            return
        }
        guard let applicator = side.onlyApplicator(of: node) else {
            failing.append(claim)
            return
        }
        let claims = applicator.children.indices.map { Claim(side: claim.side, node: side.tables.children[$0]) }
        switch applicator.kind {
        case .reference, .anyOf: queue += claims.map(\.denied)
        case .not: queue.append(claims[0])
        case .allOf: choices.append(claims.map { [$0.denied] })
        case .condition:
            var cases: [[Claim]] = []
            if claims[1].node >= 0 { cases.append([claims[0], claims[1].denied]) }
            if claims[2].node >= 0 { cases.append([claims[0].denied, claims[2].denied]) }
            if cases.isEmpty { isContradictory = true }
            choices.append(cases)
        case .oneOf, .dynamicReference: failing.append(claim)
        }
    }

    // MARK: Choices

    /// Drops choices that are made and cases that are ruled out; makes those that leave one case.
    private mutating func settleChoices() {
        choices = choices.compactMap { cases in
            if cases.contains(where: { $0.allSatisfy(seen.contains) }) { return nil }
            return cases.filter { !$0.contains { seen.contains($0.denied) } }
        }
        for cases in choices {
            if cases.isEmpty { isContradictory = true }
            if cases.count == 1 { queue += cases[0] }
        }
        choices.removeAll { $0.count < 2 }
    }
}
