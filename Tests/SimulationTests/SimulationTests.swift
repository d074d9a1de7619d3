import Delivery
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
        var tally: [String: Int] = [:]
        let counts = Self.number("COVERAGE") != nil
        for seed in stride(from: Self.firstSeed + chunk, to: Self.firstSeed + Self.seedCount, by: Self.chunks) {
            let plan = Plan(seed: UInt64(seed))
            let world = World(plan)
            if counts { world.sketches = [] }
            let journal = world.run()
            if counts { Totals.shared.add(journal, plan, world.sketches ?? []) }
            guard let first = Checker.check(plan, journal).first else { continue }
            if Self.number("TALLY") == nil {
                Issue.record(Comment(rawValue: Story.tell(plan, first)))
                return
            }
            tally[first.promise, default: 0] += 1
            tally[Self.summary(first), default: 0] += 1
        }
        if !tally.isEmpty { Issue.record(Comment(rawValue: "tally \(tally)")) }
        if counts { Totals.shared.finished(of: Self.chunks) }
    }

    @Test("The contract holds under each order", arguments: Order.allCases, [1, 2])
    func order(_ order: Order, half: Int) {
        for seed in stride(from: Self.firstSeed + half, to: Self.firstSeed + Self.seedCount / 4, by: 2) {
            let plan = Plan(seed: UInt64(seed), order: order)
            guard let first = Checker.check(plan, World(plan).run()).first else { continue }
            Issue.record(Comment(rawValue: Story.tell(plan, first)))
            return
        }
    }

    @Test("The freer the order, the sooner an outage of some events is over")
    func freedom() {
        var ends: [Order: Int] = [:]
        for order in Order.allCases {
            for seed in 1...60 as ClosedRange<UInt64> {
                let plan = Plan(seed: seed, order: order)
                // With many events parked, more freedom is more to park behind.
                guard plan.compensations.isEmpty else { continue }
                let journal = World(plan).run()
                for entry in journal {
                    if case .released(_, _, .some) = entry.what, entry.time < plan.healed {
                        ends[order, default: 0] += 1
                    }
                }
            }
        }
        let settled = Order.allCases.map { ends[$0, default: 0] }
        #expect(ends[.partition, default: 0] < ends[.key, default: 0], "\(settled)")
        #expect(ends[.key, default: 0] < ends[.none, default: 0], "\(settled)")
    }

    /// A violation without its numbers, so that like ones are counted together.
    private static func summary(_ violation: Violation) -> String {
        violation.promise + ": " + violation.detail.filter { !$0.isNumber }
    }

    @Test("The seeds draw everything that the checker is there for")
    func coverage() {
        var coverage = Coverage()
        let count = min(300, Self.seedCount)
        for seed in Self.firstSeed..<Self.firstSeed + count {
            coverage.add(World(Plan(seed: UInt64(seed))).run())
        }
        guard count == 300 else { return }
        for what in Coverage.expected {
            #expect(coverage.counts[what, default: 0] > 0, "\(what): none in \(count) seeds")
        }
        if Self.number("COVERAGE") != nil { print(coverage.counts.sorted { $0.key < $1.key }) }
    }

    @Test("A seed gives the same story every time")
    func repeatable() {
        for seed in [3, 77, 1_114] as [UInt64] {
            let first = World(Plan(seed: seed)).run()
            let second = World(Plan(seed: seed)).run()
            #expect(first.map { "\($0)" } == second.map { "\($0)" })
        }
    }
}
