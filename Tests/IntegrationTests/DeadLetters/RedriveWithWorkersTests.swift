import Foundation
import SimulatedSystems
import TestKit
import Testing

/// A redrive while workers run: they park behind meanwhile, and go on when the key is done, over restarts.
@Suite("Redrives beside workers")
struct RedriveWithWorkersTests {
    private func settle(_ count: Int, at site: Site, _ worker: Program) async throws {
        let deadline = ContinuousClock.now + .seconds(40)
        while try await site.committedCount() < count, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await site.committedCount() == count, "\(worker.errorText)")
    }

    private func stop(_ worker: Program) async throws {
        worker.signal(SIGTERM)
        #expect(try await worker.ending().status == 0, "\(worker.errorText)")
    }

    @Test("D9: parked keys stay parked over a restart; after the redrive their new events run, in order")
    func wholeLife() async throws {
        try await Site.run(partitions: 1) { site in
            let events = customerEvents(24, customers: 2)
            let keys = Set(events.prefix(8).map(\.key))
            var worker = try site.start("run")
            defer { worker.end() }
            site.erp.faults.replace(with: [FaultRule(.answer(status: 422), path: "/v2/*")])
            try await site.produce(Array(events[0..<8]))
            try await settle(8, at: site, worker)
            site.erp.faults.clear()
            try await stop(worker)

            worker = try site.start("run")
            try await site.produce(Array(events[8..<14]))
            try await settle(14, at: site, worker)
            #expect(site.erp.journal.count == 0, "they joined the parked ones, although the ERP is mended")

            let redrive = try await site.penstock("dead-letters", "redrive", "--flow", "customers", "--yes")
            #expect(redrive.status == 0, "\(redrive.errors)")
            #expect(
                redrive.output
                    == "redriven: 14 (applied: 14, skipped: 0), failed: 0, left: 0 letters of 0 keys\n")
            let running = worker
            let isNoted = await eventually(within: .seconds(20)) {
                running.errorText.components(separatedBy: "\"parked\":\"false\"").count > keys.count
            }
            #expect(isNoted, "\(worker.errorText)")
            try await site.produce(Array(events[14..<20]))
            try await settle(20, at: site, worker)
            try await stop(worker)

            worker = try site.start("run")
            try await site.produce(Array(events[20..<24]))
            try await settle(24, at: site, worker)
            #expect(site.account(events).isBalanced, "\(site.account(events))\n\(worker.errorText)")
            let list = try await site.penstock("dead-letters", "list")
            #expect(list.output == "no dead letters\n")
            try await stop(worker)
        }
    }

    @Test("a redrive that was made while no worker ran is known to the next one before it takes events")
    func madeMeanwhile() async throws {
        try await Site.run(partitions: 1) { site in
            let events = customerEvents(12, customers: 2)
            site.erp.faults.replace(with: [FaultRule(.answer(status: 422), path: "/v2/*")])
            try await site.produce(Array(events[0..<6]))
            let first = try await site.penstock("run", "--exit-when-idle", "1", "--log-level", "critical")
            #expect(first.status == 0, "\(first.errors)")
            site.erp.faults.clear()
            let redrive = try await site.penstock("dead-letters", "redrive", "--yes")
            #expect(redrive.status == 0, "\(redrive.errors)")
            try await site.produce(Array(events[6..<12]))
            let second = try await site.penstock("run", "--exit-when-idle", "1")
            #expect(second.status == 0, "\(second.errors)")
            #expect(site.account(events).isBalanced, "\(site.account(events))\n\(second.errors)")
        }
    }
}
