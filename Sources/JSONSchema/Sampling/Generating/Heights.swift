/// How many levels the smallest value of each schema needs at least, roughly: what the sampler goes by when a document
/// has become deep enough.
struct Heights {
    private static let unknown = 1_000
    private var heights: [Int]

    init(_ side: Side) {
        heights = Array(repeating: Self.unknown, count: side.program.places.count)
        // Values only fall; recursion settles within a few rounds.
        for _ in 0..<32 {
            var hasChanged = false
            for index in heights.indices {
                let height = height(of: side.node(NodeIndex(index)), side)
                if height < heights[index] {
                    heights[index] = height
                    hasChanged = true
                }
            }
            if !hasChanged { break }
        }
    }

    subscript(_ index: NodeIndex) -> Int { index >= 0 ? heights[Int(index)] : 0 }

    /// The height of a case of a choice.
    func height(_ claims: [Claim]) -> Int {
        claims.map { $0.holds ? self[$0.node] : 0 }.max() ?? 0
    }

    private func height(of node: Node, _ side: Side) -> Int {
        if node.flags.contains(.never) { return Self.unknown }
        if node.values >= 0 { return 0 }
        var height = Self.unknown
        if !node.types.intersection([.null, .boolean, .number, .string]).isEmpty { height = 0 }
        if node.types.contains(.array) { height = min(height, arrayHeight(side.arrayRule(node), side)) }
        if node.types.contains(.object) { height = min(height, objectHeight(side.objectRule(node), side)) }
        for index in node.applicators.indices {
            let applicator = side.tables.applicators[index]
            let children = side.children(applicator.children).map { self[$0] }
            switch applicator.kind {
            case .reference, .allOf: height = max(height, children.max() ?? 0)
            case .anyOf, .oneOf: height = max(height, children.min() ?? 0)
            case .not, .condition, .dynamicReference: break
            }
        }
        return min(height, Self.unknown)
    }

    private func arrayHeight(_ rule: ArrayRule?, _ side: Side) -> Int {
        guard let rule else { return 0 }
        let containsOne = rule.contains >= 0 && rule.minContains > 0
        guard rule.minItems > 0 || containsOne else { return 0 }
        var height = containsOne ? self[rule.contains] : 0
        for position in 0..<min(rule.minItems, Int(rule.prefix.count) + 1) {
            height = max(height, self[side.elementNode(rule, position)])
        }
        return height + 1
    }

    private func objectHeight(_ rule: ObjectRule?, _ side: Side) -> Int {
        guard let rule, rule.requiredCount > 0 else { return 0 }
        let required = rule.names.entries(in: side.tables.names).filter(\.isRequired)
        return 1 + (required.map { self[$0.node] }.max() ?? 0)
    }
}
