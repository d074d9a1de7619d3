import Foundation
import SimulatedSystems
import TestKit
import Testing

/// D4 against an ERP that honours no idempotency key.
@Suite("Probes")
struct ProbeTests {
    private static let created = "crm.customer.created"

    /// The step that creates a client asks first; what is late is over within the probe's wait.
    private static let options = SimulatedERP.Options(honoursIdempotencyKeys: false)
    private static let probe = """
        call: POST erp/clients
                probe:
                  call: GET erp/clients?external_id={.data.id}
                  hit: .body.clients | length > 0
                  wait: 2s

        """

    private func site(_ body: (Site) async throws -> Void) async throws {
        try await Site.run(partitions: 4, erp: Self.options) { configuration in
            configuration
                .replacing("call: POST erp/clients\n", with: Self.probe)
                .replacing("timeout: 10s", with: "timeout: 1s")
        } _: {
            try await body($0)
        }
    }

    /// One creation for each customer: the only call of the example that is not idempotent by itself.
    private func creations(_ count: Int) -> [CustomerEvent] {
        Array(customerEvents(count * 4, customers: count * 4).filter { $0.type == Self.created }.prefix(count))
    }

    @Test("D4: killed, cut off and slow, an ERP without idempotency keys has every effect once")
    func noDuplicates() async throws {
        try await site { site in
            let events = creations(600)
            site.erp.faults.replace(with: [
                FaultRule(.drop(.afterApplying), method: "POST", path: "/v2/*", probability: 0.03),
                FaultRule(.drop(.beforeApplying), method: "POST", path: "/v2/*", probability: 0.03),
                // Answers, and takes effect, after the time-out.
                FaultRule(
                    .latency(.fixed(.milliseconds(1_500))), method: "POST", path: "/v2/*", probability: 0.02),
                FaultRule(.answer(status: 503), method: "GET", path: "/v2/*", probability: 0.2),
                FaultRule(.latency(.fixed(.milliseconds(20))), path: "/v2/*"),
            ])
            try await site.produce(events)
            let processes = [try site.start("run"), try site.start("run")]
            defer { for process in processes { process.end() } }
            #expect(await eventually(within: .seconds(90)) { site.erp.currentSummary.effects > events.count / 5 })
            processes[0].signal(SIGKILL)
            #expect(try await processes[0].ending().status == -SIGKILL)
            #expect(site.erp.currentSummary.effects < events.count, "it was killed on the way")
            let third = try site.start("run")
            defer { third.end() }
            #expect(
                try await isCommitted(events.count, site, within: .seconds(120)),
                "\(site.erp.currentSummary)\n\(third.errorText.suffix(2_000))")
            let account = site.account(events)
            #expect(account.isBalanced, "\(account)")
            #expect(site.erp.currentSummary.effects == events.count, "nothing twice, nothing lost: \(account)")
            #expect(
                (processes[1].errorText + third.errorText).contains("probe found the effect"), "a probe was needed")
        }
    }

    /// Stopped with calls in flight and events at hand, it goes on when all of them have effects, before it can know.
    @Test("D4: a worker that stood still beyond its session repeats nothing of what the new owner has done")
    func standstill() async throws {
        try await site { site in
            let events = creations(400)
            site.erp.faults.replace(with: [FaultRule(.latency(.fixed(.milliseconds(100))), path: "/v2/*")])
            try await site.produce(events)
            let processes = [try site.start("run"), try site.start("run")]
            defer { for process in processes { process.end() } }
            #expect(await eventually(within: .seconds(90)) { site.erp.currentSummary.effects > 100 })
            processes[0].signal(SIGSTOP)
            #expect(await eventually(within: .seconds(90)) { site.erp.currentSummary.effects == events.count })
            processes[0].signal(SIGCONT)
            #expect(
                await eventually(within: .seconds(30)) { processes[0].errorText.contains("the process stood still") })
            // What comes behind the standstill goes on, and by then whatever would be repeated has been.
            let later = Array(creations(440).suffix(40))
            try await site.produce(later)
            #expect(try await isCommitted(440, site, within: .seconds(120)), "\(site.erp.currentSummary)")
            #expect(site.erp.currentSummary.effects == 440, "nothing twice: \(site.account(events + later))")
            #expect(site.account(events + later).isBalanced)
        }
    }

    /// Waits until that many events are settled and committed.
    private func isCommitted(_ count: Int, _ site: Site, within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try await site.committedCount() == count { return true }
            try await Task.sleep(for: .milliseconds(200))
        }
        return false
    }
}
