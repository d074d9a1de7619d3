import JSON

/// Compares two versions of a schema.
///
/// Sound in both directions: `.compatible` is only said when it is proven, `.incompatible` only with a document that
/// both schemas have judged; all else is `.cannotTell`.
public enum SchemaCompatibility {
    /// How much work a comparison may be.
    public struct Limits: Hashable, Sendable {
        /// Steps of one direction's proof.
        public var proofSteps: Int
        /// Documents that are tried as witnesses in one direction.
        public var samples: Int

        public init(proofSteps: Int = 20_000, samples: Int = 1_000) {
            self.proofSteps = proofSteps
            self.samples = samples
        }
    }

    /// Compares two compiled versions. Whether formats are asserted is what each was compiled with.
    ///
    /// - Parameters:
    ///   - old: the older version; with `new` it belongs to the calling thread.
    ///   - new: the newer version.
    ///   - seed: chooses the documents that are tried; the same seed gives the same answer everywhere.
    public static func compare(
        old: Schema, new: Schema, seed: UInt64 = 1, limits: Limits = Limits()
    ) -> Compatibility {
        Compatibility(
            backward: Direction(known: old, goal: new, isBackward: true, seed: seed, limits: limits).verdict(),
            forward: Direction(known: new, goal: old, isBackward: false, seed: seed, limits: limits).verdict())
    }
}

/// The question whether whatever one schema takes another one takes as well.
private struct Direction {
    let known: Schema
    let goal: Schema
    /// Whether the goal is the newer version.
    let isBackward: Bool
    let seed: UInt64
    let limits: SchemaCompatibility.Limits

    func verdict() -> Compatibility.Verdict {
        if known.program.isSame(as: goal.program) { return .compatible }
        var obstacles: [Obstacle] = []
        if known.program.tables.isDynamic || goal.program.tables.isDynamic {
            obstacles = [
                Obstacle(
                    known: root(0), goal: root(1), keyword: nil, path: "",
                    text: "is compared only with its equal, for one of the schemas uses $dynamicRef", kind: nil)
            ]
        } else {
            let prover = Prover(Reasoner([known, goal]), steps: limits.proofSteps)
            if prover.proves(Facts([root(0)]), root(1), at: "") { return .compatible }
            obstacles = prover.obstacles.mergingKinds
        }
        var search = WitnessSearch(known: known, goal: goal, seed: seed)
        search.run(samples: limits.samples, wanted: Set(obstacles.compactMap(location)))
        let reasons = reasons(obstacles, search)
        return search.isEmpty ? .cannotTell(reasons) : .incompatible(reasons)
    }

    private func root(_ side: Int) -> Claim {
        Claim(side: side, node: (side == 0 ? known : goal).program.root)
    }

    // MARK: Reasons

    /// The obstacles, those first that a document proves; and what else documents were refused for.
    private func reasons(_ obstacles: [Obstacle], _ search: WitnessSearch) -> [Compatibility.Reason] {
        var reasons: [Compatibility.Reason] = []
        for obstacle in obstacles {
            let reason = reason(obstacle, witness: location(obstacle).flatMap { smallest(search, $0) })
            if !reasons.contains(where: { $0.isSame(as: reason) }) { reasons.append(reason) }
        }
        let told = Set(obstacles.compactMap(location))
        // A proof that ended too early may not have come to where a document is refused.
        if !reasons.contains(where: { $0.witness != nil }) {
            for (place, witness) in search.witnesses.sorted(by: { $0.key < $1.key }) where !told.contains(place) {
                reasons.append(reason(witness, smallest(search, place), at: place))
            }
        }
        return reasons.filter { $0.witness != nil } + reasons.filter { $0.witness == nil }
    }

    /// Where the goal's keyword stands, as failures name it.
    private func location(_ obstacle: Obstacle) -> String? {
        guard obstacle.goal.side == 1 else { return nil }
        let place = goal.program.places[Int(obstacle.goal.node)].absoluteLocation
        return obstacle.keyword.map { "\(place)/\($0.rawValue)" } ?? place
    }

    private func reason(_ obstacle: Obstacle, witness: String?) -> Compatibility.Reason {
        let place = obstacle.known.map { claim in
            (claim.side == 0 ? known : goal).program.places[Int(claim.node)].absoluteLocation
        }
        return reason(
            known: place ?? known.uri, goal: location(obstacle) ?? goal.uri, path: obstacle.path, text: obstacle.text,
            witness: witness)
    }

    private func smallest(_ search: WitnessSearch, _ location: String) -> String? {
        guard let witness = search.witnesses[location] else { return nil }
        var shrinker = WitnessShrinker(known: known, goal: goal, location: location)
        return shrinker.shrink(witness.document)
    }

    private func reason(
        _ witness: WitnessSearch.Witness, _ document: String?, at place: String
    ) -> Compatibility.Reason {
        reason(
            known: known.program.places[Int(known.program.root)].absoluteLocation, goal: place,
            path: witness.failure.instanceLocation, text: witness.failure.message, witness: document)
    }

    private func reason(
        known: String, goal: String, path: String, text: String, witness: String?
    ) -> Compatibility.Reason {
        Compatibility.Reason(
            oldLocation: isBackward ? known : goal, newLocation: isBackward ? goal : known, instanceLocation: path,
            text: text, witness: witness)
    }
}

extension Compatibility.Reason {
    /// Whether another one says the same of the same place; it may be reached in several ways.
    fileprivate func isSame(as other: Self) -> Bool {
        newLocation == other.newLocation && oldLocation == other.oldLocation && text == other.text
    }
}
