import Testing

@testable import Delivery

@Suite("Rate limit") struct RateLimitTests {
    private func scenario(_ rate: RateLimit, rates: [Double?] = [nil]) -> Scenario {
        Scenario(
            ScenarioServer(capacity: 10_000, serviceTime: .milliseconds(50)),
            SystemLimits(concurrency: .fixed(1_000), rate: rate), rates: rates)
    }

    @Test("Never more than rate and burst in any window, and nearly all of the rate", arguments: [3.0, 20, 200, 950])
    func bound(perSecond: Double) {
        let rate = RateLimit(perSecond: perSecond)
        var scenario = scenario(rate)
        scenario.run(.seconds(20))
        for window in [Duration.milliseconds(10), .milliseconds(100), .seconds(1), .seconds(10)] {
            let bound = perSecond * (window / .seconds(1)) + rate.burst
            #expect(Double(scenario.mostStarts(within: window)) <= bound + 1e-6)
        }
        #expect(scenario.startRate(last: 10) >= 0.95 * perSecond)
    }

    @Test("The burst is what may start at once after a pause")
    func burst() {
        var scenario = scenario(RateLimit(perSecond: 10, burst: 30))
        scenario.run(.milliseconds(5))
        #expect(scenario.starts.count == 30)
        scenario.run(.milliseconds(995))
        #expect((39...40).contains(scenario.starts.count))
    }

    @Test("The core tells when the next token comes")
    func deadline() {
        var driver = Driver(
            CoreConfiguration(systems: [SystemLimits(concurrency: 4, rate: RateLimit(perSecond: 2, burst: 1))]))
        driver.assign()
        driver.advance(.zero)
        for offset in 0..<3 { driver.fetch(Int64(offset), key: UInt64(offset)) }
        driver.prepareAll()
        #expect(driver.taken().calls.count == 1)
        #expect(driver.core.nextDeadline == Instant(nanoseconds: 500_000_000))
        driver.advance(.milliseconds(499))
        #expect(driver.taken().calls.isEmpty)
        driver.advanceToDeadline()
        #expect(driver.taken().calls.count == 1)
    }

    @Test("Another rate leaves no more tokens than fit, and new room is empty")
    func change() {
        var bucket = TokenBucket(RateLimit(perSecond: 100, burst: 50))
        bucket.advance(to: .zero)
        bucket.change(perSecond: 20, burst: 10, now: .zero)
        #expect(bucket.available == 10)
        bucket.change(perSecond: 100, burst: 50, now: .zero)
        #expect(bucket.available == 10)
        bucket.advance(to: Instant(nanoseconds: 100_000_000))
        #expect(bucket.available == 20)
    }

    @Test("A rate of nothing lets nothing start, and sets no deadline")
    func nothing() {
        var bucket = TokenBucket(RateLimit(perSecond: 10, burst: 5))
        bucket.change(perSecond: 0, burst: 0, now: .zero)
        bucket.advance(to: .distantFuture)
        #expect(bucket.available == 0 && bucket.nextToken == nil)
    }
}
