import Testing

@testable import Flows

/// What cases have reached of a flow.
@Suite("Coverage of flows")
struct GoldenCoverageTests {
    private func bench() throws -> GoldenBench {
        try GoldenBench(
            .step("create", when: ".data.n > 0", map: "if .data.n > 1 then 1 else 2 end"),
            .step("link", when: "$steps.create.status == 201", map: ".data.x // 7"),
            .step("create-again", map: "if .data.n > 1 then 1 else 2 end"))
    }

    private func texts(_ bench: GoldenBench) -> [String] {
        bench.runner.coverage.misses.map(\.miss)
    }

    @Test("what was never reached is told with its place; a program that several steps use has each branch once")
    func misses() throws {
        let bench = try bench()
        let coverage = bench.runner.coverage
        #expect([coverage.steps.count, coverage.conditions.count, coverage.branches.count] == [3, 4, 4])
        #expect(coverage.misses.count == 11)
        _ = try bench.run("")
        #expect(
            texts(bench).sorted() == [
                "else is never taken", "left of // is never taken", "right of // is never taken",
                "step link is never called", "when of create always holds", "when of link never holds",
            ])
        _ = try bench.run("answers: { create: 201 }\n")
        #expect(
            texts(bench).sorted() == [
                "else is never taken", "left of // is never taken", "when of create always holds",
            ])
        let branch = try #require(bench.runner.coverage.misses.first { $0.miss.hasPrefix("else") })
        #expect("\(branch.place)" == "test.jq:1:28")
    }

    @Test("an event that is parked before its conditions are decided reaches none of them")
    func parkedFirst() throws {
        let bench = try GoldenBench(.step("a", when: "error(1)"))
        _ = try bench.run("")
        #expect(texts(bench) == ["step a is never called", "when of a never holds", "when of a always holds"])
    }

    @Test("coverage of several threads adds up")
    func adding() throws {
        let (one, two) = (try bench(), try bench())
        _ = try one.run("")
        _ = try two.run("answers: { create: 201 }\n")
        var sum = one.runner.coverage
        sum.add(two.runner.coverage)
        #expect(sum.misses.count == 3)
        #expect(sum.steps.map(\.count) == [2, 1, 2])
    }
}
