import JSON

/// What facts leave of objects.
struct ObjectFacts {
    private(set) var minProperties = 0
    private(set) var maxProperties = Int.max
    private(set) var rules: [(claim: Claim, rule: ObjectRule)] = []
    /// Schemas for what others leave unevaluated.
    private var remainders: [(claim: Claim, evaluation: Evaluation)] = []
    /// Names that stand in a schema, in the schemas' order.
    private(set) var names: [Name] = []
    /// Patterns of `patternProperties`, each once.
    private(set) var patterns: [Name] = []
    /// What is known of names, as strings.
    private(set) var nameFacts = Facts()
    let required: Set<Name>
    let absent: Set<Name>
    private let reasoner: Reasoner

    init(_ conjunction: Conjunction, _ reasoner: Reasoner) {
        self.reasoner = reasoner
        required = conjunction.required
        absent = conjunction.absent
        var collector = Collector()
        for claim in conjunction.holding {
            let side = reasoner.sides[claim.side]
            let node = reasoner.node(claim)
            if node.unevaluatedProperties >= 0, let evaluation = Evaluation(claim.node, side, .possible) {
                remainders.append((Claim(side: claim.side, node: node.unevaluatedProperties), evaluation))
                collector.take(evaluation.names, evaluation.patterns)
            }
            guard let rule = side.objectRule(node) else { continue }
            rules.append((claim, rule))
            minProperties = max(minProperties, rule.minProperties)
            maxProperties = min(maxProperties, rule.maxProperties)
            collector.take(side.names(of: rule), side.patternRules(rule).map { side.patternText($0.pattern) })
            if rule.propertyNames >= 0 {
                nameFacts = nameFacts.adding([Claim(side: claim.side, node: rule.propertyNames)])
            }
        }
        nameFacts.kinds = .string
        collector.take(required.sorted(), [])
        names = collector.names
        patterns = collector.patterns
        minProperties = max(minProperties, required.count)
    }

    /// Collects names and patterns, each once, in order.
    private struct Collector {
        var names: [Name] = []
        var patterns: [Name] = []
        private var known: Set<Name> = []

        mutating func take(_ names: [Name], _ patterns: [Name]) {
            for name in names where known.insert(name).inserted { self.names.append(name) }
            for pattern in patterns where !self.patterns.contains(pattern) { self.patterns.append(pattern) }
        }
    }

    /// The facts of a member with this name; `nil` if there can be none.
    func member(_ name: Name) -> Facts? {
        guard !absent.contains(name), let value = reasoner.value(name) else { return nil }
        if reasoner.satisfies(nameFacts, value) == false { return nil }
        return Facts(
            rules.flatMap { claim, rule in
                (reasoner.sides[claim.side].memberNodes(rule, value) ?? []).map { Claim(side: claim.side, node: $0) }
            })
    }

    /// The facts of a member whose name stands nowhere, and that of ``patterns`` matches exactly these.
    func member(matching matched: [Name]) -> Facts {
        Facts(
            rules.flatMap { claim, rule in
                reasoner.sides[claim.side].memberNodes(rule, matching: matched).map {
                    Claim(side: claim.side, node: $0)
                }
            })
    }

    /// The names that objects can have at all, if they are few: the object is closed, or its names are enumerated.
    var possibleNames: [Name]? {
        if let values = reasoner.candidates(reasoner.conjunction(nameFacts)) { return values.map { Name($0) } }
        let isClosed =
            rules.contains { claim, rule in
                rule.patterns.isEmpty && rule.additional >= 0
                    && reasoner.node(Claim(side: claim.side, node: rule.additional)).flags.contains(.never)
            }
            || remainders.contains { claim, evaluation in
                evaluation.patterns.isEmpty && !evaluation.evaluatesMember(matching: [])
                    && reasoner.node(claim).flags.contains(.never)
            }
        return isClosed ? names : nil
    }
}

extension Side {
    /// The names that stand in a rule: of properties, required ones, and of those that others depend on.
    func names(of rule: ObjectRule) -> [Name] {
        rule.names.entries(in: tables.names).map { Name($0.name) }
            + dependents(rule).flatMap { [Name($0.name)] + requiredNames(of: $0) }
    }

    /// The schemas of a member, by its name; `nil` when a pattern reached its limit.
    func memberNodes(_ rule: ObjectRule, _ name: Value) -> [NodeIndex]? {
        var nodes: [NodeIndex] = []
        if !rule.names.isEmpty, let entry = rule.names.find(name, in: tables.names), entry.pointee.node >= 0 {
            nodes.append(entry.pointee.node)
        }
        for index in rule.patterns.indices {
            let pattern = tables.patternRules[index]
            guard let isMatch = matches(pattern.pattern, name) else { return nil }
            if isMatch { nodes.append(pattern.node) }
        }
        if nodes.isEmpty, rule.additional >= 0 { nodes.append(rule.additional) }
        return nodes
    }

    /// The schemas of a member whose name stands nowhere, and that matches exactly these patterns.
    func memberNodes(_ rule: ObjectRule, matching matched: [Name]) -> [NodeIndex] {
        let nodes = rule.patterns.indices.map { tables.patternRules[$0] }
            .filter { matched.contains(patternText($0.pattern)) }.map(\.node)
        return nodes.isEmpty && rule.additional >= 0 ? [rule.additional] : nodes
    }
}
