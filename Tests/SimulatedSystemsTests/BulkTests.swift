import Testing

@testable import SimulatedSystems

@Suite("The ERP's bulk interface")
struct BulkTests {
    private func item(_ identifier: String, key: String? = nil, email: String = "ada@example.com") -> String {
        let client = ERPFixture.client(identifier).replacing("ada@example.com", with: email)
        guard let key else { return client }
        return client.dropLast() + #","idempotencyKey":"\#(key)"}"#
    }

    private func results(_ reply: RawHTTP.Reply) -> [String] {
        reply.document?["items"]?.elements?.map {
            "\($0["clientIdentifier"]?.string ?? "") \($0["status"]?.int ?? 0)"
        } ?? []
    }

    @Test("each client is created or replaced, or refused, for itself")
    func each() async throws {
        try await ERPFixture.run { erp async throws in
            let body = "[\(item("C-1")),\(item("C-2", email: "odd")),\(item("C-1"))]"
            let reply = try await erp.http.reply("POST", "/v2/clients/bulk", body: body)
            #expect(reply.status == 200)
            #expect(results(reply) == ["C-1 201", "C-2 422", "C-1 200"])
            #expect(erp.erp.currentSummary.requests == 1)
            #expect(erp.erp.currentSummary.effects == 2)
        }
    }

    @Test("idempotency keys are of the clients, whatever they are sent with")
    func keys() async throws {
        try await ERPFixture.run { erp async throws in
            _ = try await erp.http.reply(
                "POST", "/v2/clients/bulk", body: "[\(item("C-1", key: "a")),\(item("C-2", key: "b"))]")
            let reply = try await erp.http.reply(
                "POST", "/v2/clients/bulk", body: #"{"items":[\#(item("C-2", key: "b")),\#(item("C-3", key: "c"))]}"#)
            #expect(results(reply) == ["C-2 201", "C-3 201"])
            #expect(erp.erp.currentSummary.effects == 3)
            #expect(erp.erp.currentSummary.duplicatesSuppressed == 1)
        }
    }

    @Test("faults of single clients: a status, or no word with and without effect")
    func faults() async throws {
        try await ERPFixture.run { erp async throws in
            let path = SimulatedERP.bulkItemPath
            erp.erp.faults.replace(with: [
                FaultRule(.answer(status: 503), path: path, times: 1),
                FaultRule(.drop(.beforeApplying), path: path, times: 1),
                FaultRule(.drop(.afterApplying), path: path, times: 1),
            ])
            let body = "[\(["C-1", "C-2", "C-3", "C-4"].map { item($0) }.joined(separator: ","))]"
            let reply = try await erp.http.reply("POST", "/v2/clients/bulk", body: body)
            #expect(results(reply) == ["C-1 503", "C-4 201"])
            #expect(erp.erp.journal.entries.map(\.clientIdentifier) == ["C-3", "C-4"])
        }
    }

    @Test("an ERP that takes all or none names what is wrong, and one with a limit refuses more")
    func whole() async throws {
        var options = SimulatedERP.Options(clientID: nil)
        options.bulkIsAtomic = true
        options.bulkItemLimit = 2
        try await ERPFixture.run(options) { erp async throws in
            let bad = "[\(item("C-1")),\(item("C-2", email: "odd"))]"
            let reply = try await erp.http.reply("POST", "/v2/clients/bulk", body: bad)
            #expect(reply.status == 422)
            #expect(reply.faultyPlaces == ["/1/clientEmail"])
            let many = "[\(["C-1", "C-2", "C-3"].map { item($0) }.joined(separator: ","))]"
            #expect(try await erp.http.reply("POST", "/v2/clients/bulk", body: many).status == 413)
            #expect(try await erp.http.reply("POST", "/v2/clients/bulk", body: "{}").status == 400)
            #expect(erp.erp.currentSummary.effects == 0)
        }
    }
}
