import JSON

/// Whether two compiled schemas are the same in all that they ask for, whatever their names and places.
///
/// Recursion is followed until a pair comes back, which is then taken to be the same: it is, unless something else
/// differs, and that is found.
struct Identity {
    private struct Pair: Hashable {
        let first: Claim
        let second: Claim
    }

    let sides: [Side]
    private var assumed: Set<Pair> = []
    private var known: [Pair: Bool] = [:]
    private var depth = 0

    /// Schemas within schemas that are followed; beyond they count as different.
    private static let depthLimit = 300

    init(_ sides: [Side]) {
        self.sides = sides
    }

    /// Whether the two schemas are the same.
    mutating func areSame(_ first: Claim, _ second: Claim) -> Bool {
        let pair = Pair(first: first, second: second)
        if let verdict = known[pair] { return verdict }
        assumed.removeAll(keepingCapacity: true)
        let verdict = compare(first.side, first.node, second.side, second.node)
        known[pair] = verdict
        return verdict
    }

    private mutating func compare(_ a: Int, _ first: NodeIndex, _ b: Int, _ second: NodeIndex) -> Bool {
        if a == b, first == second { return true }
        guard first >= 0, second >= 0 else { return first == second }
        let pair = Pair(first: Claim(side: a, node: first), second: Claim(side: b, node: second))
        guard assumed.insert(pair).inserted else { return true }
        guard depth < Self.depthLimit else { return false }
        depth += 1
        defer { depth -= 1 }
        let one = sides[a].node(first)
        let other = sides[b].node(second)
        return one.types == other.types && one.flags == other.flags
            && areSameScalars(sides[a], one, sides[b], other)
            && compareArrays(a, one, b, other) && compareObjects(a, one, b, other)
            && compareApplicators(a, one, b, other)
            && compare(a, one.unevaluatedItems, b, other.unevaluatedItems)
            && compare(a, one.unevaluatedProperties, b, other.unevaluatedProperties)
    }

    private mutating func compareAll(_ a: Int, _ first: [NodeIndex], _ b: Int, _ second: [NodeIndex]) -> Bool {
        guard first.count == second.count else { return false }
        for (one, other) in zip(first, second) where !compare(a, one, b, other) { return false }
        return true
    }

    // MARK: Values, numbers, strings

    private func areSameScalars(_ a: Side, _ one: Node, _ b: Side, _ other: Node) -> Bool {
        areSameValues(a.values(one), b.values(other)) && areSameNumbers(a.numberRules(one), b.numberRules(other))
            && areSameStrings(a, a.stringRule(one), b, b.stringRule(other))
    }

    private func areSameValues(_ first: [Value]?, _ second: [Value]?) -> Bool {
        guard let first, let second else { return (first == nil) == (second == nil) }
        return first.allSatisfy { value in second.contains { $0.isEqual(to: value) } }
            && second.allSatisfy { value in first.contains { $0.isEqual(to: value) } }
    }

    /// A schema has each keyword once, and they are compiled in one order.
    private func areSameNumbers(_ first: [NumberRule], _ second: [NumberRule]) -> Bool {
        first.count == second.count
            && zip(first, second).allSatisfy {
                $0.kind == $1.kind && Value.compareNumbers($0.operand, $1.operand) == 0
            }
    }

    private func areSameStrings(_ a: Side, _ first: StringRule?, _ b: Side, _ second: StringRule?) -> Bool {
        guard let first, let second else { return (first == nil) == (second == nil) }
        return first.minLength == second.minLength && first.maxLength == second.maxLength
            && first.format == second.format && (first.pattern < 0) == (second.pattern < 0)
            && (first.pattern < 0 || a.patternText(first.pattern) == b.patternText(second.pattern))
    }

    // MARK: Arrays and objects

    private mutating func compareArrays(_ a: Int, _ one: Node, _ b: Int, _ other: Node) -> Bool {
        guard let first = sides[a].arrayRule(one), let second = sides[b].arrayRule(other) else {
            return (one.array < 0) == (other.array < 0)
        }
        guard first.minItems == second.minItems, first.maxItems == second.maxItems, first.isUnique == second.isUnique,
            first.minContains == second.minContains, first.maxContains == second.maxContains
        else { return false }
        return compareAll(a, sides[a].children(first.prefix), b, sides[b].children(second.prefix))
            && compare(a, first.items, b, second.items) && compare(a, first.contains, b, second.contains)
    }

    private mutating func compareObjects(_ a: Int, _ one: Node, _ b: Int, _ other: Node) -> Bool {
        guard let first = sides[a].objectRule(one), let second = sides[b].objectRule(other) else {
            return (one.object < 0) == (other.object < 0)
        }
        guard first.minProperties == second.minProperties, first.maxProperties == second.maxProperties,
            first.requiredCount == second.requiredCount
        else { return false }
        return compareMembers(a, first, b, second) && comparePatterns(a, first, b, second)
            && compare(a, first.additional, b, second.additional)
            && compare(a, first.propertyNames, b, second.propertyNames)
            && compareDependents(a, first, b, second)
    }

    private mutating func compareMembers(_ a: Int, _ first: ObjectRule, _ b: Int, _ second: ObjectRule) -> Bool {
        let entries = first.names.entries(in: sides[a].tables.names)
        var others: [Name: NameEntry] = [:]
        for entry in second.names.entries(in: sides[b].tables.names) { others[Name(entry.name)] = entry }
        guard entries.count == others.count else { return false }
        for entry in entries {
            guard let other = others[Name(entry.name)], entry.isRequired == other.isRequired,
                compare(a, entry.node, b, other.node)
            else { return false }
        }
        return true
    }

    private mutating func comparePatterns(_ a: Int, _ first: ObjectRule, _ b: Int, _ second: ObjectRule) -> Bool {
        var others: [Name: NodeIndex] = [:]
        for rule in sides[b].patternRules(second) { others[sides[b].patternText(rule.pattern)] = rule.node }
        let rules = sides[a].patternRules(first)
        guard rules.count == others.count else { return false }
        for rule in rules {
            guard let other = others[sides[a].patternText(rule.pattern)], compare(a, rule.node, b, other) else {
                return false
            }
        }
        return true
    }

    private mutating func compareDependents(_ a: Int, _ first: ObjectRule, _ b: Int, _ second: ObjectRule) -> Bool {
        let rules = sides[a].dependents(first)
        let others = sides[b].dependents(second)
        guard rules.count == others.count else { return false }
        for (rule, other) in zip(rules, others) {
            guard Name(rule.name) == Name(other.name), compare(a, rule.node, b, other.node),
                sides[a].requiredNames(of: rule) == sides[b].requiredNames(of: other)
            else { return false }
        }
        return true
    }

    // MARK: Applicators

    private mutating func compareApplicators(_ a: Int, _ one: Node, _ b: Int, _ other: Node) -> Bool {
        guard one.applicators.count == other.applicators.count else { return false }
        for (index, otherIndex) in zip(one.applicators.indices, other.applicators.indices) {
            let first = sides[a].tables.applicators[index]
            let second = sides[b].tables.applicators[otherIndex]
            // Where a dynamic reference leads depends on the way to it.
            guard first.kind == second.kind, first.kind != .dynamicReference,
                compareAll(a, sides[a].children(first.children), b, sides[b].children(second.children))
            else { return false }
        }
        return true
    }
}

extension Side {
    func children(_ span: Span) -> [NodeIndex] { span.indices.map { tables.children[$0] } }
    func patternRules(_ rule: ObjectRule) -> [PatternRule] { rule.patterns.indices.map { tables.patternRules[$0] } }
    func dependents(_ rule: ObjectRule) -> [DependentRule] { rule.dependents.indices.map { tables.dependents[$0] } }
    func requiredNames(of rule: DependentRule) -> [Name] { rule.required.indices.map { Name(tables.values[$0]) } }
}
