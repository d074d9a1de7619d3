import JSON

/// Breaks one thing in a valid document: picks a keyword that holds somewhere in it, and changes that place so that it
/// should not hold any more. Whether nothing else broke, the schema decides.
struct Breaker {
    /// A value in the document, and what holds for it.
    struct Site {
        let value: Value
        let conjunction: Conjunction
        /// The positions that lead to it, of elements and of members.
        let path: [Int]
        /// Levels above it.
        var depth: Int { path.count }
    }

    let generator: Generator

    init(_ generator: Generator) {
        self.generator = generator
    }

    /// The document with one place changed; `nil` if nothing was found to change.
    func breakOne(of document: Value) -> Value? {
        var sites: [Site] = []
        collect(document, generator.root, path: [], into: &sites)
        for _ in 0..<8 {
            guard let site = generator.random.pick(sites), let broken = breakOne(at: site) else { continue }
            return replace(document, at: site.path[...], by: broken)
        }
        return nil
    }

    // MARK: Finding places

    private func collect(_ value: Value, _ facts: Facts, path: [Int], into sites: inout [Site]) {
        guard sites.count < 500, path.count < 40 else { return }
        let conjunction = matching(value, facts.restricted(to: value.kind))
        sites.append(Site(value: value, conjunction: conjunction, path: path))
        let reasoner = generator.reasoner
        if value.kind == .array {
            let array = ArrayFacts(conjunction, reasoner)
            for (position, element) in value.elements.enumerated() {
                collect(element, array.element(position), path: path + [position], into: &sites)
            }
        } else if value.kind == .object {
            let object = ObjectFacts(conjunction, reasoner)
            for (position, member) in value.members.enumerated() {
                guard let facts = object.member(Name(member.key)) else { continue }
                collect(member.value, facts, path: path + [position], into: &sites)
            }
        }
    }

    /// What holds for a value, with those cases of each choice that it matches.
    private func matching(_ value: Value, _ facts: Facts) -> Conjunction {
        var conjunction = generator.reasoner.conjunction(facts)
        for _ in 0..<20 {
            guard let cases = conjunction.choices.first,
                let chosen = cases.first(where: { generator.reasoner.satisfies(Facts($0), value) == true })
            else { break }
            conjunction = generator.reasoner.conjunction(conjunction.facts.adding(chosen))
        }
        return conjunction
    }

    // MARK: Changing places

    private func breakOne(at site: Site) -> Value? {
        var changes: [() -> Value?] = []
        for claim in site.conjunction.holding {
            let node = generator.side.node(claim.node)
            changes.append { self.breakType(node) }
            if node.values >= 0 { changes.append { self.breakValues(site) } }
            // What must not match is made to match.
            for applicator in generator.side.applicators(of: node) where applicator.kind == .not {
                let refused = Claim(side: 0, node: generator.side.children(applicator.children)[0])
                changes.append { self.generator.make(Facts([refused]), depth: site.depth) }
            }
            switch site.value.kind {
            case .number: changes += numberChanges(node, site)
            case .string: changes += stringChanges(node, site)
            case .array: changes += arrayChanges(node, site)
            case .object: changes += objectChanges(node, site)
            case .null, .false, .true: break
            }
        }
        return generator.random.pick(changes)?()
    }

    private func breakType(_ node: Node) -> Value? {
        if node.types.contains(.integersOnly), generator.random.happens(50) { return generator.literal("0.5") }
        let others = TypeSet.allKinds.filter { !node.types.contains($0) }
        return generator.random.pick(others).flatMap(plainValue)
    }

    private func plainValue(_ kind: Value.Kind) -> Value? {
        switch kind {
        case .null: .null
        case .false: .false
        case .true: .true
        case .number: generator.literal("17")
        case .string: generator.string("text")
        case .array: .emptyArray
        case .object: .emptyObject
        }
    }

    private func breakValues(_ site: Site) -> Value? {
        switch site.value.kind {
        case .string: generator.string((site.value.string ?? "") + "x")
        case .number: generator.literal("987654321")
        case .true: .false
        case .false: .true
        case .null: nil
        case .array: try? generator.arena.array(Array(site.value.elements) + [.null])
        case .object: addMember(to: site.value)
        }
    }

    // MARK: Putting together

    /// The document with the value at a path replaced.
    private func replace(_ document: Value, at path: ArraySlice<Int>, by value: Value) -> Value? {
        guard let position = path.first else { return value }
        if document.kind == .array {
            var elements = Array(document.elements)
            guard let new = replace(elements[position], at: path.dropFirst(), by: value) else { return nil }
            elements[position] = new
            return try? generator.arena.array(elements)
        }
        var members = Array(document.members)
        guard let new = replace(members[position].value, at: path.dropFirst(), by: value) else { return nil }
        members[position] = Member(key: members[position].key, value: new)
        return try? generator.arena.object(members)
    }

    func addMember(_ name: String = "unexpected", to object: Value) -> Value? {
        var members = Array(object.members)
        guard let key = generator.string(name), object[name] == nil else { return nil }
        members.append(Member(key: key, value: generator.string("text") ?? .null))
        return try? generator.arena.object(members)
    }
}
