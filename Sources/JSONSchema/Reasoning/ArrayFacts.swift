import JSON

/// What facts leave of arrays.
struct ArrayFacts {
    private(set) var minItems = 0
    private(set) var maxItems = Int.max
    private(set) var isUnique = false
    /// Elements before this position have schemas of their own.
    private(set) var prefixCount = 0
    private(set) var rules: [(claim: Claim, rule: ArrayRule)] = []
    /// Schemas for what others leave unevaluated.
    private var remainders: [(claim: Claim, evaluation: Evaluation)] = []
    private let reasoner: Reasoner

    init(_ conjunction: Conjunction, _ reasoner: Reasoner) {
        self.reasoner = reasoner
        for claim in conjunction.holding {
            let node = reasoner.node(claim)
            let side = reasoner.sides[claim.side]
            if node.unevaluatedItems >= 0, let evaluation = Evaluation(claim.node, side, .possible) {
                remainders.append((Claim(side: claim.side, node: node.unevaluatedItems), evaluation))
                prefixCount = max(prefixCount, evaluation.prefixCount)
            }
            guard let rule = side.arrayRule(node) else { continue }
            rules.append((claim, rule))
            minItems = max(minItems, rule.minItems)
            maxItems = min(maxItems, rule.maxItems)
            isUnique = isUnique || rule.isUnique
            prefixCount = max(prefixCount, Int(rule.prefix.count))
            if rule.contains >= 0 { minItems = max(minItems, rule.minContains) }
        }
    }

    /// The facts of the element at a position; those from ``prefixCount`` on all have the same.
    func element(_ position: Int) -> Facts {
        Facts(
            rules.compactMap { claim, rule in
                let node = reasoner.sides[claim.side].elementNode(rule, position)
                return node >= 0 ? Claim(side: claim.side, node: node) : nil
            })
    }
}

extension Side {
    /// The schema of the element at a position.
    func elementNode(_ rule: ArrayRule, _ position: Int) -> NodeIndex {
        position < rule.prefix.count ? tables.children[Int(rule.prefix.start) + position] : rule.items
    }
}
