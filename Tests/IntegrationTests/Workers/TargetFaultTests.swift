import Flows
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// D5: a fault of the target never parks an event. It waits, and goes on when the system has healed.
@Suite("Faults of the target (D5)")
struct TargetFaultTests {
    struct Trouble: Sendable, CustomTestStringConvertible {
        let name: String
        let rules: [FaultRule]
        var testDescription: String { name }
    }

    static let troubles = [
        Trouble(name: "401", rules: [FaultRule(.answer(status: 401), path: "/v2/*")]),
        Trouble(name: "403", rules: [FaultRule(.answer(status: 403), path: "/v2/*")]),
        Trouble(name: "503", rules: [FaultRule(.answer(status: 503), path: "/v2/*")]),
        Trouble(name: "429 with Retry-After", rules: [FaultRule(.answer(status: 429, retryAfter: 1), path: "/v2/*")]),
        Trouble(name: "408", rules: [FaultRule(.answer(status: 408), path: "/v2/*")]),
        Trouble(name: "302", rules: [FaultRule(.answer(status: 302), path: "/v2/*")]),
        Trouble(name: "hang", rules: [FaultRule(.hang(), path: "/v2/*")]),
        Trouble(name: "drop before applying", rules: [FaultRule(.drop(.beforeApplying), path: "/v2/*")]),
        Trouble(name: "token endpoint 503", rules: [FaultRule(.answer(status: 503), path: "/oauth/*")]),
        Trouble(name: "token endpoint 401", rules: [FaultRule(.answer(status: 401), path: "/oauth/*")]),
    ]

    @Test("nothing is lost, nothing is parked, and all goes on when it heals", arguments: troubles)
    func heals(trouble: Trouble) async throws {
        try await Plant.run { flow in
            flow.systems[0].endpoint.timeoutMilliseconds = 300
        } _: { plant in
            let events = customerEvents(60)
            plant.erp.faults.replace(with: trouble.rules)
            try await plant.produce(events)
            let pool = try plant.start()
            let met = await eventually {
                let counters = plant.erp.faults.counters
                return counters.answered + counters.hung + counters.droppedBeforeApplying >= 3
                    && pool.statistics.targetFaults >= 3
            }
            #expect(met, "\(pool.statistics)")
            #expect(pool.statistics.applied == 0)
            #expect(pool.statistics.parked == 0)
            #expect(try await plant.committedCount() == 0, "D1: nothing is settled")
            plant.erp.faults.clear()
            #expect(await eventually { pool.statistics.applied == 60 }, "\(pool.statistics)")
            try await plant.stop(pool)
            try await plant.expectBalanced(events)
            #expect(try await plant.committedCount() == 60)
        }
    }

    @Test("D3, D4: an answer that never arrived is unknown; the repeat under the same key has no second effect")
    func droppedAnswers() async throws {
        try await Plant.run { plant in
            let events = customerEvents(100)
            plant.erp.faults.replace(with: [
                FaultRule(.drop(.afterApplying), path: "/v2/*", probability: 0.2),
                FaultRule(.drop(.midAnswer), path: "/v2/*", probability: 0.1),
            ])
            try await plant.produce(events)
            let pool = try plant.start()
            #expect(await eventually { pool.statistics.applied == 100 }, "\(pool.statistics)")
            try await plant.stop(pool)
            try await plant.expectBalanced(events)
            #expect(plant.erp.currentSummary.duplicatesSuppressed > 0, "there were repeats")
        }
    }

    @Test("a limit that a success says to be used up holds back the next calls; nobody is refused")
    func limitUsedUp() async throws {
        try await Plant.run { flow in
            flow.systems[0].limits.concurrency = .fixed(1)
        } _: { plant in
            let events = customerEvents(3, customers: 3)
            plant.erp.faults.replace(with: [FaultRule(.limitUsedUp(resetSeconds: 1), path: "/v2/*")])
            try await plant.produce(events)
            let pool = try plant.start()
            #expect(await eventually { pool.statistics.applied == 3 }, "\(pool.statistics)")
            try await plant.stop(pool)
            try await plant.expectBalanced(events)
            #expect(pool.statistics.targetFaults == 0)
            let times = plant.erp.journal.entries.map(\.milliseconds)
            // The answer is read a little after the effect, so that the pause is never shorter than what was asked for.
            for (first, next) in zip(times, times.dropFirst()) { #expect(next - first >= 1_000, "\(times)") }
        }
    }

    @Test("no connection at all: the ERP goes away and comes back on its port")
    func noConnection() async throws {
        // An address of its own, so that no other test's server takes the port meanwhile.
        try await Plant.run(at: "127.0.0.2") { plant in
            let events = customerEvents(60)
            await plant.server.stop()
            try await plant.produce(events)
            let pool = try plant.start()
            #expect(await eventually { pool.statistics.targetFaults >= 3 }, "\(pool.statistics)")
            #expect(!plant.log.lines("call without an answer; trying again").isEmpty)
            // Somebody else may have been given the port meanwhile, and holds it for a moment.
            var server: SimulatedServer?
            for _ in 0..<400 where server == nil {
                server = try? await plant.erp.start(at: .init(host: plant.server.host, port: plant.server.port))
                if server == nil { try await Task.sleep(for: .milliseconds(50)) }
            }
            let again = try #require(server)
            #expect(await eventually { pool.statistics.applied == 60 }, "\(pool.statistics)")
            try await plant.stop(pool)
            try await plant.expectBalanced(events)
            await again.stop()
        }
    }

    @Test("D2, D5: customers whose records are locked hold back only themselves")
    func lockedCustomers() async throws {
        try await Plant.run { plant in
            let events = customerEvents(200)
            let share = 0.4
            plant.erp.faults.replace(with: [FaultRule(.answer(status: 503), path: "/v2/*", clientShare: share)])
            let free = events.filter { FaultRule.position(ofClient: $0.customer.id) >= share }
            #expect(!free.isEmpty && free.count < events.count)
            try await plant.produce(events)
            let pool = try plant.start()
            #expect(await eventually { pool.statistics.applied == free.count }, "\(free.count): \(pool.statistics)")
            plant.erp.faults.clear()
            #expect(await eventually { pool.statistics.applied == 200 }, "\(pool.statistics)")
            try await plant.stop(pool)
            try await plant.expectBalanced(events)
        }
    }

    @Test("401 raises an alarm that an operator can act on, and says when it is over")
    func alarm() async throws {
        try await Plant.run { plant in
            plant.erp.faults.replace(with: [FaultRule(.answer(status: 401), path: "/v2/*")])
            try await plant.produce(customerEvents(5))
            let pool = try plant.start()
            let alarm = "system refuses us: its calls wait until it accepts again; check its credentials"
            #expect(await eventually { plant.log.lines(alarm).count == 1 })
            #expect(plant.log.lines(alarm).first?.fields["system"] == "erp")
            #expect(plant.log.lines(alarm).first?.level == .error)
            plant.erp.faults.clear()
            #expect(await eventually { pool.statistics.applied == 5 })
            try await plant.stop(pool)
            #expect(plant.log.lines("system accepts us again").count == 1)
            #expect(plant.log.lines(alarm).count == 1, "one alarm for one outage")
        }
    }

    @Test("a status that a step declares to be success is one: 409 of a client that is there already")
    func declaredSuccess() async throws {
        try await Plant.run(erp: .init(refusesKnownIdentifiers: true)) { flow in
            flow.steps[0].successStatuses = [201, 409]
            flow.steps[0].when = nil
            flow.steps = [flow.steps[0]]
        } _: { plant in
            try await plant.produce(customerEvents(20, customers: 3))
            let pool = try plant.start()
            #expect(await eventually { pool.statistics.applied == 20 }, "\(pool.statistics)")
            try await plant.stop(pool)
            #expect(plant.erp.currentSummary.effects == 3)
        }
    }
}
