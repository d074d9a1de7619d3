import Foundation
import SimulatedSystems
import TestKit
import Testing

/// What a repair does is recorded as what workers do is, and neither overtakes the other.
@Suite("What repairs record", .serialized)
struct RepairRecordTests {
    /// Updates go to the record's own identifier, which the creation is answered with.
    private static func withReferences(_ yaml: String) -> String {
        ReconcileTests.withEntity(yaml)
            .replacing("get: GET erp/clients/{key}", with: "get: GET erp/clients/{client_id}")
            .replacing("repair: { different:", with: "repair: { missing: create-client, different:")
            .replacing(
                "call: POST erp/clients\n", with: "call: POST erp/clients\n        remember: { client_id: .clientId }\n"
            )
            .replacing("call: PUT erp/clients/{.data.id}", with: "call: PUT erp/clients/{client_id}")
    }

    private func settle(_ count: Int, at site: Site, _ worker: Program) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await site.committedCount() < count, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await site.committedCount() == count, "\(worker.errorText)")
    }

    private func startAndSettle(_ events: ArraySlice<CustomerEvent>, at site: Site) async throws -> Program {
        let worker = try site.start("run")
        do {
            try await site.produce(Array(events))
            try await settle(events.count, at: site, worker)
            return worker
        } catch {
            worker.end()
            throw error
        }
    }

    /// A repair so slow that it can be met on its way.
    private func startSlowRepair(at site: Site) throws -> Program {
        try site.start("reconcile", "customers", "--work", "work", "--repair", "--yes", "--rate", "1/s")
    }

    private func repair(at site: Site) async throws -> Program.Ending {
        try await site.penstock("reconcile", "customers", "--work", "work", "--repair", "--yes")
    }

    private func expectEqual(_ events: [CustomerEvent], at site: Site) async throws {
        let letters = try await site.penstock("dead-letters", "list", "--output", "json")
        #expect(try letters.objects.allSatisfy { $0["state"] as? String == "redriven" }, "\(letters)")
        let after = try await site.penstock("reconcile", "customers", "--work", "work", "--output", "json")
        #expect(after.status == 0, "\(after)")
        let summary = try after.objects.last?["summary"] as? [String: Any]
        #expect(summary?["equal"] as? Int == Set(events.map(\.key)).count, "\(after)")
    }

    private func stop(_ worker: Program) async throws {
        worker.signal(SIGTERM)
        #expect(try await worker.ending().status == 0, "\(worker.errorText)")
    }

    @Test(
        "the key's next event goes to the record that the repair created; the trace shows it; a second repair calls nothing",
        arguments: [false, true])
    func references(isBesideWorkers: Bool) async throws {
        try await Site.run(change: Self.withReferences) { site in
            let events = customerEvents(120, customers: 12)
            var worker = try site.start("run")
            defer { worker.end() }
            try await site.produce(Array(events.prefix(60)))
            try await settle(60, at: site, worker)
            if !isBesideWorkers { try await stop(worker) }
            let drift = site.erp.drift(ClientDrift(missing: 3, altered: 2))
            let effects = site.erp.currentSummary.effects

            let first = try await repair(at: site)
            #expect(first.status == 0, "\(first)\n\(worker.errorText)")
            #expect(first.lines.last == "repaired: 5, verified: 5, failed: 0, in motion: 0", "\(first)")
            #expect(site.erp.currentSummary.effects == effects + 5)
            for key in drift.missing { try await expectTraced(key, at: site) }
            let second = try await repair(at: site)
            #expect(second.status == 0 && second.lines.last == "nothing to repair", "\(second)")
            #expect(site.erp.currentSummary.effects == effects + 5)

            if !isBesideWorkers { worker = try site.start("run") }
            #expect(drift.missing.allSatisfy { key in events.suffix(60).contains { $0.key == key } })
            try await site.produce(Array(events.suffix(60)))
            try await settle(120, at: site, worker)
            try await expectEqual(events, at: site)
            try await stop(worker)
        }
    }

    /// The repair stands among the calls, with what it was answered.
    private func expectTraced(_ key: String, at site: Site) async throws {
        let record = try #require(site.erp.journal.entries.last { $0.clientIdentifier == key }?.clientID)
        let trace = try await site.penstock("trace", "customers", "--key", key, "--output", "json")
        let calls = try trace.objects.filter { $0["what"] as? String == "called" }
        let last = try #require(calls.last)
        #expect(last["step"] as? String == "create-client", "\(trace)")
        #expect((last["remembered"] as? String)?.contains(record) == true, "\(trace)")
        #expect((last["note"] as? String)?.contains("repair") == true, "\(trace)")
        let held = try trace.objects.filter { $0["what"] as? String == "held" }
        #expect(held.count == 1 && (held[0]["by"] as? String)?.hasPrefix("reconcile/") == true, "\(trace)")
    }

    @Test("D9: events of a key under repair wait for its end, and run then")
    func waiting() async throws {
        try await Site.run(change: Self.withReferences) { site in
            let events = customerEvents(60, customers: 6)
            let worker = try await startAndSettle(events.prefix(30), at: site)
            defer { worker.end() }
            let drift = site.erp.drift(ClientDrift(altered: 6))
            let effects = site.erp.currentSummary.effects
            let repair = try startSlowRepair(at: site)
            defer { repair.end() }
            let isUnderWay = await eventually(within: .seconds(30)) { site.erp.currentSummary.effects > effects }
            #expect(isUnderWay, "\(repair.errorText)")
            try await site.produce(Array(events.suffix(30)))
            let ending = try await repair.ending()
            let count = drift.altered.count
            #expect(
                ending.lines.last?.hasPrefix(
                    "repaired: \(count), verified: \(count), failed: 0, in motion: 0; new events")
                    == true, "\(ending)\n\(worker.errorText)")
            try await settle(60, at: site, worker)
            #expect(await eventually { site.erp.currentSummary.effects == 60 + count }, "each once")
            try await expectEqual(events, at: site)
            try await stop(worker)
        }
    }

    @Test("a repair that was killed is gone on with: it repeats nothing, and its keys go on")
    func killed() async throws {
        try await Site.run(change: Self.withReferences) { site in
            let events = customerEvents(60, customers: 6)
            let worker = try await startAndSettle(events.prefix(30), at: site)
            defer { worker.end() }
            _ = site.erp.drift(ClientDrift(missing: 5))
            let effects = site.erp.currentSummary.effects
            let first = try startSlowRepair(at: site)
            defer { first.end() }
            let isUnderWay = await eventually(within: .seconds(30)) { site.erp.currentSummary.effects >= effects + 2 }
            #expect(isUnderWay, "\(first.errorText)")
            first.signal(SIGKILL)
            _ = try await first.ending()
            let replay = try await site.penstock("replay", "customers")
            #expect(replay.status == 1 && replay.errors.contains("penstock reconcile --repair"), "\(replay)")

            let second = try await repair(at: site)
            #expect(second.status == 0, "\(second)\n\(worker.errorText)")
            #expect(second.lines.last == "repaired: 5, verified: 5, failed: 0, in motion: 0", "\(second)")
            #expect(second.errors.contains("let go: 5 keys"), "\(second)")
            #expect(site.erp.currentSummary.effects == effects + 5, "each once")
            try await site.produce(Array(events.suffix(30)))
            try await settle(60, at: site, worker)
            try await expectEqual(events, at: site)
            try await stop(worker)
        }
    }
}
