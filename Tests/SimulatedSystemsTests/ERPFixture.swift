import Testing

@testable import SimulatedSystems

/// A running ERP and a client to talk to it.
struct ERPFixture: Sendable {
    let erp: SimulatedERP
    let http: RawHTTP

    /// Runs an ERP for as long as the body takes.
    static func run(
        _ options: SimulatedERP.Options = .init(clientID: nil), _ body: (ERPFixture) async throws -> Void
    ) async throws {
        let erp = SimulatedERP(options)
        let server = try await erp.start()
        do {
            try await body(ERPFixture(erp: erp, http: RawHTTP(port: server.port)))
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    static func client(_ identifier: String = "CRM-1", name: String = "Ada Brown", status: String = "active") -> String
    {
        #"{"clientIdentifier":"\#(identifier)","clientName":"\#(name)","clientEmail":"ada@example.com","#
            + #""clientAddress":{"street":"1 Weir Street","city":"Boston","state":"MA","zipCode":"02101"},"#
            + #""status":"\#(status)"}"#
    }

    func post(_ body: String = client(), key: String? = nil) async throws -> RawHTTP.Reply {
        try await http.reply("POST", "/v2/clients", headers: key.map { ["Idempotency-Key": $0] } ?? [:], body: body)
    }

    func put(_ id: String, _ body: String, key: String? = nil) async throws -> RawHTTP.Reply {
        try await http.reply(
            "PUT", "/v2/clients/\(id)", headers: key.map { ["Idempotency-Key": $0] } ?? [:], body: body)
    }
}

extension RawHTTP.Reply {
    var document: JSONTree? { JSONTree(parsing: Array(body.utf8)) }

    /// The places named in a problem's `errors`.
    var faultyPlaces: [String] {
        document?["errors"]?.elements?.compactMap { $0["pointer"]?.string } ?? []
    }
}
