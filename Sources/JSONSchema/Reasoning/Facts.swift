import JSON

/// That a value matches one compiled schema, or does not.
struct Claim: Hashable, Comparable {
    /// Which of the schemas that are reasoned about.
    let side: Int
    let node: NodeIndex
    var holds = true

    var denied: Claim { Claim(side: side, node: node, holds: !holds) }

    static func < (a: Claim, b: Claim) -> Bool {
        (a.side, a.node, a.holds ? 1 : 0) < (b.side, b.node, b.holds ? 1 : 0)
    }
}

/// What is known of a value that is not there yet: all of it holds at once.
struct Facts: Hashable {
    /// Sorted, each once.
    private(set) var claims: [Claim]
    /// The kinds that the value may have, by ``TypeSet``; nothing is said of integers here.
    var kinds: TypeSet = .all
    /// Members that the value has, if it is an object; sorted.
    private(set) var present: [Name] = []
    /// Patterns that the value matches, if it is a string; sorted.
    private(set) var patterns: [Name] = []

    /// Nothing is known.
    init() {
        claims = []
    }

    init(_ claims: some Sequence<Claim>) {
        self.claims = Set(claims).sorted()
    }

    func adding(_ more: some Sequence<Claim>) -> Facts {
        var facts = self
        facts.claims = Set(claims).union(more).sorted()
        return facts
    }

    func having(_ name: Name) -> Facts {
        guard !present.contains(name) else { return self }
        var facts = self
        facts.present = (present + [name]).sorted()
        return facts
    }

    func matching(_ patterns: [Name]) -> Facts {
        var facts = self
        facts.patterns = Set(facts.patterns).union(patterns).sorted()
        return facts
    }

    func restricted(to kind: Value.Kind) -> Facts {
        var facts = self
        facts.kinds = TypeSet(kind).intersection(kinds)
        return facts
    }
}

extension Facts {
    static func == (a: Facts, b: Facts) -> Bool {
        a.kinds.rawValue == b.kinds.rawValue && a.claims == b.claims && a.present == b.present
            && a.patterns == b.patterns
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(kinds.rawValue)
        hasher.combine(claims)
        hasher.combine(present)
        hasher.combine(patterns)
    }
}

extension TypeSet {
    /// The kinds of values in jq's order.
    static let allKinds: [Value.Kind] = [.null, .false, .true, .number, .string, .array, .object]

    init(_ kind: Value.Kind) {
        self.init(rawValue: 1 << kind.rawValue)
    }

    init(_ kinds: [Value.Kind]) {
        self.init(rawValue: kinds.reduce(0) { $0 | 1 << $1.rawValue })
    }

    /// The kinds in the set.
    var kinds: [Value.Kind] { Self.allKinds.filter(contains) }

    /// What both allow: integers only, if either says so.
    func meeting(_ other: TypeSet) -> TypeSet {
        let kinds = intersection(other).subtracting(.integersOnly)
        let integers = union(other).intersection(.integersOnly)
        return kinds.contains(Value.Kind.number) ? kinds.union(integers) : kinds
    }

    /// Without the mark for integers.
    var withoutIntegers: TypeSet { subtracting(.integersOnly) }
}
