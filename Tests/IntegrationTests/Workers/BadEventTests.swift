import Flows
import Kafka
import PenstockService
import SimulatedSystems
import TestKit
import Testing

/// Bad input and what it gets: parked with stage, place and reason, and nothing else is disturbed (D5, D10).
@Suite("Bad events on the way")
struct BadEventTests {
    @Test("every kind of broken event is parked with its reason, all others are applied, once and in order")
    func defects() async throws {
        try await Plant.run(partitions: 2) { plant in
            let events = customerEvents(300, defects: EventDefect.allCases, share: 0.3)
            let expected = events.filter { [.parkedBySchema, .parkedByRefusal].contains($0.defect?.outcome) }
            let pool = try plant.start()
            try await plant.produce(events)
            #expect(
                await eventually { pool.statistics.applied + pool.statistics.skipped + pool.statistics.parked == 300 })
            try await plant.stop(pool)
            try await plant.expectBalanced(events, parked: expected.count)
            #expect(try await plant.committedCount() == 300)
            let parked = try await plant.parked()
            let reasons = Dictionary(grouping: parked) { $0.header("penstock.reason") ?? "" }
            #expect(Set(reasons.keys) == ["malformed", "schema", "rejected"])
            for record in reasons["malformed"] ?? [] { expectMalformed(record) }
            for record in reasons["schema"] ?? [] { expectSchemaFault(record) }
            for record in reasons["rejected"] ?? [] { expectRejection(record) }
        }
    }

    private func expectMalformed(_ record: TopicReader.Record) {
        #expect(record.header("__connect.errors.stage") == "VALUE_CONVERTER")
        let message = record.header("__connect.errors.exception.message") ?? ""
        #expect(message.contains("line 1, column"), "\(message)")
        #expect(record.header("penstock.attempts") == "0")
    }

    private func expectSchemaFault(_ record: TopicReader.Record) {
        #expect(record.header("__connect.errors.stage") == "VALUE_CONVERTER")
        let message = record.header("__connect.errors.exception.message") ?? ""
        #expect(message.contains("/data"), "\(message)")
    }

    private func expectRejection(_ record: TopicReader.Record) {
        #expect(record.header("__connect.errors.stage") == "TASK_PUT")
        #expect(record.header("penstock.http.status") == "422")
        #expect(record.header("penstock.http.body")?.contains("/clientEmail") ?? false)
        #expect(record.header("penstock.attempts") == "1")
        #expect(["create-client", "update-client"].contains(record.header("penstock.step") ?? ""))
        #expect(record.key != nil)
    }

    @Test("a mapping that fails or yields none or two documents parks the event, and says where")
    func mappings() async throws {
        let program = """
            if .data.lastName == "fail" then error("no such name")
            elif .data.lastName == "none" then empty
            elif .data.lastName == "two" then 1, 2
            else { x: 1 } end
            """
        try await Plant.run { flow in
            flow.steps = [flow.steps[0]]
            flow.steps[0].when = nil
            flow.steps[0].map = Expression(program, file: "mappings/picky.jq")
        } _: { plant in
            let pool = try plant.start()
            let names = ["fail", "none", "two", "other"]
            try await plant.produce(names.map { customer(lastName: $0) })
            #expect(await eventually { pool.statistics.parked == 4 })
            try await plant.stop(pool)
            let parked = try await plant.parked()
            let messages = parked.compactMap { $0.header("__connect.errors.exception.message") }
            #expect(parked.map { $0.header("penstock.reason") } == ["mapping", "mapping", "mapping", "schema"])
            #expect(parked.allSatisfy { $0.header("__connect.errors.stage") == "TRANSFORMATION" })
            #expect(messages.prefix(3).allSatisfy { $0.contains("mappings/picky.jq:") })
            #expect(messages.first?.contains("no such name") ?? false)
            #expect(
                messages.last?.contains("clientIdentifier") ?? false, "the mapped document against the ERP's schema")
            #expect(plant.erp.currentSummary.requests == 0)
            #expect(try await plant.committedCount() == 4)
        }
    }

    @Test(
        "tombstones are skipped, parked, or delivered, as the flow says", arguments: FlowDefinition.Tombstones.allCases)
    func tombstones(policy: FlowDefinition.Tombstones) async throws {
        try await Plant.run { flow in
            flow.tombstones = policy
            flow.schema = nil
            flow.steps = [flow.steps[0]]
            flow.steps[0].when = nil
            flow.steps[0].schema = nil
            flow.steps[0].map = Expression("{ gone: (.data == null) }", file: "m.jq")
        } _: { plant in
            let pool = try plant.start()
            var tombstone = customer(lastName: "x")
            tombstone.value = nil
            try await plant.produce([tombstone])
            #expect(await eventually { pool.statistics.fetched == 1 && pool.statistics.bufferedEvents == 0 })
            try await plant.stop(pool)
            let statistics = pool.statistics
            let parked = try await plant.parked()
            switch policy {
            case .skip:
                #expect(statistics.skipped == 1)
                #expect(plant.erp.currentSummary.requests == 0)
            case .park:
                #expect(statistics.parked == 1)
                #expect(parked.first?.header("penstock.reason") == "tombstone")
                #expect(parked.first?.value == nil, "it is parked as it was")
            case .deliver:
                // The ERP has no such document, and refuses it: proof that it was asked.
                #expect(plant.erp.currentSummary.requests == 1)
                #expect(parked.first?.header("penstock.reason") == "rejected")
            }
            #expect(try await plant.committedCount() == 1)
        }
    }

    @Test("an id made of dots would climb in the ERP's paths: that event is parked, and no call or circuit suffers")
    func climbingPath() async throws {
        try await Plant.run { flow in
            flow.schema = nil
            flow.steps = [flow.steps[1]]
            flow.steps[0].when = nil
            flow.steps[0].path = [.text("/clients/"), .expression(Expression(".subject", file: "path.jq"))]
        } _: { plant in
            let pool = try plant.start()
            var record = customer(lastName: "x")
            record.headers.append(("ce_subject", Array("..".utf8)))
            try await plant.produce([record])
            #expect(await eventually(within: .seconds(15)) { pool.statistics.parked == 1 })
            try await plant.stop(pool)
            #expect(try await plant.parked().first?.header("penstock.reason") == "mapping")
            #expect(pool.statistics.targetFaults == 0)
        }
    }

    /// A valid customer event in binary mode.
    private func customer(lastName: String) -> Plant.Record {
        let data = """
            {"id":"C-1","firstName":"Ada","lastName":"\(lastName)","email":"a@example.com","version":1,
            "address":{"street":"1 Way","city":"Boston","state":"MA","zip":"02101"}}
            """
        let attributes = [
            ("ce_specversion", "1.0"), ("ce_id", lastName), ("ce_source", "/crm"), ("ce_type", "crm.customer.created"),
            ("content-type", "application/json"),
        ]
        return Plant.Record(
            key: "C-1", value: Array(data.utf8), headers: attributes.map { ($0.0, Array($0.1.utf8)) })
    }
}
