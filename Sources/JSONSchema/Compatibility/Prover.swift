import JSON

/// Proves that whatever has some facts matches a schema, or that nothing has them.
///
/// A goal that comes back while it is being proven, for a part of the value that it was asked for, is taken to hold:
/// that is induction over the size of the value. When it comes back for the same value it is not proven.
/// What is proven is true; what is not proven may be true all the same.
final class Prover {
    let reasoner: Reasoner
    var identity: Identity
    /// What stood in the way, while ``isExplaining``.
    private(set) var obstacles: [Obstacle] = []
    /// Whether a failed proof should say why; alternatives are tried without.
    private(set) var isExplaining = true
    /// How many parts of parts the value at hand is inside the document.
    private(set) var depth = 0
    /// Whether the proof was given up for its length.
    private(set) var isExhausted = false

    private var stepsLeft: Int
    private var open: [Goal: (depth: Int, position: Int)] = [:]
    private var proven: Set<Goal> = []
    private var refuted: Set<Goal> = []
    /// The outermost open goal that has been used; proofs that rest on it are only good inside it.
    private var outermostUsed = Int.max

    private static let depthLimit = 64

    /// What has to follow from facts: that a schema matches, or, without one, a contradiction.
    struct Goal: Hashable {
        let facts: Facts
        let claim: Claim?
    }

    init(_ reasoner: Reasoner, steps: Int) {
        self.reasoner = reasoner
        identity = Identity(reasoner.sides)
        stepsLeft = steps
    }

    // MARK: Goals

    /// Whether every value with these facts matches the schema.
    func proves(_ facts: Facts, _ goal: Claim, at path: String) -> Bool {
        let node = reasoner.node(goal)
        if node.flags.contains(.typeOnly), node.types == .all { return true }
        if facts.claims.contains(where: { $0.holds && identity.areSame($0, goal) }) { return true }
        return settle(Goal(facts: facts, claim: goal)) {
            every(facts.kinds.kinds) { provesKind(facts.restricted(to: $0), goal, $0, at: path) }
        } whenGivenUp: {
            explain(facts, goal, nil, path, "is too deep inside, or takes too many steps, to be compared")
        }
    }

    /// Whether no value has these facts.
    func refutes(_ facts: Facts) -> Bool {
        quietly {
            settle(Goal(facts: facts, claim: nil)) {
                facts.kinds.kinds.allSatisfy { refutesKind(facts.restricted(to: $0), $0) }
            } whenGivenUp: {
            }
        }
    }

    private func settle(_ goal: Goal, _ prove: () -> Bool, whenGivenUp giveUp: () -> Void) -> Bool {
        if proven.contains(goal) { return true }
        if !isExplaining, refuted.contains(goal) { return false }
        if let opened = open[goal] {
            guard opened.depth < depth else { return false }
            outermostUsed = min(outermostUsed, opened.position)
            return true
        }
        guard stepsLeft > 0, depth < Self.depthLimit, open.count < 4 * Self.depthLimit else {
            if stepsLeft <= 0 { isExhausted = true }
            giveUp()
            return false
        }
        stepsLeft -= 1
        let position = open.count
        let outer = outermostUsed
        outermostUsed = .max
        open[goal] = (depth, position)
        let isProven = prove()
        open[goal] = nil
        if isProven, outermostUsed >= position { proven.insert(goal) }
        if !isProven { refuted.insert(goal) }
        outermostUsed = min(outer, outermostUsed < position ? outermostUsed : .max)
        return isProven
    }

    // MARK: Control

    /// Whether all hold. When explaining, all are looked at, so that all obstacles are found.
    func every<T>(_ items: some Sequence<T>, _ holds: (T) -> Bool) -> Bool {
        var all = true
        for item in items where !holds(item) {
            all = false
            if !isExplaining { return false }
        }
        return all
    }

    /// Runs a proof that does not say why it fails.
    func quietly(_ prove: () -> Bool) -> Bool {
        let wasExplaining = isExplaining
        isExplaining = false
        defer { isExplaining = wasExplaining }
        return prove()
    }

    /// Runs a proof for a part of the value.
    func inside(_ prove: () -> Bool) -> Bool {
        depth += 1
        defer { depth -= 1 }
        return prove()
    }

    /// Notes what stands in the way; always false.
    @discardableResult
    func explain(
        _ facts: Facts, _ goal: Claim, _ keyword: Keyword?, _ path: String, _ text: String, kind: Value.Kind? = nil
    ) -> Bool {
        guard isExplaining, obstacles.count < 100 else { return false }
        let obstacle = Obstacle(
            known: facts.claims.first { $0.holds && $0.side != goal.side } ?? facts.claims.first, goal: goal,
            keyword: keyword, path: path, text: text, kind: kind)
        if !obstacles.contains(obstacle) { obstacles.append(obstacle) }
        return false
    }
}

/// Where a proof ended.
struct Obstacle: Hashable {
    /// What is known of the value there, by one schema of possibly many.
    let known: Claim?
    /// What should have followed.
    let goal: Claim
    let keyword: Keyword?
    /// The place in the document.
    let path: String
    var text: String
    /// The kind of value that is refused, if it is for its kind alone.
    let kind: Value.Kind?
}

extension [Obstacle] {
    /// Those that only differ in the kind of value that is refused, as one.
    var mergingKinds: [Obstacle] {
        var merged: [Obstacle] = []
        for obstacle in self {
            guard let kind = obstacle.kind else {
                merged.append(obstacle)
                continue
            }
            let isSame = { (other: Obstacle) in
                other.goal == obstacle.goal && other.path == obstacle.path && other.kind != nil
            }
            guard !merged.contains(where: isSame) else { continue }
            let kinds = [kind] + filter(isSame).compactMap(\.kind)
            var one = obstacle
            one.text = "may be \(Explainer.describe(TypeSet(kinds)))"
            merged.append(one)
        }
        return merged
    }
}
