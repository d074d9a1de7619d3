import Testing

@testable import Delivery

@Suite("Limits shared by the workers of a process") struct LimitSharesTests {
    @Test(
        "Parts are max-min fair, and what nobody wants is spread evenly",
        arguments: [
            ([10, 10], 100.0, [50.0, 50]), ([10, .infinity], 100, [10, 90]), ([.infinity, .infinity], 100, [50, 50]),
            ([20, 50, .infinity], 90, [20, 35, 35]), ([0, 0, 30], 60, [10, 10, 40]), ([], 10, []),
        ])
    func maxMin(demands: [Double], total: Double, parts: [Double]) {
        #expect(LimitShares.maxMin(demands, total: total) == parts)
    }

    private func rated(_ rates: [Double?]) -> Scenario {
        Scenario(
            ScenarioServer(capacity: 10_000, serviceTime: .milliseconds(50)),
            SystemLimits(concurrency: .fixed(1_000), rate: RateLimit(perSecond: 100, burst: 10)), rates: rates)
    }

    private func isNear(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= 0.1 * expected }

    @Test("Two flows that want all have half each")
    func equal() {
        var scenario = rated([nil, nil])
        scenario.run(.seconds(15))
        #expect(isNear(scenario.startRate(0, last: 10), 50) && isNear(scenario.startRate(1, last: 10), 50))
        checkBound(scenario)
    }

    @Test("Who wants less than its half has what it wants, and the other has the rest")
    func unequal() {
        var scenario = rated([20, nil])
        scenario.run(.seconds(15))
        #expect(isNear(scenario.startRate(0, last: 10), 20), "\(scenario.startRate(0, last: 10))")
        #expect(isNear(scenario.startRate(1, last: 10), 80), "\(scenario.startRate(1, last: 10))")
        checkBound(scenario)
    }

    @Test("The share of an idle flow goes to the other, and comes back when it wakes")
    func idle() {
        var scenario = rated([0, nil])
        scenario.run(.seconds(10))
        #expect(scenario.startRate(1, last: 5) >= 95)
        scenario.members[0].perSecond = nil
        scenario.run(.milliseconds(400))
        #expect(!scenario.members[0].starts.isEmpty)
        scenario.run(.seconds(10))
        #expect(isNear(scenario.startRate(0, last: 5), 50) && isNear(scenario.startRate(1, last: 5), 50))
        checkBound(scenario)
    }

    /// Together they never start more than one bucket would let through, and one call more for each worker.
    private func checkBound(_ scenario: Scenario) {
        for window in [Duration.milliseconds(100), .seconds(1), .seconds(5)] {
            let bound = 100 * (window / .seconds(1)) + 10 + Double(scenario.members.count)
            #expect(Double(scenario.mostStarts(within: window)) <= bound)
        }
    }

    private func adaptive(_ rates: [Double?]) -> Scenario {
        Scenario(
            ScenarioServer(capacity: 30, serviceTime: .milliseconds(100)),
            SystemLimits(concurrency: .adaptive(ceiling: 200)), rates: rates)
    }

    private func mean(_ limits: [Int]) -> Double { Double(limits.reduce(0, +)) / Double(max(1, limits.count)) }

    @Test("Workers that adapt find the capacity together, and share it")
    func together() {
        var scenario = adaptive([nil, nil, nil])
        scenario.run(.seconds(40))
        let means = (0..<3).map { mean(scenario.limits($0, last: 20)) }
        #expect((24...48).contains(means.reduce(0, +)), "\(means)")
        #expect(means.allSatisfy { $0 >= 0.25 * means.reduce(0, +) }, "\(means)")
        #expect((0..<3).reduce(0) { $0 + scenario.throughput($1, last: 20) } >= 270)
    }

    @Test("A worker that comes later has its part, although it has never seen the system without load")
    func latecomer() {
        var scenario = adaptive([nil, 0])
        scenario.run(.seconds(20))
        #expect(scenario.throughput(0, last: 10) >= 280)
        scenario.members[1].perSecond = nil
        scenario.run(.seconds(10))
        let (first, second) = (scenario.throughput(0, last: 5), scenario.throughput(1, last: 5))
        #expect(second >= 0.4 * (first + second), "\(first), \(second)")
        scenario.members[1].perSecond = 0
        scenario.run(.seconds(30))
        #expect(scenario.throughput(0, last: 10) >= 270, "\(scenario.throughput(0, last: 10))")
    }

    @Test("Nobody is given what another still holds")
    func noOverlap() {
        var shares = LimitShares(SystemLimits(concurrency: 1, rate: RateLimit(perSecond: 100)))
        let (first, second) = (shares.join(), shares.join())
        let wish = LimitDemand(concurrency: 0, perSecond: .infinity)
        #expect(shares.exchange(first, LimitDemand(concurrency: 0, perSecond: 0)).rate?.perSecond == 50)
        #expect(shares.exchange(second, wish).rate?.perSecond == 50)
        #expect(shares.exchange(first, LimitDemand(concurrency: 0, perSecond: 10)).rate?.perSecond == 10)
        #expect(shares.exchange(second, wish).rate?.perSecond == 90)
        shares.leave(first)
        #expect(shares.exchange(second, wish).rate?.perSecond == 100)
    }

    @Test("A Retry-After that one worker sees holds back all (D5)")
    func retryAfter() {
        var scenario = rated([nil, nil])
        scenario.run(.seconds(2))
        scenario.server.isDown = true
        scenario.server.retryAfter = .seconds(3)
        scenario.run(.milliseconds(200))
        let told = scenario.starts.count
        scenario.server.isDown = false
        scenario.run(.milliseconds(2_700))
        #expect(scenario.starts.count == told)
        scenario.run(.seconds(2))
        #expect(scenario.members.allSatisfy { $0.successes.last.map { $0 > scenario.now + .seconds(-1) } ?? false })
    }

    @Test("Through a half-open circuit goes exactly one trial at a time (D5)")
    func halfOpen() {
        let circuit = CircuitLimits(failureThreshold: 5, openTime: .seconds(1), maximumOpenTime: .seconds(1))
        var scenario = Scenario(
            ScenarioServer(capacity: 20, serviceTime: .milliseconds(100)),
            SystemLimits(concurrency: .adaptive(ceiling: 50), circuit: circuit))
        scenario.run(.seconds(3))
        scenario.server.isDown = true
        scenario.run(.milliseconds(500))
        let before = scenario.starts.count
        scenario.run(.seconds(5))
        #expect((4...5).contains(scenario.starts.count - before))
        scenario.server.isDown = false
        scenario.run(.seconds(5))
        #expect(scenario.throughput(last: 2) >= 100)
    }
}
