import Flows
import Foundation
import PenstockService
import Reconciliation
import SimulatedSystems
import TestKit
import Testing

/// Comparisons that a worker of the group makes by itself.
@Suite("Scheduled reconcile", .serialized)
struct ReconcileScheduleTests {
    private func flow(_ site: Site) throws -> Project {
        try Project.load([site.folder.path + "/penstock.yaml"], environment: site.environment)
    }

    @Test("of two processes the one that has partition 0 compares, while both deliver")
    func every() async throws {
        try await Site.run(change: ReconcileTests.withEntity) { site in
            var flow = try #require(try flow(site).flows.first)
            flow.reconcile?.every = .seconds(1)
            let events = customerEvents(300, customers: 100)
            let keys = Set(events.map(\.key)).count
            try await site.produce(events)
            let settings = [1, 2].map { number in
                WorkerSettings(flow: flow, number: number, client: site.broker.properties, logger: BrokerAccess.quiet)
            }
            let pools = settings.map { WorkerPool([$0]) }
            let schedules = pools.map { ReconcileSchedule($0, logger: BrokerAccess.quiet) }
            #expect(
                await eventually(within: .seconds(60)) {
                    schedules.contains { $0.figures.first?.keys?[.equal] == keys }
                }, "\(schedules.map(\.figures))")
            #expect(schedules.filter { !$0.figures.isEmpty }.count == 1)
            let drift = site.erp.drift(ClientDrift(missing: 3, altered: 2))
            #expect(
                await eventually(within: .seconds(30)) {
                    schedules.contains { schedule in
                        let keys = schedule.figures.first?.keys ?? [:]
                        return keys[.missing] == drift.missing.count && keys[.different] == drift.altered.count
                    }
                }, "\(schedules.map(\.figures))")
            #expect(schedules.allSatisfy { $0.figures.allSatisfy { $0.failures == 0 } })
            for (pool, schedule) in zip(pools, schedules) {
                schedule.stop()
                pool.stop()
            }
            try await blocking {
                for (pool, schedule) in zip(pools, schedules) {
                    schedule.wait()
                    pool.wait()
                }
            }
        }
    }
}
