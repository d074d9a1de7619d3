import JSON

extension Prover {
    // MARK: Arrays

    func provesArray(_ conjunction: Conjunction, _ goal: Claim, _ node: Node, at path: String) -> Bool {
        let side = reasoner.sides[goal.side]
        guard let rule = side.arrayRule(node) else { return true }
        let array = ArrayFacts(conjunction, reasoner)
        let facts = conjunction.facts
        let longest = longest(array)
        var holds = true
        if array.minItems < rule.minItems {
            holds = explain(
                facts, goal, .minItems, path, "may have fewer than \(Explainer.count(rule.minItems, "element"))")
        }
        if longest > rule.maxItems {
            holds = explain(
                facts, goal, .maxItems, path, "may have more than \(Explainer.count(rule.maxItems, "element"))")
        }
        if rule.isUnique, !array.isUnique, longest > 1 {
            holds = explain(facts, goal, .uniqueItems, path, "may have the same element twice")
        }
        guard holds || isExplaining else { return false }
        if rule.hasElementSchemas {
            let prefixCount = max(array.prefixCount, Int(rule.prefix.count))
            // The last position stands for all from there on.
            let positions = 0..<min(prefixCount + 1, longest)
            holds =
                every(positions) { position in
                    let child = side.elementNode(rule, position)
                    let token = position < prefixCount ? String(position) : "*"
                    return child < 0
                        || inside {
                            proves(
                                array.element(position), Claim(side: goal.side, node: child), at: "\(path)/\(token)")
                        }
                } && holds
        }
        guard holds || isExplaining else { return false }
        let hasContained = rule.contains < 0 || provesContains(array, longest, rule, facts, goal, at: path)
        return holds && hasContained
    }

    /// How many elements there can be: positions at which nothing can stand end the array.
    func longest(_ array: ArrayFacts) -> Int {
        for position in 0...array.prefixCount where position < array.maxItems {
            let isImpossible = inside { refutes(array.element(position)) }
            if isImpossible { return position }
        }
        return array.maxItems
    }

    private func provesContains(
        _ array: ArrayFacts, _ longest: Int, _ rule: ArrayRule, _ facts: Facts, _ goal: Claim, at path: String
    ) -> Bool {
        let wanted = Claim(side: goal.side, node: rule.contains)
        let isEnough =
            rule.minContains == 0
            || array.rules.contains { claim, known in
                known.contains >= 0 && known.minContains >= rule.minContains
                    && quietly {
                        inside {
                            proves(Facts([Claim(side: claim.side, node: known.contains)]), wanted, at: path)
                        }
                    }
            }
            || (array.minItems >= rule.minContains
                && (0...array.prefixCount).allSatisfy { position in
                    quietly { inside { proves(array.element(position), wanted, at: path) } }
                })
        let isBounded =
            rule.maxContains >= longest
            || array.rules.contains { claim, known in
                known.contains >= 0 && known.maxContains <= rule.maxContains
                    && quietly {
                        inside {
                            proves(Facts([wanted]), Claim(side: claim.side, node: known.contains), at: path)
                        }
                    }
            }
        if !isEnough { explain(facts, goal, .contains, path, "may contain too few elements of the kind asked for") }
        if !isBounded { explain(facts, goal, .maxContains, path, "may contain too many elements of a kind") }
        return isEnough && isBounded
    }

    // MARK: Objects

    func provesObject(_ conjunction: Conjunction, _ goal: Claim, _ node: Node, at path: String) -> Bool {
        let side = reasoner.sides[goal.side]
        guard let rule = side.objectRule(node) else { return true }
        let object = ObjectFacts(conjunction, reasoner)
        let facts = conjunction.facts
        var holds = true
        for entry in rule.names.entries(in: side.tables.names)
        where entry.isRequired && !object.required.contains(Name(entry.name)) {
            let name = Explainer.text(entry.name)
            holds = explain(facts, goal, .required, path, "may lack \(name), which is required")
        }
        if object.minProperties < rule.minProperties {
            let least = Explainer.count(rule.minProperties, "member")
            holds = explain(facts, goal, .minProperties, path, "may have fewer than \(least)")
        }
        if largest(object) > rule.maxProperties {
            let most = Explainer.count(rule.maxProperties, "member")
            holds = explain(facts, goal, .maxProperties, path, "may have more than \(most)")
        }
        guard holds || isExplaining else { return false }
        holds = provesMembers(object, rule, facts, goal, at: path) && holds
        guard holds || isExplaining else { return false }
        return every(side.dependents(rule)) { provesDependent($0, object, facts, goal, at: path) } && holds
    }

    private func largest(_ object: ObjectFacts) -> Int {
        guard let names = object.possibleNames, object.maxProperties > 0 else { return object.maxProperties }
        return min(object.maxProperties, names.count)
    }

    private func provesDependent(
        _ dependent: DependentRule, _ object: ObjectFacts, _ facts: Facts, _ goal: Claim, at path: String
    ) -> Bool {
        let name = Name(dependent.name)
        guard let member = object.member(name), !inside({ refutes(member) }) else { return true }
        // With the member there, more is known.
        let present = facts.having(name)
        let required = reasoner.conjunction(present).required
        let missing = reasoner.sides[goal.side].requiredNames(of: dependent).filter { !required.contains($0) }
        if let first = missing.first {
            explain(
                facts, goal, dependent.keyword, path, "may lack \"\(first.text)\", required beside \"\(name.text)\"")
        }
        let hasSchema =
            dependent.node < 0 || proves(present, Claim(side: goal.side, node: dependent.node), at: path)
        return missing.isEmpty && hasSchema
    }
}
