import Delivery
import Flows
import Kafka
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// Several events in a call, in real workers, at the ERP's bulk interface.
@Suite("Batches in workers")
struct BatchTests {
    /// One step for all customers, sent in batches; the ERP creates or replaces each.
    private static func sendInBatches(_ flow: inout FlowDefinition) {
        flow.steps = [flow.steps[0]]
        flow.steps[0].name = "upsert-clients"
        flow.steps[0].when = Flows.Expression(
            ".type | startswith(\"crm.customer.\") and . != \"crm.customer.merged\"", file: "when")
        flow.steps[0].schema = nil
        flow.steps[0].headers = []
        flow.steps[0].path = [.text("/clients/bulk")]
        let map = flow.steps[0].map?.text ?? "."
        flow.steps[0].map = Flows.Expression(
            "(\(map)\n) + { idempotencyKey: $idempotency_key, eventId: .id, version: .data.version }",
            file: "mappings/bulk.jq")
        flow.steps[0].batch = BatchDefinition(
            BatchPolicy(items: 100, linger: .milliseconds(20)), body: Flows.Expression("{ items: . }", file: "body"),
            key: Flows.Expression(".idempotencyKey", file: "key"),
            results: Flows.Expression(".items[] | { key: .idempotencyKey, status, body }", file: "results"))
    }

    @Test("2,000 events in a hundredth of the calls: each with its own outcome, none lost, none twice, in order")
    func outcomes() async throws {
        try await Plant.run(partitions: 2, change: Self.sendInBatches) { plant in
            let events = customerEvents(2_000, customers: 800, defects: [.refusedByERP, .missingEmail], share: 0.02)
            let bad = events.count { $0.defect != nil }
            plant.erp.faults.replace(with: [
                FaultRule(.answer(status: 503), path: "/v2/clients/bulk/items", probability: 0.02),
                FaultRule(.drop(.beforeApplying), path: "/v2/clients/bulk/items", probability: 0.01),
                FaultRule(.drop(.afterApplying), path: "/v2/clients/bulk/items", probability: 0.01),
                FaultRule(.drop(.afterApplying), path: "/v2/clients/bulk", probability: 0.05),
            ])
            try await plant.produce(events)
            let pool = try plant.start()
            #expect(
                await eventually(within: .seconds(60)) {
                    pool.statistics.applied + pool.statistics.parked == 2_000
                }, "\(pool.statistics)\n\(plant.story)")
            try await plant.stop(pool)
            try await plant.expectBalanced(events, parked: bad)
            #expect(try await plant.committedCount() == 2_000)
            #expect(pool.statistics.calls <= 2_000 / 20, "\(pool.statistics.calls) calls")
            let reasons = Set(try await plant.parked().compactMap { $0.header("penstock.reason") })
            #expect(reasons == ["rejected", "schema"] || reasons == ["rejected", "mapping", "schema"], "\(reasons)")
            let refused = try await plant.parked().first { $0.header("penstock.reason") == "rejected" }
            #expect(refused?.header("penstock.http.body")?.contains("/clientEmail") ?? false)
        }
    }

    @Test("An ERP that takes all or none: only the bad events are parked, and the others arrive")
    func splitting() async throws {
        var options = SimulatedERP.Options()
        options.bulkIsAtomic = true
        try await Plant.run(erp: options, change: Self.sendInBatches) { plant in
            let events = customerEvents(400, customers: 400, defects: [.refusedByERP], share: 0.02, seed: 5)
            let bad = events.count { $0.defect != nil }
            #expect(bad > 3)
            try await plant.produce(events)
            let pool = try plant.start()
            #expect(
                await eventually(within: .seconds(30)) { pool.statistics.applied + pool.statistics.parked == 400 },
                "\(pool.statistics)\n\(plant.story)")
            try await plant.stop(pool)
            try await plant.expectBalanced(events, parked: bad)
            #expect(pool.statistics.targetFaults == 0)
            #expect(pool.statistics.calls < 200, "\(pool.statistics.calls) calls")
        }
    }

    @Test(
        "Few customers, many events, in order in few calls: none lost, none twice; what is bad is parked, and what is behind it",
        arguments: [false, true])
    func sameKey(withReceipts: Bool) async throws {
        try await Plant.run(
            partitions: 2,
            change: { flow in
                Self.sendInBatches(&flow)
                flow.steps[0].batch?.policy.takesSameKey = true
                if withReceipts { flow.receipts = ReceiptSettings(topic: "") }
            }
        ) { plant in
            let events = customerEvents(2_000, customers: 12, defects: [.refusedByERP], share: 0.002, seed: 3)
            plant.erp.faults.replace(with: [
                FaultRule(.answer(status: 503), path: "/v2/clients/bulk/items", probability: 0.01),
                FaultRule(.drop(.beforeApplying), path: "/v2/clients/bulk/items", probability: 0.005),
                FaultRule(.drop(.afterApplying), path: "/v2/clients/bulk/items", probability: 0.005),
                FaultRule(.drop(.afterApplying), path: "/v2/clients/bulk", probability: 0.05),
            ])
            try await plant.produce(events)
            let pool = try plant.start()
            #expect(
                await eventually(within: .seconds(60)) {
                    pool.statistics.applied + pool.statistics.parked == 2_000
                }, "\(pool.statistics)\n\(plant.story)")
            try await plant.stop(pool)
            // D9: with receipts all that comes behind a bad event of the customer is parked, and in order.
            var badKeys: Set<String> = []
            let expected = events.count { event in
                if event.defect != nil { badKeys.insert(event.key) }
                return withReceipts ? badKeys.contains(event.key) : event.defect != nil
            }
            #expect(expected > 2)
            try await plant.expectBalanced(events, parked: expected)
            let parked = try await plant.parked()
            for key in badKeys {
                let offsets = parked.filter { $0.key == Array(key.utf8) }
                    .compactMap { $0.header("__connect.errors.offset").flatMap { Int($0) } }
                #expect(!offsets.isEmpty && offsets == offsets.sorted(), "in order of the key \(key)")
            }
            #expect(try await plant.committedCount() == 2_000)
            // An event for each call would be 2,000, and more for what is repeated.
            #expect(pool.statistics.calls <= 2_000 / 4, "\(pool.statistics.calls) calls")
        }
    }

    @Test("Receipts: a replay makes no call, and its batches leave no event out")
    func replay() async throws {
        try await Plant.run(change: { flow in
            Self.sendInBatches(&flow)
            flow.receipts = ReceiptSettings(topic: "")
        }) { plant in
            let events = customerEvents(300, customers: 100)
            try await plant.produce(events)
            let first = try plant.start()
            #expect(await eventually { first.statistics.applied == 300 }, "\(first.statistics)\n\(plant.story)")
            try await plant.stop(first)
            let second = try plant.start { $0.group = BrokerAccess.uniqueName("group") }
            #expect(await eventually { second.statistics.skipped == 300 }, "\(second.statistics)\n\(plant.story)")
            try await plant.stop(second)
            #expect(second.statistics.calls == 0)
            try await plant.expectBalanced(events)
        }
    }
}
