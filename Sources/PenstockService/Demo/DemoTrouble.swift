import SimulatedSystems

/// What goes wrong in the demo's ERP.
enum DemoTrouble {
    static let description = "slow at times, refusing some customers for a while, dropping answers"

    static let rules: [FaultRule] = [
        FaultRule(.latency(.exponential(mean: .milliseconds(4))), name: "latency"),
        // Some customers' records are locked for two seconds: their keys wait, the others go on.
        FaultRule(
            .answer(status: 503, retryAfter: nil), name: "locked", path: "/v2/*", clientShare: 0.05,
            after: .seconds(1), for: .seconds(2)),
        // The whole system is down for a second: nothing is parked, nothing is lost.
        FaultRule(.answer(status: 503), name: "outage", path: "/v2/*", after: .seconds(4), for: .seconds(1)),
        FaultRule(
            .answer(status: 429, retryAfter: 1), name: "too many", path: "/v2/*", probability: 0.5,
            after: .seconds(6), for: .milliseconds(100)),
        // Applied, but the answer never arrives: only the idempotency key keeps the repeat from being a second effect.
        FaultRule(.drop(.afterApplying), name: "dropped answers", path: "/v2/*", probability: 0.01),
    ]
}
