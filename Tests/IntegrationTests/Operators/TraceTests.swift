import Foundation
import SimulatedSystems
import TestKit
import Testing

/// The life of an event and of a key, told from the topics.
@Suite("Traces")
struct TraceTests {
    @Test("an event that was parked and redriven, and one that was called: in the order of time")
    func lives() async throws {
        try await Site.run(partitions: 1) { site in
            let events = customerEvents(20, customers: 2)
            site.erp.faults.replace(with: [FaultRule(.answer(status: 422), path: "/v2/*", clientShare: 0.5)])
            try await site.produce(events)
            let run = try await site.penstock("run", "--exit-when-idle", "1", "--log-level", "critical")
            #expect(run.status == 0, "\(run.errors)")
            let called = try #require(site.erp.journal.entries.first?.eventID)
            site.erp.faults.clear()
            let redrive = try await site.penstock("dead-letters", "redrive", "--yes")
            #expect(redrive.status == 0, "\(redrive.errors)")
            let parked = try #require(site.erp.journal.entries.last?.eventID)

            let first = try await site.penstock("trace", "customers", "--event", called, "--output", "json")
            #expect(first.status == 0, "\(first.errors)")
            #expect(try kinds(first) == ["produced", "called", "settled"])
            let second = try await site.penstock("trace", "customers", "--event", parked, "--output", "json")
            let life = try kinds(second).filter { $0 != "key" && $0 != "released" }
            #expect(life == ["produced", "parked", "called", "redriven", "settled"], "\(second.output)")
            let text = try await site.penstock("trace", "customers", "--event", parked)
            #expect(text.output.contains("reason=") && text.output.contains("redrives=1"), "\(text.output)")

            let key = try #require(events.first { $0.id == parked }?.key)
            let whole = try await site.penstock("trace", "customers", "--key", key, "--output", "json")
            let count = events.filter { $0.key == key }.count
            #expect(try kinds(whole).filter { $0 == "produced" }.count == count)
            #expect(try kinds(whole).contains("key"), "that it was parked: \(whole.output)")
        }
    }

    private func kinds(_ ending: Program.Ending) throws -> [String] {
        try ending.objects.compactMap { $0["what"] as? String }
    }

    @Test("what is not known is said, with 1; wrong use with 2; a dead broker with 3")
    func unknown() async throws {
        try await Site.run(partitions: 1) { site in
            let none = try await site.penstock("trace", "customers", "--event", "nothing")
            #expect(none.status == 1)
            #expect(none.errors.contains("nothing is known of the event nothing"))
            let both = try await site.penstock("trace", "customers", "--event", "a", "--key", "b")
            #expect(both.status == 2)
            let flow = try await site.penstock("trace", "nobody", "--event", "a")
            #expect(flow.status == 2 && flow.errors.contains("customers"))
            let dead = try await site.penstock(
                "trace", "customers", "--event", "a", environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
            #expect(dead.status == 3 && dead.errors.contains("127.0.0.1:1"))
        }
    }
}
