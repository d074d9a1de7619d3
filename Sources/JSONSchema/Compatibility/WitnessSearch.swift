import JSON

/// Looks for documents that one schema takes and another one refuses.
struct WitnessSearch {
    /// Such a document, and why it is refused.
    struct Witness {
        let document: String
        let failure: ValidationFailure
    }

    /// By the absolute location of the keyword that refuses; the shortest that was found.
    private(set) var witnesses: [String: Witness] = [:]

    private let known: Schema
    private let goal: Schema
    private let seed: UInt64

    init(known: Schema, goal: Schema, seed: UInt64) {
        self.known = known
        self.goal = goal
        self.seed = seed
    }

    var isEmpty: Bool { witnesses.isEmpty }

    /// Tries documents until there is one for each wanted place, or there have been enough.
    mutating func run(samples: Int, wanted: Set<String>) {
        // Small documents show a fault better; large ones have more of them.
        let limits = [
            SchemaSampler.Limits(depth: 2, breadth: 1, attempts: 1), .init(depth: 4, breadth: 2, attempts: 1),
            .init(depth: 6, breadth: 4, attempts: 1),
        ]
        let hints = Hints(Side(goal))
        let generators = limits.enumerated().map { index, limits in
            Generator(known, seed: seed &+ UInt64(index), limits: limits, hints: hints)
        }
        for sample in 0..<samples {
            if !witnesses.isEmpty, wanted.allSatisfy({ witnesses[$0] != nil }) { break }
            // When nothing has been found by then, the missing ones are most likely no obstacles.
            if !witnesses.isEmpty, sample > samples / 3 { break }
            attempt(generators[sample % generators.count])
        }
    }

    private mutating func attempt(_ generator: Generator) {
        generator.begin()
        guard let value = generator.document(), known.isValid(value), let failure = goal.validate(value) else { return }
        let document = Explainer.text(value)
        for leaf in failure.refusals {
            if let other = witnesses[leaf.absoluteKeywordLocation],
                other.document.utf8.count <= document.utf8.count
            {
                continue
            }
            witnesses[leaf.absoluteKeywordLocation] = Witness(document: document, failure: leaf)
        }
    }
}

extension ValidationFailure {
    /// Each failure that names a keyword, but none inside alternatives: what one of them lacks, another may have.
    var refusals: [ValidationFailure] {
        let isAlternative = keyword == Keyword.anyOf.rawValue || keyword == Keyword.oneOf.rawValue
        return (keyword.isEmpty && !causes.isEmpty ? [] : [self]) + (isAlternative ? [] : causes.flatMap(\.refusals))
    }
}
