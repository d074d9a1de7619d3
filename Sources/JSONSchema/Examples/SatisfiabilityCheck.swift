import JSON

/// Whether anything can satisfy a schema, as far as that can be told.
struct SatisfiabilityCheck {
    private static let stepLimit = 20_000

    private let reasoner: Reasoner

    init(_ schema: Schema) {
        reasoner = Reasoner([schema])
    }

    /// Why nothing, or nothing of a kind that the schema speaks of, satisfies it; `nil` if something may.
    func problem(of index: NodeIndex) -> String? {
        let claim = Claim(side: 0, node: index)
        let node = reasoner.node(claim)
        guard !node.flags.contains(.referenceOnly), !isMeant(node) else { return nil }
        let prover = Prover(reasoner, steps: Self.stepLimit)
        let facts = Facts([claim])
        let kinds = reasoner.conjunction(facts).kinds.kinds
        if prover.refutes(facts) {
            let reason = kinds.lazy.compactMap { self.reason(facts, $0, prover) }.first
            return "no value can be valid" + (reason.map { ": \($0)" } ?? "")
        }
        guard node.values < 0 else { return nil }
        for kind in kinds where speaks(node, of: kind) {
            let restricted = facts.restricted(to: kind)
            guard prover.refutes(restricted) else { continue }
            let reason = reason(facts, kind, prover).map { ": \($0)" } ?? ""
            return "\(Explainer.describe(kind)) can never be valid" + reason
        }
        return nil
    }

    /// Whether refusing everything is what the schema is for: `false` and `{"not": {}}`.
    private func isMeant(_ node: Node) -> Bool {
        if node.flags.contains(.never) { return true }
        guard let applicator = reasoner.sides[0].onlyApplicator(of: node), applicator.kind == .not else { return false }
        let child = reasoner.sides[0].node(reasoner.sides[0].children(applicator.children)[0])
        return child.flags.contains(.typeOnly) && child.types == .all
    }

    private func speaks(_ node: Node, of kind: Value.Kind) -> Bool {
        switch kind {
        case .null, .false, .true: false
        case .number: node.number >= 0
        case .string: node.string >= 0
        case .array: node.array >= 0
        case .object: node.object >= 0
        }
    }

    /// What in particular keeps values of a kind from being valid, where it is a single thing.
    private func reason(_ facts: Facts, _ kind: Value.Kind, _ prover: Prover) -> String? {
        let conjunction = reasoner.conjunction(facts.restricted(to: kind))
        if conjunction.holding.contains(where: { reasoner.node($0).values >= 0 }) {
            return "none of the values that it lists satisfies the rest of it"
        }
        switch kind {
        case .null, .false, .true: return nil
        case .number: return NumberFacts(conjunction, reasoner).isEmpty ? "its bounds leave no number" : nil
        case .string: return StringFacts(conjunction, reasoner).isEmpty ? "no length is long and short enough" : nil
        case .array:
            let array = ArrayFacts(conjunction, reasoner)
            return array.minItems > array.maxItems
                ? "it asks for more elements than it allows" : "an element that it asks for can have no value"
        case .object:
            let object = ObjectFacts(conjunction, reasoner)
            let impossible = object.required.sorted().first { name in
                object.member(name).map { prover.refutes($0) } ?? true
            }
            if let impossible { return "the required member \"\(impossible.text)\" can have no value" }
            return object.minProperties > object.maxProperties ? "it asks for more members than it allows" : nil
        }
    }
}
