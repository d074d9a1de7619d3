import Testing

@testable import SimulatedSystems

@Suite("The fault plan decides")
struct FaultPlanTests {
    private let put = FaultPlan.Call(method: "PUT", path: "/v2/clients/CRM-1", client: "CRM-1")

    private func plan(_ rules: FaultRule..., seed: UInt64 = 1) -> FaultPlan {
        var plan = FaultPlan(seed: seed)
        plan.replace(with: rules, at: .zero)
        return plan
    }

    @Test("without rules everything proceeds")
    func withoutRulesEverythingProceeds() {
        var plan = plan()
        #expect(plan.decide(put, at: .zero) == .init())
    }

    @Test(
        "a rule applies to its route only",
        arguments: [
            (nil, nil, true), ("PUT", nil, true), ("POST", nil, false),
            (nil, "/v2/clients/*", true), (nil, "/v2/clients", false), (nil, "*", true), (nil, "/v2/*/CRM-1", true),
            (nil, "*clients*", true), (nil, "/v2/*/CRM-2", false), (nil, "/v2/clients/CRM-1*", true),
        ])
    func aRuleAppliesToItsRouteOnly(method: String?, path: String?, applies: Bool) {
        var plan = plan(FaultRule(.answer(status: 500), method: method, path: path))
        #expect((plan.decide(put, at: .zero).verdict != .proceed) == applies)
    }

    @Test("an outage has a beginning and an end")
    func anOutageHasABeginningAndAnEnd() {
        var plan = plan(.outage(for: .seconds(3), after: .seconds(1)))
        let verdicts = [0.0, 0.99, 1, 3.99, 4].map { plan.decide(put, at: .seconds($0)).verdict != .proceed }
        #expect(verdicts == [false, false, true, true, false])
    }

    @Test("a share of clients is always the same clients")
    func aShareOfClientsIsAlwaysTheSameClients() {
        var plan = plan(.outage(for: .seconds(3), clientShare: 0.3))
        var struck = 0
        for number in 0..<2000 {
            let call = FaultPlan.Call(method: "PUT", path: "/", client: "CRM-\(number)")
            let verdict = plan.decide(call, at: .zero).verdict
            #expect(plan.decide(call, at: .seconds(1)).verdict == verdict)
            #expect((FaultRule.position(ofClient: "CRM-\(number)") < 0.3) == (verdict != .proceed))
            if verdict != .proceed { struck += 1 }
        }
        #expect((520...680).contains(struck))
        #expect(plan.decide(.init(method: "POST", path: "/oauth/token", client: nil), at: .zero).verdict == .proceed)
    }

    @Test("probability is kept, and the seed decides")
    func probabilityIsKeptAndTheSeedDecides() {
        func run(_ seed: UInt64) -> [Bool] {
            var plan = plan(FaultRule(.answer(status: 503), probability: 0.2), seed: seed)
            return (0..<5000).map { _ in plan.decide(put, at: .zero).verdict != .proceed }
        }
        #expect((880...1120).contains(run(1).count { $0 }))
        #expect(run(1) == run(1))
        #expect(run(1) != run(2))
    }

    @Test("a rule acts as often as it may")
    func aRuleActsAsOftenAsItMay() {
        var plan = plan(FaultRule(.drop(.afterApplying), times: 2))
        let dropped = (0..<4).map { _ in plan.decide(put, at: .zero).verdict == .drop(.afterApplying) }
        #expect(dropped == [true, true, false, false])
    }

    @Test("delays add up, and the first other rule decides")
    func delaysAddUpAndTheFirstOtherRuleDecides() {
        var plan = plan(
            FaultRule(.latency(.fixed(.milliseconds(5)))), FaultRule(.latency(.fixed(.milliseconds(7)))),
            FaultRule(.hang(atMost: .seconds(9))), FaultRule(.answer(status: 500)))
        let decision = plan.decide(put, at: .zero)
        #expect(decision.delay == .milliseconds(12))
        #expect(decision.verdict == .hang(atMost: .seconds(9)))
    }

    @Test("a rate limit lets its rate and its burst through")
    func aRateLimitLetsItsRateAndItsBurstThrough() {
        var plan = plan(FaultRule(.rateLimit(perSecond: 10, burst: 3, retryAfter: 2)))
        func admitted(_ count: Int, at seconds: Double) -> Int {
            (0..<count).count { _ in plan.decide(put, at: .seconds(seconds)).verdict == .proceed }
        }
        #expect(admitted(10, at: 0) == 3)
        #expect(plan.decide(put, at: .zero).verdict == .answer(status: 429, retryAfter: 2, limited: true))
        #expect(admitted(10, at: 0.25) == 2)
        #expect(admitted(10, at: 100) == 3)
    }

    @Test(
        "latencies have their median and their 99th percentile",
        arguments: [
            (Latency.fixed(.milliseconds(20)), 20.0, 20.0),
            (.uniform(from: .milliseconds(10), to: .milliseconds(30)), 20, 29.8),
            (.exponential(mean: .milliseconds(20)), 13.86, 92.1),
            (.logNormal(median: .milliseconds(20), p99: .milliseconds(200)), 20, 200),
        ])
    func latenciesHaveTheirMedianAndTheir99thPercentile(latency: Latency, median: Double, p99: Double) {
        var random = SeededGenerator(seed: 3)
        let sample = (0..<40_000).map { _ in latency.draw(from: &random).seconds * 1000 }.sorted()
        #expect(abs(sample[20_000] - median) < median * 0.05)
        #expect(abs(sample[39_600] - p99) < p99 * 0.1)
    }
}

@Suite("Faults as JSON")
struct FaultDescriptionTests {
    private func read(_ text: String) throws -> [FaultRule] {
        try FaultRule.list(try #require(JSONTree(parsing: Array(text.utf8)))).rules
    }

    @Test("rules are written as they are read")
    func rulesAreWrittenAsTheyAreRead() throws {
        let rules = [
            FaultRule(
                .answer(status: 503, retryAfter: 2), name: "n", method: "PUT", path: "/v2/*", probability: 0.25,
                clientShare: 0.5, after: .seconds(1), for: .seconds(3), times: 4),
            FaultRule(.latency(.fixed(.milliseconds(20)))),
            FaultRule(.latency(.uniform(from: .milliseconds(1), to: .milliseconds(2)))),
            FaultRule(.latency(.exponential(mean: .milliseconds(15)))),
            FaultRule(.latency(.logNormal(median: .milliseconds(20), p99: .milliseconds(200)))),
            FaultRule(.hang(atMost: .seconds(5))), FaultRule(.drop(.beforeApplying)), FaultRule(.drop(.midAnswer)),
            FaultRule(.rateLimit(perSecond: 12.5, burst: 4, retryAfter: 3)), FaultRule(.limitUsedUp(resetSeconds: 2)),
        ]
        let tree = JSONTree.object([.init("rules", .array(rules.map(\.tree)))])
        #expect(try FaultRule.list(try #require(JSONTree(parsing: tree.bytes))).rules == rules)
    }

    @Test(
        "what is wrong is named by its place",
        arguments: [
            ("[]", ""), ("{}", "/rules"), (#"{"rule":[]}"#, "/rule"), (#"{"rules":[3]}"#, "/rules/0"),
            (#"{"rules":[{}]}"#, "/rules/0"), (#"{"rules":[{"status":500,"hang":true}]}"#, "/rules/0"),
            (#"{"rules":[{"status":"500"}]}"#, "/rules/0/status"), (#"{"rules":[{"status":1000}]}"#, "/rules/0/status"),
            (#"{"rules":[{"status":500,"probability":1.5}]}"#, "/rules/0/probability"),
            (#"{"rules":[{"status":500},{"drop":"now"}]}"#, "/rules/1/drop"),
            (#"{"rules":[{"status":500,"for_ms":-1}]}"#, "/rules/0/for_ms"),
            (#"{"rules":[{"delay":{"fixed":3}}]}"#, "/rules/0/delay/fixed"),
            (#"{"rules":[{"delay":{"p99_ms":3}}]}"#, "/rules/0/delay"),
            (#"{"rules":[{"rate_limit":{"per_second":0}}]}"#, "/rules/0/rate_limit/per_second"),
        ])
    func whatIsWrongIsNamedByItsPlace(text: String, pointer: String) {
        let fault = #expect(throws: DocumentFault.self) { try read(text) }
        #expect(fault?.pointer == pointer)
    }
}
