import JSON

/// Makes values that have given facts, by chance and trial.
final class Generator {
    let side: Side
    let reasoner: Reasoner
    let limits: SchemaSampler.Limits
    let hints: Hints
    let heights: Heights
    var random: Randomness
    /// The values of the document at hand.
    private(set) var arena = Arena(byteLimit: 64 << 20)
    /// What kept a value from being made, the last time that it was known.
    private(set) var obstacle: SamplingError?
    /// Values that may still be tried for the document at hand.
    private var stepsLeft = 0

    private static let stepLimit = 20_000
    /// Levels beyond the wanted depth at which what is required is still made; recursion without end stops there.
    private static let extraDepth = 24

    init(_ schema: Schema, seed: UInt64, limits: SchemaSampler.Limits, hints: Hints = Hints()) {
        reasoner = Reasoner([schema])
        side = reasoner.sides[0]
        self.limits = limits
        self.hints = hints
        heights = Heights(side)
        random = Randomness(seed: seed)
    }

    /// Forgets the values of the last document.
    func begin() {
        arena.reset()
        stepsLeft = Self.stepLimit
    }

    var root: Facts { Facts([Claim(side: 0, node: side.program.root)]) }

    var rootLocation: String { side.place(side.program.root).absoluteLocation }

    /// A value for the whole schema, which need not be valid yet.
    func document() -> Value? {
        make(root, depth: 0)
    }

    /// A value with these facts; `nil` if none was found.
    func make(_ facts: Facts, depth: Int) -> Value? {
        guard depth < limits.depth + Self.extraDepth else { return nil }
        for _ in 0..<max(2, 8 - depth) {
            guard stepsLeft > 0 else { return nil }
            stepsLeft -= 1
            guard let (settled, conjunction) = settle(facts, depth: depth) else { continue }
            guard let value = attempt(conjunction, depth: depth), accepts(settled, value) else { continue }
            return value
        }
        return stated(facts)
    }

    /// Schemas behind dynamic references are only judged as part of the whole document.
    func accepts(_ facts: Facts, _ value: Value) -> Bool {
        side.tables.isDynamic || reasoner.satisfies(facts, value) != false
    }

    /// The facts with all choices made; `nil` if the choices contradict.
    func settle(_ facts: Facts, depth: Int) -> (Facts, Conjunction)? {
        var facts = facts
        var conjunction = reasoner.conjunction(facts)
        while !conjunction.isContradictory, let cases = conjunction.choices.first {
            guard let chosen = choose(cases, depth: depth) else { return nil }
            facts = facts.adding(chosen)
            conjunction = reasoner.conjunction(facts)
        }
        return conjunction.isContradictory ? nil : (facts, conjunction)
    }

    private func choose(_ cases: [[Claim]], depth: Int) -> [Claim]? {
        guard depth >= limits.depth else { return random.pick(cases) }
        let lowest = cases.map(heights.height).min()
        return random.pick(cases.filter { heights.height($0) == lowest })
    }

    private func attempt(_ conjunction: Conjunction, depth: Int) -> Value? {
        if let candidates = reasoner.candidates(conjunction) {
            return random.shuffled(candidates).first { accepts(conjunction.facts, $0) }
        }
        var kinds = conjunction.kinds.kinds
        // One of two values is a boolean by chance, not two of three.
        if kinds.contains(.false), kinds.contains(.true) {
            kinds.removeAll { $0 == (random.happens(50) ? .true : .false) }
        }
        if depth >= limits.depth {
            let scalars = kinds.filter { $0 < .array }
            if !scalars.isEmpty { kinds = scalars }
        }
        switch random.pick(kinds) {
        case nil: return nil
        case .null: return .null
        case .false: return .false
        case .true: return .true
        case .number: return number(conjunction)
        case .string: return string(conjunction)
        case .array: return array(conjunction, depth: depth)
        case .object: return object(conjunction, depth: depth)
        }
    }

    /// A value that the schema itself gives: by `examples` or `default`.
    private func stated(_ facts: Facts) -> Value? {
        for claim in reasoner.conjunction(facts).holding {
            let schema = side.place(claim.node).value
            var values = schema["examples"].map { Array($0.elements) } ?? []
            if let value = schema["default"] { values.append(value) }
            if let value = random.shuffled(values).first(where: { reasoner.satisfies(facts, $0) == true }) {
                return value
            }
        }
        return nil
    }

    // MARK: Memory

    func string(_ text: String) -> Value? { try? arena.string(text) }

    func string(_ bytes: [UInt8]) -> Value? { bytes.withUnsafeBytes { try? arena.string($0) } }

    /// Notes which keyword of the facts kept a value from being made.
    func note(_ keyword: Keyword, _ conjunction: Conjunction, _ message: String) {
        let claim =
            conjunction.holding.first { side.place($0.node).value[keyword.rawValue] != nil }
            ?? conjunction.holding.first
        let place = claim.map { side.place($0.node).absoluteLocation } ?? ""
        obstacle = SamplingError(keyword: keyword.rawValue, location: "\(place)/\(keyword.rawValue)", message: message)
    }
}
