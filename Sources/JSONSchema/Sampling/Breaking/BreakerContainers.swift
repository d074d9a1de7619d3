import JSON

extension Breaker {
    // MARK: Arrays

    func arrayChanges(_ node: Node, _ site: Site) -> [() -> Value?] {
        guard let rule = generator.side.arrayRule(node) else { return unevaluatedChanges(node, site) }
        let elements = Array(site.value.elements)
        var changes = unevaluatedChanges(node, site)
        if rule.minItems > 0, elements.count >= rule.minItems {
            changes.append { self.array(elements.prefix(rule.minItems - 1)) }
        }
        if rule.maxItems < 200 { changes.append { self.grown(elements, to: rule.maxItems + 1, site) } }
        if rule.isUnique, let repeated = elements.first {
            changes.append {
                self.array([repeated, repeated] + elements.dropFirst(2))
            }
        }
        if rule.items >= 0 {
            let items = Claim(side: 0, node: rule.items)
            changes.append {
                self.grown(elements, to: max(elements.count, Int(rule.prefix.count)) + 1, site, not: items)
            }
        }
        if rule.contains >= 0 { changes += containsChanges(rule, elements, site) }
        return changes
    }

    private func containsChanges(_ rule: ArrayRule, _ elements: [Value], _ site: Site) -> [() -> Value?] {
        let contained = Claim(side: 0, node: rule.contains)
        let matching = elements.indices.filter { generator.side.check(rule.contains, elements[$0]) == true }
        let array = ArrayFacts(site.conjunction, generator.reasoner)
        var changes: [() -> Value?] = []
        if rule.minContains > 0 {
            changes.append {
                var changed = elements
                for position in matching.dropFirst(rule.minContains - 1) {
                    let facts = array.element(position).adding([contained.denied])
                    guard let other = self.generator.make(facts, depth: site.depth + 1) else { return nil }
                    changed[position] = other
                }
                return self.array(changed)
            }
        }
        if rule.maxContains < 100 {
            changes.append {
                var changed = elements
                while changed.count < 200, matching.count + changed.count - elements.count <= rule.maxContains {
                    let facts = array.element(changed.count).adding([contained])
                    guard let other = self.generator.make(facts, depth: site.depth + 1) else { return nil }
                    changed.append(other)
                }
                return self.array(changed)
            }
        }
        return changes
    }

    private func grown(_ elements: [Value], to count: Int, _ site: Site, not claim: Claim? = nil) -> Value? {
        let array = ArrayFacts(site.conjunction, generator.reasoner)
        var elements = elements
        while elements.count < count {
            var facts = array.element(elements.count)
            if elements.count == count - 1, let claim { facts = Facts([claim.denied]) }
            guard let value = generator.make(facts, depth: site.depth + 1) else { return nil }
            if array.isUnique, elements.contains(where: { $0.isEqual(to: value) }) { return nil }
            elements.append(value)
        }
        return self.array(elements)
    }

    private func array(_ elements: some Collection<Value>) -> Value? { try? generator.arena.array(elements) }

    private func unevaluatedChanges(_ node: Node, _ site: Site) -> [() -> Value?] {
        if site.value.kind == .array, node.unevaluatedItems >= 0 {
            return [{ self.array(Array(site.value.elements) + [self.generator.string("text") ?? .null]) }]
        }
        if site.value.kind == .object, node.unevaluatedProperties >= 0 { return [{ self.addMember(to: site.value) }] }
        return []
    }

    // MARK: Objects

    func objectChanges(_ node: Node, _ site: Site) -> [() -> Value?] {
        var changes = unevaluatedChanges(node, site)
        guard let rule = generator.side.objectRule(node) else { return changes }
        for name in generator.side.requiredNames(of: node) { changes.append { self.removing(name, from: site.value) } }
        if rule.additional >= 0 { changes.append { self.addMember(to: site.value) } }
        if rule.propertyNames >= 0 {
            for name in ["!", "", "aNameThatIsLongerThanMostSchemasAllowNamesToBe", "X y"] {
                changes.append { self.addMember(name, to: site.value) }
            }
        }
        for pattern in generator.side.patternRules(rule) {
            changes.append { self.addPatternMember(pattern, to: site.value) }
        }
        if rule.minProperties > 0 {
            changes.append {
                try? self.generator.arena.object(Array(site.value.members.prefix(rule.minProperties - 1)))
            }
        }
        if rule.maxProperties < 100 {
            changes.append { self.grownObject(site, to: rule.maxProperties + 1) }
        }
        for dependent in generator.side.dependents(rule) {
            for name in generator.side.requiredNames(of: dependent) {
                changes.append { self.removing(name, from: site.value) }
            }
        }
        return changes
    }

    private func removing(_ name: Name, from object: Value) -> Value? {
        let members = object.members.filter { Name($0.key) != name }
        return members.count == object.count ? nil : try? generator.arena.object(members)
    }

    private func addPatternMember(_ pattern: PatternRule, to object: Value) -> Value? {
        let text = generator.side.patternText(pattern.pattern)
        guard let tree = PatternReader.read(text.bytes),
            let value = generator.make(Facts([Claim(side: 0, node: pattern.node, holds: false)]), depth: 3)
        else { return nil }
        let name = PatternWriter.write(tree, reach: 1, &generator.random)
        guard let key = generator.string(name), !object.members.contains(where: { Name($0.key) == Name(key) }) else {
            return nil
        }
        return try? generator.arena.object(Array(object.members) + [Member(key: key, value: value)])
    }

    private func grownObject(_ site: Site, to count: Int) -> Value? {
        let facts = ObjectFacts(site.conjunction, generator.reasoner)
        var members = Array(site.value.members)
        generator.fill(&members, to: count, facts, depth: site.depth)
        return members.count == count ? try? generator.arena.object(members) : nil
    }
}
