import JSON

extension Generator {
    // MARK: Arrays

    func array(_ conjunction: Conjunction, depth: Int) -> Value? {
        let facts = ArrayFacts(conjunction, reasoner)
        guard facts.minItems <= facts.maxItems, facts.minItems <= 1_000 else {
            note(.minItems, conjunction, "no array has a number of elements that is asked for")
            return nil
        }
        let count = elementCount(facts, depth: depth)
        let claims = containedClaims(facts, count: count)
        var elements: [Value] = []
        for position in 0..<count {
            let wanted = facts.element(position).adding(claims[position])
            guard let element = element(wanted, elements, isUnique: facts.isUnique, depth: depth) else {
                if elements.count >= facts.minItems { break }
                if facts.isUnique { note(.uniqueItems, conjunction, "no further element was found that is not there") }
                return nil
            }
            elements.append(element)
        }
        return try? arena.array(elements)
    }

    private func elementCount(_ facts: ArrayFacts, depth: Int) -> Int {
        guard depth < limits.depth else { return facts.minItems }
        if random.happens(20), let hint = random.pick(hints.lengths), hint >= facts.minItems, hint <= facts.maxItems,
            hint <= 60
        {
            return hint
        }
        let most = min(facts.maxItems, max(facts.minItems, facts.prefixCount) + limits.breadth)
        return random.happens(20) ? facts.minItems : random.within(facts.minItems...max(most, facts.minItems))
    }

    /// For each element: which of the schemas in `contains` it has to match, or not to.
    private func containedClaims(_ facts: ArrayFacts, count: Int) -> [[Claim]] {
        var claims = [[Claim]](repeating: [], count: count)
        for (claim, rule) in facts.rules where rule.contains >= 0 {
            let contained = Claim(side: claim.side, node: rule.contains)
            let positions = random.shuffled(Array(0..<count))
            for (rank, position) in positions.enumerated() {
                if rank < rule.minContains {
                    claims[position].append(contained)
                } else if rank >= rule.maxContains {
                    claims[position].append(contained.denied)
                }
            }
        }
        return claims
    }

    private func element(_ facts: Facts, _ others: [Value], isUnique: Bool, depth: Int) -> Value? {
        guard isUnique else { return make(facts, depth: depth + 1) }
        for _ in 0..<12 {
            guard let value = make(facts, depth: depth + 1) else { return nil }
            if !others.contains(where: { $0.isEqual(to: value) }) { return value }
        }
        return nil
    }

    // MARK: Objects

    func object(_ conjunction: Conjunction, depth: Int) -> Value? {
        let first = ObjectFacts(conjunction, reasoner)
        var facts = conjunction.facts.restricted(to: .object)
        for name in chosenNames(first, depth: depth) { facts = facts.having(name) }
        // What is there may require more, and decide further choices.
        guard
            let (_, settled) = settle(facts, depth: depth)
                ?? settle(conjunction.facts.restricted(to: .object), depth: depth)
        else { return nil }
        return members(ObjectFacts(settled, reasoner), settled, depth: depth)
    }

    /// Members that need not be there and will be.
    private func chosenNames(_ facts: ObjectFacts, depth: Int) -> [Name] {
        let optional = facts.names.filter { !facts.required.contains($0) && !facts.absent.contains($0) }
        let room = facts.maxProperties - facts.required.count
        guard room > 0 else { return [] }
        if depth >= limits.depth {
            return Array(random.shuffled(optional).prefix(max(0, facts.minProperties - facts.required.count)))
        }
        let percent = random.pick([0, 30, 50, 70, 100]) ?? 50
        let limit = min(room, max(limits.breadth * 4, facts.minProperties))
        return Array(random.shuffled(optional.filter { _ in random.happens(percent) }).prefix(limit))
    }

    private func members(_ facts: ObjectFacts, _ conjunction: Conjunction, depth: Int) -> Value? {
        guard facts.minProperties <= 1_000 else { return nil }
        var members: [Member] = []
        for name in facts.names where facts.required.contains(name) {
            guard let member = member(name, facts, depth: depth) else {
                // What was only chosen may be left out.
                if conjunction.facts.present.contains(name) { continue }
                return nil
            }
            members.append(member)
        }
        var wanted = facts.minProperties
        if depth < limits.depth, random.happens(hints.names.isEmpty ? 15 : 50) {
            wanted = max(wanted, min(facts.maxProperties, members.count + random.within(1...2)))
        }
        fill(&members, to: wanted, facts, depth: depth)
        guard members.count >= facts.minProperties else {
            note(.minProperties, conjunction, "no further member was found that is allowed")
            return nil
        }
        return try? arena.object(members)
    }

    /// Adds members until there are enough, or none is found.
    func fill(_ members: inout [Member], to wanted: Int, _ facts: ObjectFacts, depth: Int) {
        for _ in 0..<(wanted * 4) where members.count < wanted {
            guard let name = otherName(facts, depth: depth), !facts.absent.contains(name),
                !members.contains(where: { Name($0.key) == name }),
                let member = member(name, facts, depth: depth)
            else { continue }
            members.append(member)
        }
    }

    private func member(_ name: Name, _ facts: ObjectFacts, depth: Int) -> Member? {
        guard let known = facts.member(name), let key = string(name.bytes), let value = make(known, depth: depth + 1)
        else { return nil }
        return Member(key: key, value: value)
    }

    /// A name for a further member: one that the schema knows, one of a pattern, one of `propertyNames`, or any.
    private func otherName(_ facts: ObjectFacts, depth: Int) -> Name? {
        if random.happens(50), let name = random.pick(hints.names) { return name }
        if random.happens(40), let name = random.pick(facts.names) { return name }
        if random.happens(60), let pattern = random.pick(facts.patterns) {
            guard let tree = PatternReader.read(pattern.bytes) else { return nil }
            return Name(String(decoding: PatternWriter.write(tree, reach: 2, &random), as: UTF8.self))
        }
        if facts.nameFacts.claims.isEmpty, random.happens(80) {
            return Name(FreeText.word(&random) + (random.happens(40) ? String(random.below(100)) : ""))
        }
        return make(facts.nameFacts, depth: depth + 1).map { Name($0) }
    }
}
