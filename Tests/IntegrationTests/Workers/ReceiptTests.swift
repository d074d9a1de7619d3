import Delivery
import Flows
import Foundation
import Kafka
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// Receipts, parked keys and references in real workers on a broker.
@Suite("Receipts in workers")
struct ReceiptTests {
    private static func keepReceipts(_ flow: inout FlowDefinition) {
        flow.receipts = ReceiptSettings(
            topic: "", cacheFolder: FileManager.default.temporaryDirectory.appending(path: "penstock-receipts").path)
    }

    @Test("A replay from the beginning repeats no call: every effect has its receipt")
    func replay() async throws {
        try await Plant.run(partitions: 2, change: Self.keepReceipts) { plant in
            let events = customerEvents(200)
            try await plant.produce(events)
            let first = try plant.start()
            #expect(await eventually { first.statistics.applied == 200 }, "\(first.statistics)\n\(plant.story)")
            try await plant.stop(first)
            let requests = plant.erp.currentSummary.requests
            // The positions are lost with the group; the topic of receipts is the same.
            let second = try plant.start { $0.group = BrokerAccess.uniqueName("group") }
            #expect(await eventually { second.statistics.skipped == 200 }, "\(second.statistics)\n\(plant.story)")
            try await plant.stop(second)
            #expect(second.statistics.calls == 0)
            #expect(plant.erp.currentSummary.requests == requests)
            let loaded = plant.log.lines("receipts loaded").compactMap { $0.fields["effects"] }
            // Partitions may be told of one by one; the first worker found none.
            #expect(loaded.compactMap { Int($0) }.reduce(0, +) == 200, "\(loaded)")
            try await plant.expectBalanced(events)
        }
    }

    @Test(
        "While receipts cannot be written no event counts as settled; then they are written, and no call is repeated (D1)",
        .enabled(if: BrokerAccess.offers(.faultInjection), "\(BrokerAccess.Need.faultInjection.comment)"))
    func refused() async throws {
        try await Plant.run(partitions: 2, change: Self.keepReceipts) { plant in
            let events = customerEvents(40)
            try await plant.produce(events)
            let refusal = MockCluster.ErrorCode.topicAuthorizationFailed
            plant.broker.mock?.fail(.produce, with: Array(repeating: refusal, count: 10_000))
            let pool = try plant.start()
            let warning = "receipt not acknowledged; trying again"
            // More of them than there are events: each was refused, and some were written again.
            #expect(await eventually { plant.log.lines(warning).count > 40 }, "\(pool.statistics)\n\(plant.story)")
            #expect(pool.statistics.applied == 0)
            #expect(try await plant.committedCount() == 0)
            plant.broker.mock?.stopFailing(.produce)
            #expect(await eventually { pool.statistics.applied == 40 }, "\(pool.statistics)\n\(plant.story)")
            try await plant.stop(pool)
            #expect(pool.statistics.calls == 40, "\(pool.statistics)")
            #expect(try await plant.committedCount() == 40)
            try await plant.expectBalanced(events)
        }
    }

    @Test("A worker with nothing to do rests: no descriptor is left readable, of those that receipts add either")
    func rests() async throws {
        try await Plant.run(partitions: 2, change: Self.keepReceipts) { plant in
            try await plant.produce(customerEvents(10))
            let pool = try plant.start()
            #expect(await eventually { pool.statistics.applied == 10 }, "\(pool.statistics)\n\(plant.story)")
            let before = pool.statistics.turns
            try await Task.sleep(for: .seconds(1))
            // It turns some ten times a second; a descriptor that ends every wait makes that tens of thousands.
            #expect(pool.statistics.turns - before < 1_000)
            try await plant.stop(pool)
        }
    }

    @Test("D9: events behind a parked one join it in order, also after a restart, and other keys go on")
    func behindParked() async throws {
        try await Plant.run(change: Self.keepReceipts) { plant in
            let events = customerEvents(120, customers: 10, defects: [.missingEmail], share: 0.05, seed: 3)
            var parkedKeys: Set<String> = []
            var expected: [String] = []
            for event in events {
                if event.defect != nil { parkedKeys.insert(event.key) }
                if parkedKeys.contains(event.key) { expected.append(event.key) }
            }
            #expect(!expected.isEmpty && expected.count < 120)
            try await plant.produce(Array(events.prefix(60)))
            let first = try plant.start()
            #expect(await eventually { first.statistics.applied + first.statistics.parked == 60 }, "\(plant.story)")
            try await plant.stop(first)
            try await plant.produce(Array(events.dropFirst(60)))
            let second = try plant.start()
            #expect(await eventually { second.statistics.applied + second.statistics.parked == 60 }, "\(plant.story)")
            try await plant.stop(second)
            let parked = try await plant.parked()
            #expect(parked.count == expected.count, "\(plant.story)")
            let reasons = Set(parked.compactMap { $0.header("penstock.reason") })
            #expect(reasons == ["schema", "behind-parked"] || reasons == ["mapping", "behind-parked"], "\(reasons)")
            for key in parkedKeys {
                let offsets = parked.filter { $0.key == Array(key.utf8) }
                    .compactMap { $0.header("__connect.errors.offset").flatMap { Int($0) } }
                #expect(offsets == offsets.sorted(), "in order of the key \(key)")
            }
            try await plant.expectBalanced(events, parked: expected.count)
        }
    }

    @Test("What a create remembers names the client in later updates, by another worker too")
    func reference() async throws {
        try await Plant.run(change: { flow in
            Self.keepReceipts(&flow)
            flow.steps[0].remember = [("client_id", Flows.Expression(".clientId", file: "remember"))]
            flow.steps[1].path = flow.steps[1].path.map { part in
                if case .expression = part { .reference("client_id") } else { part }
            }
        }) { plant in
            let events = customerEvents(60, customers: 5)
            try await plant.produce(Array(events.prefix(30)))
            let first = try plant.start()
            #expect(await eventually { first.statistics.applied == 30 }, "\(first.statistics)\n\(plant.story)")
            try await plant.stop(first)
            try await plant.produce(Array(events.dropFirst(30)))
            let second = try plant.start()
            #expect(await eventually { second.statistics.applied == 30 }, "\(second.statistics)\n\(plant.story)")
            try await plant.stop(second)
            try await plant.expectBalanced(events)
        }
    }
}
