import JSON

/// Which members and elements a schema with `unevaluatedProperties` or `unevaluatedItems` counts as evaluated, as far
/// as that does not depend on the value.
struct Evaluation {
    /// How the schemas that apply to the same value are counted.
    enum Mode {
        /// Those that may apply: what none of them evaluates is unevaluated.
        case possible
        /// Those that must apply: what one of them evaluates is evaluated.
        case certain
    }

    /// The schemas, the one with the keyword first.
    let nodes: [NodeIndex]
    let side: Side

    /// `nil` when it depends on where a dynamic reference leads.
    init?(_ index: NodeIndex, _ side: Side, _ mode: Mode) {
        var nodes = [index]
        var seen: Set<NodeIndex> = [index]
        var position = 0
        while position < nodes.count {
            let node = side.node(nodes[position])
            position += 1
            guard let next = Self.successors(of: node, side, mode) else { return nil }
            for child in next where child >= 0 && seen.insert(child).inserted { nodes.append(child) }
        }
        self.nodes = nodes
        self.side = side
    }

    private static func successors(of node: Node, _ side: Side, _ mode: Mode) -> [NodeIndex]? {
        var next: [NodeIndex] = []
        for index in node.applicators.indices {
            let applicator = side.tables.applicators[index]
            switch applicator.kind {
            case .reference, .allOf: next += side.children(applicator.children)
            case .anyOf, .oneOf, .condition: next += mode == .possible ? side.children(applicator.children) : []
            case .not: break
            case .dynamicReference: if mode == .possible { return nil }
            }
        }
        if mode == .possible, let rule = side.objectRule(node) { next += side.dependents(rule).map(\.node) }
        return next
    }

    // MARK: Members

    private var rules: [ObjectRule] { nodes.compactMap { side.objectRule(side.node($0)) } }

    var names: [Name] {
        rules.flatMap { $0.names.entries(in: side.tables.names).filter { $0.node >= 0 }.map { Name($0.name) } }
    }

    var patterns: [Name] { rules.flatMap { side.patternRules($0).map { side.patternText($0.pattern) } } }

    /// Whether a schema other than the first evaluates all members.
    private var evaluatesAllMembers: Bool {
        rules.contains { $0.additional >= 0 } || nodes.dropFirst().contains { side.node($0).unevaluatedProperties >= 0 }
    }

    /// Whether a member is evaluated; `nil` when a pattern reached its limit.
    func evaluatesMember(_ name: Value) -> Bool? {
        if evaluatesAllMembers { return true }
        for rule in rules {
            guard let nodes = side.memberNodes(rule, name) else { return nil }
            if !nodes.isEmpty { return true }
        }
        return false
    }

    /// The same for a name that stands nowhere and, of all patterns, matches exactly these.
    func evaluatesMember(matching matched: [Name]) -> Bool {
        evaluatesAllMembers || rules.contains { !side.memberNodes($0, matching: matched).isEmpty }
    }

    // MARK: Elements

    /// Elements before this position have schemas of their own.
    var prefixCount: Int {
        nodes.compactMap { side.arrayRule(side.node($0)) }.map { Int($0.prefix.count) }.max() ?? 0
    }

    func evaluatesElement(_ position: Int, _ mode: Mode) -> Bool {
        nodes.dropFirst().contains { side.node($0).unevaluatedItems >= 0 }
            || nodes.compactMap { side.arrayRule(side.node($0)) }.contains { rule in
                position < rule.prefix.count || rule.items >= 0 || (mode == .possible && rule.contains >= 0)
            }
    }
}
