import Foundation
import Kafka
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// `on_failure` in processes that are killed: what an event did is undone once, and then it is parked.
@Suite("Compensations")
struct CompensationTests {
    /// Creates a client, and then changes it, which the test's ERP refuses.
    private func site(_ body: (Site) async throws -> Void) async throws {
        try await Site.run(partitions: 2) { configuration in
            configuration
                .replacing(
                    "call: POST erp/clients\n",
                    with: """
                        call: POST erp/clients
                                remember: { client_id: .clientId }
                                on_failure: DELETE erp/clients/{client_id}

                        """
                )
                .replacing("when: .type == \"crm.customer.updated\"", with: "when: .type == \"crm.customer.created\"")
        } _: {
            try await body($0)
        }
    }

    private func creations(_ count: Int) -> [CustomerEvent] {
        Array(
            customerEvents(count * 4, customers: count * 4).filter { $0.type == "crm.customer.created" }.prefix(count))
    }

    private func applied(_ method: String, _ site: Site) -> Int {
        site.erp.journal.entries.count { $0.method == method && $0.kind == .applied }
    }

    private func parked(_ site: Site) async throws -> [TopicReader.Record] {
        try await blocking {
            let reader = try TopicReader(
                topic: site.topic + ".dead-letter", from: .earliest, client: site.broker.properties,
                timeout: .seconds(10), logger: BrokerAccess.quiet)
            defer { reader.close() }
            return try reader.readToEnd(within: .seconds(20))
        }
    }

    private static let refusal = FaultRule(.answer(status: 422), method: "PUT", path: "/v2/*")

    @Test("what an event did is undone and the event is parked; killed on the way, each is undone once")
    func undone() async throws {
        try await site { site in
            let events = creations(40)
            site.erp.faults.replace(with: [
                Self.refusal,
                FaultRule(.drop(.afterApplying), method: "DELETE", path: "/v2/*", probability: 0.2),
                FaultRule(.latency(.fixed(.milliseconds(150))), method: "DELETE", path: "/v2/*"),
            ])
            try await site.produce(events)
            let first = try site.start("run")
            defer { first.end() }
            #expect(await eventually(within: .seconds(60)) { applied("DELETE", site) >= 6 }, "\(first.errorText)")
            first.signal(SIGKILL)
            _ = try await first.ending()
            #expect(applied("DELETE", site) < events.count, "it was killed on the way")
            let second = try site.start("run", "--exit-when-idle", "2")
            defer { second.end() }
            let ending = try await second.ending(within: .seconds(120))
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try await site.committedCount() == events.count)
            #expect(applied("POST", site) == events.count)
            #expect(applied("DELETE", site) == events.count, "each is undone once")
            #expect(applied("PUT", site) == 0)
            #expect(site.erp.currentSummary.clients == 0)
            let letters = try await parked(site)
            #expect(Set(letters.compactMap(\.key)).count == events.count)
            #expect(Set(letters.compactMap { $0.header("penstock.reason") }) == ["rejected"])
            #expect(Set(letters.compactMap { $0.header("penstock.step") }) == ["update-client"])
            #expect(Set(letters.compactMap { $0.header("penstock.compensated") }) == ["create-client"])

            let requests = site.erp.currentSummary.requests
            site.erp.faults.clear()
            // Redriven, each event is made anew, and what was undone does not count as made.
            let redrive = try await site.penstock("dead-letters", "redrive", "--yes")
            #expect(redrive.status == 0, "\(redrive.errors)\(redrive.output)")
            #expect(site.erp.currentSummary.requests == requests + 2 * events.count)
            #expect(applied("POST", site) == 2 * events.count)
            #expect(applied("PUT", site) == events.count)
            #expect(site.erp.currentSummary.clients == events.count)
        }
    }

    @Test("a compensation that is refused parks the event half undone; a redrive undoes it first")
    func stuck() async throws {
        try await site { site in
            let events = creations(5)
            site.erp.faults.replace(with: [
                Self.refusal, FaultRule(.answer(status: 409), method: "DELETE", path: "/v2/*"),
            ])
            try await site.produce(events)
            let run = try await site.penstock("run", "--exit-when-idle", "1")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("event parked half undone"), "\(run.errors)")
            let letters = try await parked(site)
            #expect(Set(letters.compactMap { $0.header("penstock.reason") }) == ["compensation"])
            #expect(Set(letters.compactMap { $0.header("penstock.uncompensated") }) == ["create-client"])
            #expect(site.erp.currentSummary.clients == 5)

            // Undone now, made anew, refused again, and undone again.
            site.erp.faults.replace(with: [Self.refusal])
            let failed = try await site.penstock("dead-letters", "redrive", "--yes")
            #expect(failed.status == 1, "\(failed.errors)\(failed.output)")
            #expect(applied("DELETE", site) == 10)
            #expect(site.erp.currentSummary.clients == 0)

            site.erp.faults.clear()
            let redrive = try await site.penstock("dead-letters", "redrive", "--yes")
            #expect(redrive.status == 0, "\(redrive.errors)\(redrive.output)")
            #expect(applied("DELETE", site) == 10, "nothing is undone twice")
            #expect(applied("POST", site) == 15)
            #expect(site.erp.currentSummary.clients == 5)
        }
    }
}
