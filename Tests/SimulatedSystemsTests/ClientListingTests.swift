import Testing

@testable import SimulatedSystems

@Suite("Listing and drift of the ERP's clients") struct ClientListingTests {
    private func erp(clients count: Int) -> SimulatedERP {
        let erp = SimulatedERP(.init(clientID: nil))
        for number in 0..<count {
            for name in ["Ada", "Eva"].prefix(number.isMultiple(of: 2) ? 2 : 1) {
                let body = """
                    {"clientIdentifier":"CRM-\(number)","clientName":"\(name)","clientEmail":"a@example.com",
                    "clientAddress":{"street":"s","city":"c","state":"st","zipCode":"1"},"status":"active"}
                    """
                let answer = erp.answer(
                    SimulatedRequest(
                        method: "PUT", path: "/v2/clients/CRM-\(number)", body: Array(body.utf8)))
                #expect(answer.status < 300)
            }
        }
        return erp
    }

    private func page(_ erp: SimulatedERP, _ query: [String: String]) throws -> (identifiers: [String], next: String?) {
        let answer = erp.answer(SimulatedRequest(method: "GET", path: "/v2/clients", query: query))
        #expect(answer.status == 200)
        let tree = try #require(JSONTree(parsing: answer.body))
        let clients = tree["clients"]?.elements ?? []
        return (clients.compactMap { $0["clientIdentifier"]?.string }, tree["next"]?.string)
    }

    @Test("Pages by offset or cursor hold every client once, in the order of creation")
    func pages() throws {
        let erp = erp(clients: 25)
        let all = (0..<25).map { "CRM-\($0)" }
        var read: [String] = []
        while true {
            let page = try page(erp, ["limit": "10", "offset": "\(read.count)"])
            if page.identifiers.isEmpty { break }
            read += page.identifiers
        }
        #expect(read == all)
        var first = try page(erp, ["limit": "10"])
        read = first.identifiers
        while let cursor = first.next {
            first = try page(erp, ["limit": "10", "cursor": cursor])
            read += first.identifiers
        }
        #expect(read == all)
    }

    @Test("An item of a page is the client as it is shown by itself")
    func item() throws {
        let erp = erp(clients: 1)
        let one = erp.answer(SimulatedRequest(method: "GET", path: "/v2/clients/CRM-0"))
        let list = erp.answer(SimulatedRequest(method: "GET", path: "/v2/clients", query: ["limit": "1"]))
        #expect(JSONTree(parsing: list.body)?["clients"]?.elements?.first == JSONTree(parsing: one.body))
    }

    @Test("Drift is what its account says, and comes again from its seed")
    func drift() throws {
        let erps = [erp(clients: 40), erp(clients: 40)]
        let drift = ClientDrift(missing: 3, altered: 4, extra: 2, stale: 5, seed: 7)
        let accounts = erps.map { $0.drift(drift) }
        #expect(accounts[0] == accounts[1])
        let account = accounts[0]
        #expect(account.missing.count == 3 && account.altered.count == 4)
        #expect(account.extra.count == 2 && account.stale.count == 5)
        let read = try page(erps[0], ["limit": "100"]).identifiers
        #expect(Set(read).count == 39 && read.count == 39)
        #expect(account.missing.isDisjoint(with: read) && account.extra.isSubset(of: read))
        for identifier in account.stale {
            let answer = erps[0].answer(SimulatedRequest(method: "GET", path: "/v2/clients/\(identifier)"))
            #expect(JSONTree(parsing: answer.body)?["clientName"]?.string == "Ada")
        }
    }
}
