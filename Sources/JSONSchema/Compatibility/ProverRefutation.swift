import JSON

extension Prover {
    /// Whether no value of one kind has these facts.
    func refutesKind(_ facts: Facts, _ kind: Value.Kind) -> Bool {
        let conjunction = reasoner.conjunction(facts)
        if conjunction.isContradictory || !conjunction.kinds.contains(kind) { return true }
        if let candidates = reasoner.candidates(conjunction) {
            return candidates.allSatisfy { reasoner.satisfies(facts, $0) == false }
        }
        let isEmpty =
            switch kind {
            case .number: NumberFacts(conjunction, reasoner).isEmpty
            case .string: StringFacts(conjunction, reasoner).isEmpty
            case .array: refutesArray(ArrayFacts(conjunction, reasoner))
            case .object: refutesObject(ObjectFacts(conjunction, reasoner))
            case .null, .false, .true: false
            }
        if isEmpty || refutesDenials(conjunction, kind) { return true }
        guard let choice = conjunction.choices.first else { return false }
        return choice.allSatisfy { refutes(facts.adding($0)) }
    }

    /// Whether a schema that must not match follows from those that do.
    private func refutesDenials(_ conjunction: Conjunction, _ kind: Value.Kind) -> Bool {
        guard !conjunction.failing.isEmpty else { return false }
        var known = Facts(conjunction.holding).restricted(to: kind)
        for name in conjunction.facts.present { known = known.having(name) }
        known = known.matching(conjunction.facts.patterns)
        return conjunction.failing.contains { denial in quietly { proves(known, denial.denied, at: "") } }
    }

    private func refutesArray(_ array: ArrayFacts) -> Bool {
        if array.minItems > array.maxItems { return true }
        guard array.minItems > 0 else { return false }
        return (0..<min(array.minItems, array.prefixCount + 1)).contains { position in
            inside { refutes(array.element(position)) }
        }
    }

    private func refutesObject(_ object: ObjectFacts) -> Bool {
        if object.minProperties > object.maxProperties { return true }
        if let names = object.possibleNames, names.count < object.minProperties { return true }
        return object.required.contains { name in
            guard let member = object.member(name) else { return true }
            return inside { refutes(member) }
        }
    }
}
