import Testing

@testable import Delivery

/// Scenarios in virtual time, with the ranges that are to be expected.
@Suite("Adaptive concurrency") struct AdaptiveConcurrencyTests {
    private static let limits = SystemLimits(
        concurrency: .adaptive(ceiling: 200), circuit: CircuitLimits(failureThreshold: 1_000))

    private func server(_ capacity: Int, _ serviceTime: Duration = .milliseconds(100)) -> ScenarioServer {
        ScenarioServer(capacity: capacity, serviceTime: serviceTime)
    }

    @Test("Finds a system's capacity within five seconds and stays there", arguments: [1, 2, 5, 20, 60])
    func findsCapacity(capacity: Int) {
        var scenario = Scenario(server(capacity), Self.limits)
        scenario.run(.seconds(5))
        for limit in Self.reached(scenario, seconds: 1) + Self.reached(&scenario, later: .seconds(35)) {
            #expect(limit >= max(1, capacity * 8 / 10) && limit <= max(capacity + 3, capacity * 3 / 2))
        }
        #expect(scenario.throughput(last: 30) >= 0.9 * Double(capacity) * 10)
    }

    private static func reached(_ scenario: Scenario, seconds: Int) -> [Int] {
        [scenario.limits(last: seconds).min() ?? 0, scenario.limits(last: seconds).max() ?? 0]
    }

    /// Least and greatest mean over a second, after the time has passed: a probe's moment does not count.
    private static func reached(_ scenario: inout Scenario, later time: Duration) -> [Int] {
        scenario.run(time)
        let limits = scenario.limits(last: Int(time.components.seconds) - 5)
        let means = stride(from: 0, to: limits.count - 10, by: 10).map { limits[$0..<$0 + 10].reduce(0, +) / 10 }
        return [means.min() ?? 0, means.max() ?? 0]
    }

    @Test("Answers of uneven length do not drive it away", arguments: [0.2, 0.5, 0.9])
    func noise(spread: Double) {
        var server = server(20)
        server.spread = spread
        var scenario = Scenario(server, Self.limits)
        scenario.run(.seconds(10))
        let reached = Self.reached(&scenario, later: .seconds(60))
        #expect(reached[0] >= 14 && reached[1] <= 34, "\(reached)")
        #expect(scenario.throughput(last: 50) >= 180)
    }

    @Test("When half of the capacity fails, so does half of the limit; when it comes back, the limit does")
    func degrades() {
        var scenario = Scenario(server(20), Self.limits)
        scenario.run(.seconds(20))
        scenario.server.capacity = 10
        scenario.run(.seconds(8))
        let degraded = scenario.limits(last: 3)
        #expect(degraded.allSatisfy { (8...15).contains($0) }, "\(degraded)")
        scenario.server.capacity = 20
        scenario.run(.seconds(10))
        let recovered = scenario.limits(last: 3)
        #expect(recovered.allSatisfy { (16...30).contains($0) }, "\(recovered)")
    }

    @Test("A system that is slower for its own reasons is tried at half, and then given the whole again")
    func slower() {
        var scenario = Scenario(server(20), Self.limits)
        scenario.run(.seconds(20))
        let before = scenario.limits(last: 1).max() ?? 0
        scenario.server.serviceTime = .milliseconds(200)
        scenario.run(.seconds(8))
        #expect((scenario.limits(last: 8).min() ?? 0) <= before * 6 / 10)
        scenario.run(.seconds(12))
        let after = scenario.limits(last: 3)
        #expect(after.allSatisfy { (16...30).contains($0) }, "\(after)")
    }

    @Test("Refusals bound it where latency does not tell")
    func refusals() {
        var server = server(20)
        server.queueBound = 0
        var scenario = Scenario(server, Self.limits)
        scenario.run(.seconds(10))
        let reached = Self.reached(&scenario, later: .seconds(40))
        #expect(reached[0] >= 12 && reached[1] <= 22, "\(reached)")
        #expect(scenario.throughput(last: 40) >= 150)
    }

    @Test("It backs away from a system that is down, never below one call, and comes back")
    func outage() {
        var scenario = Scenario(server(20), Self.limits)
        scenario.run(.seconds(10))
        scenario.server.isDown = true
        scenario.run(.seconds(10))
        #expect(scenario.limits(last: 5).allSatisfy { $0 == 1 })
        scenario.server.isDown = false
        scenario.run(.seconds(15))
        #expect(scenario.limits(last: 3).allSatisfy { (16...30).contains($0) }, "\(scenario.limits(last: 3))")
    }

    @Test("It does not grow where nothing asks for more")
    func unused() {
        var scenario = Scenario(server(100), Self.limits, rates: [30])
        scenario.run(.seconds(20))
        // What waited while the first calls told of the system has used so many, and nothing since.
        #expect(scenario.limits(last: 15).allSatisfy { $0 <= 16 }, "\(scenario.limits(last: 1))")
        #expect(scenario.throughput(last: 10) >= 29)
    }

    @Test("It never passes its ceiling")
    func ceiling() {
        let limits = SystemLimits(concurrency: .adaptive(ceiling: 12))
        var scenario = Scenario(server(100), limits)
        scenario.run(.seconds(30))
        #expect(scenario.members[0].limits.allSatisfy { $0 <= 12 })
        #expect(scenario.server.mostInFlight == 12)
    }

    @Test("An overload that was there from the beginning does not become the norm")
    func loadedFromTheBeginning() {
        var scenario = Scenario(server(3), Self.limits)
        scenario.run(.seconds(2))
        scenario.server.capacity = 20
        scenario.run(.seconds(20))
        #expect(scenario.limits(last: 3).allSatisfy { (16...30).contains($0) }, "\(scenario.limits(last: 3))")
    }

    @Test("What calls from before the last change say is ignored")
    func oldCalls() {
        var limit = AdaptiveConcurrency(ceiling: 100)
        let second = { (seconds: Int64) in Instant(nanoseconds: seconds * 1_000_000_000) }
        limit.share(4)
        limit.started(inFlight: 4)
        for _ in 0..<4 { limit.answered(start: second(0), now: second(1)) }
        #expect(limit.current == 8)
        limit.refused(start: second(2), now: second(3))
        #expect(limit.current == 6)
        limit.refused(start: second(2), now: second(4))
        for _ in 0..<50 { limit.answered(start: second(1), now: second(4)) }
        #expect(limit.current == 6)
        limit.refused(start: second(3), now: second(5))
        #expect(limit.current == 4)
    }

    @Test("An answer about the event says nothing about the load; a refusal does, and so does silence")
    func signs() {
        func sign(_ outcome: Outcome) -> LoadSign { LoadSign(outcome, Verdict(outcome, policy: nil)) }
        #expect(sign(.answered(status: 201, retryAfter: nil)) == .processed)
        for status in [408, 429, 502, 503, 504] {
            #expect(sign(.answered(status: status, retryAfter: nil)) == .overloaded)
        }
        for status in [302, 400, 401, 409, 422, 500] {
            #expect(sign(.answered(status: status, retryAfter: nil)) == .none)
        }
        #expect(sign(.sentNoAnswer) == .overloaded)
        #expect(sign(.notSent) == .overloaded)
    }
}
