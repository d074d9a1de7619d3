import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The delivery contract under every interleaving that a seed can draw. See `docs/simulation.md`.
@Suite("Simulation") struct SimulationTests {
    private static let chunks = 8

    /// The number of seeds; `SEEDS` in the environment changes it, `FIRST_SEED` where they begin.
    private static var seedCount: Int { number("SEEDS") ?? 2_000 }
    private static var firstSeed: Int { number("FIRST_SEED") ?? 1 }

    private static func number(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }

    @Test("The contract holds for every seed", arguments: 0..<chunks)
    func contract(chunk: Int) {
        var position = Self.firstSeed + chunk
        while position < Self.firstSeed + Self.seedCount {
            let plan = Plan(seed: UInt64(position))
            let violations = Checker.check(plan, World(plan).run())
            if !violations.isEmpty {
                Issue.record(Comment(rawValue: Story.tell(plan, violations)))
                return
            }
            position += Self.chunks
        }
    }
}
