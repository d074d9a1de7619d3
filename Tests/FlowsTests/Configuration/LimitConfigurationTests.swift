import Delivery
import Testing

@testable import Flows

@Suite("Limits of systems in the configuration") struct LimitConfigurationTests {
    private func system(_ line: String) throws -> Configuration.System {
        let yaml = Example.yaml.replacing("concurrency: 64", with: line)
        return try #require(try Example.load(yaml).systems.first)
    }

    @Test(
        "Concurrency is a number, or adaptive with or without a ceiling",
        arguments: [
            ("concurrency: 7", ConcurrencyPolicy.fixed(7)), ("concurrency: adaptive", .adaptive(ceiling: 200)),
            ("concurrency: { adaptive: { max: 50 } }", .adaptive(ceiling: 50)),
            ("concurrency: { adaptive: {} }", .adaptive(ceiling: 200)),
        ])
    func concurrency(line: String, policy: ConcurrencyPolicy) throws {
        #expect(try system(line).concurrency == policy)
    }

    @Test(
        "A rate is per second, minute or hour, with a burst or without",
        arguments: [
            ("rate_limit: 200/s", RateLimit(perSecond: 200)), ("rate_limit: 300/m", RateLimit(perSecond: 5)),
            ("rate_limit: 7200/h", RateLimit(perSecond: 2)),
            ("rate_limit: { rate: 200/s, burst: 50 }", RateLimit(perSecond: 200, burst: 50)),
        ])
    func rate(line: String, limit: RateLimit) throws {
        #expect(try system(line).rateLimit == limit)
    }

    @Test("What is no rate is refused", arguments: ["", "200", "0/s", "-1/s", "2/d", "1.5/s", "/s", "2000000/s"])
    func noRate(text: String) {
        #expect(RateText.parse(text) == nil)
    }
}
