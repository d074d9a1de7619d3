import JSON

/// What another schema asks for: documents that go to its limits tell the two apart.
struct Hints {
    private(set) var names: [Name] = []
    private(set) var values: [Value] = []
    /// Lengths of strings and numbers of elements just inside and just outside its bounds.
    private(set) var lengths: [Int] = []

    init() {}

    init(_ side: Side) {
        for position in side.program.places.indices {
            let node = side.node(NodeIndex(position))
            for name in side.objectRule(node).map(side.names) ?? [] where !names.contains(name) && names.count < 200 {
                names.append(name)
            }
            values += side.values(node)?.prefix(20) ?? []
            values += side.numberRules(node).map(\.operand)
            if let rule = side.stringRule(node) { take(rule.minLength, rule.maxLength) }
            if let rule = side.arrayRule(node) { take(rule.minItems, rule.maxItems) }
        }
        values = Array(values.prefix(500))
    }

    private mutating func take(_ minimum: Int, _ maximum: Int) {
        if minimum > 0, minimum < 1000 { lengths += [minimum - 1, minimum] }
        if maximum < 1000 { lengths += [maximum, maximum + 1] }
    }
}
