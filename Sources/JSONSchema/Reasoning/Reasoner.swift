import JSON
import RegularExpressions

/// Answers questions about facts: what they leave of each kind of value.
///
/// Serves one thread. Values that it gives live as long as the reasoner.
final class Reasoner {
    /// Facts that are kept taken apart; more of them only come up where many cases are gone through.
    private static let cacheLimit = 4_096

    let sides: [Side]
    let arena = Arena(byteLimit: 64 << 20)
    private var conjunctions: [Facts: Conjunction] = [:]
    private var names: [Name: Value] = [:]
    private var expressions: [Name: RegularExpression] = [:]

    init(_ schemas: [Schema]) {
        sides = schemas.map(Side.init)
    }

    func conjunction(_ facts: Facts) -> Conjunction {
        if let known = conjunctions[facts] { return known }
        let conjunction = Conjunction(facts, of: sides)
        if conjunctions.count >= Self.cacheLimit { conjunctions.removeAll(keepingCapacity: true) }
        conjunctions[facts] = conjunction
        return conjunction
    }

    func node(_ claim: Claim) -> Node { sides[claim.side].node(claim.node) }

    /// A name as a string value; `nil` when memory is exhausted.
    func value(_ name: Name) -> Value? {
        if let known = names[name] { return known }
        guard let value = name.bytes.withUnsafeBytes({ try? arena.string($0) }) else { return nil }
        names[name] = value
        return value
    }

    func expression(_ pattern: Name) -> RegularExpression? {
        if let known = expressions[pattern] { return known }
        let expression = try? RegularExpression(pattern.text, dialect: .ecma262)
        expressions[pattern] = expression
        return expression
    }

    /// Whether a value has all the facts; `nil` when that cannot be told.
    func satisfies(_ facts: Facts, _ value: Value) -> Bool? {
        guard facts.kinds.contains(value.kind) else { return false }
        var isKnown = true
        for claim in facts.claims {
            guard let verdict = sides[claim.side].check(claim.node, value) else {
                isKnown = false
                continue
            }
            if verdict != claim.holds { return false }
        }
        if value.kind == .string {
            for pattern in facts.patterns {
                guard let matches = try? expression(pattern)?.matches(value.bytes) else { return nil }
                if !matches { return false }
            }
        }
        if value.kind == .object {
            for name in facts.present where !value.members.contains(where: { Name($0.key) == name }) { return false }
        }
        return isKnown ? true : nil
    }

    /// All values that may have the facts, where they are few and can be told; they need not all have them.
    func candidates(_ conjunction: Conjunction) -> [Value]? {
        for claim in conjunction.holding {
            if let values = sides[claim.side].values(node(claim)) {
                return values.filter { conjunction.facts.kinds.contains($0.kind) }
            }
        }
        let kinds = conjunction.kinds.withoutIntegers
        if kinds == .number { return NumberFacts(conjunction, self).grid(limit: 64, arena) }
        if kinds.isSubset(of: [.null, .boolean]) {
            return kinds.kinds.map { $0 == .null ? .null : .bool($0 == .true) }
        }
        return nil
    }
}
