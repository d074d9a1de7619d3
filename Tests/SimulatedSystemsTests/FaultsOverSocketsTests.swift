import Testing

@testable import SimulatedSystems

@Suite("Faults on the wire")
struct FaultsOverSocketsTests {
    @Test("a status comes with Retry-After and without an effect")
    func aStatusComesWithRetryAfterAndWithoutAnEffect() async throws {
        try await ERPFixture.run { erp async throws in
            erp.erp.faults.add(FaultRule(.answer(status: 429, retryAfter: 2), times: 1))
            let reply = try await erp.post()
            #expect(reply.status == 429)
            #expect(reply.headers["retry-after"] == "2")
            #expect(erp.erp.journal.entries.isEmpty)
            #expect(try await erp.post().status == 201)
            #expect(erp.erp.faults.counters.answered == 1)
        }
    }

    @Test("dropped before applying: no byte, no effect")
    func droppedBeforeApplyingNoByteNoEffect() async throws {
        try await ERPFixture.run { erp async throws in
            erp.erp.faults.add(FaultRule(.drop(.beforeApplying), times: 1))
            #expect(await erp.http.send("POST", "/v2/clients", body: ERPFixture.client()) == .closed)
            #expect(erp.erp.journal.entries.isEmpty)
        }
    }

    @Test("dropped after applying: no byte, one effect, and the repeat is recognised")
    func droppedAfterApplyingNoByteOneEffectAndTheRepeatIsRecognised() async throws {
        try await ERPFixture.run { erp async throws in
            erp.erp.faults.add(FaultRule(.drop(.afterApplying), times: 1))
            let headers = ["Idempotency-Key": "k"]
            #expect(await erp.http.send("POST", "/v2/clients", headers: headers, body: ERPFixture.client()) == .closed)
            #expect(erp.erp.journal.entries.map(\.kind) == [.applied])
            #expect(try await erp.post(key: "k").status == 201)
            #expect(erp.erp.journal.entries.map(\.kind) == [.applied, .suppressed])
        }
    }

    @Test("dropped in mid-answer: half a body, one effect")
    func droppedInMidAnswerHalfABodyOneEffect() async throws {
        try await ERPFixture.run { erp async throws in
            erp.erp.faults.add(FaultRule(.drop(.midAnswer), times: 1))
            let outcome = await erp.http.send("POST", "/v2/clients", body: ERPFixture.client())
            guard case .reply(let reply) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reply.status == 201)
            #expect(!reply.isWhole && reply.body.hasPrefix(#"{"clientId":"#))
            #expect(erp.erp.journal.entries.count == 1)
        }
    }

    @Test("a hanging request gets nothing while others are answered")
    func aHangingRequestGetsNothingWhileOthersAreAnswered() async throws {
        try await ERPFixture.run { erp async throws in
            erp.erp.faults.add(FaultRule(.hang(), times: 1))
            let outcome = await erp.http.send(
                "POST", "/v2/clients", body: ERPFixture.client(), waitMilliseconds: 100)
            #expect(outcome == .timeout)
            #expect(try await erp.post().status == 201)
            #expect(erp.erp.journal.entries.count == 1)
        }
    }

    @Test("a hanging request ends with its limit, and with the server")
    func aHangingRequestEndsWithItsLimitAndWithTheServer() async throws {
        let erp = SimulatedERP(.init(clientID: nil))
        let server = try await erp.start()
        erp.faults.add(FaultRule(.hang(atMost: .milliseconds(20)), times: 1))
        erp.faults.add(FaultRule(.hang(), times: 1))
        let http = RawHTTP(port: server.port)
        #expect(await http.send("GET", "/v2/clients/x") == .closed)
        async let outcome = http.send("GET", "/v2/clients/x")
        while erp.faults.counters.hung < 2 { await Task.yield() }
        await server.stop()
        #expect(await outcome == .closed)
    }

    @Test("the token endpoint can fail as well")
    func theTokenEndpointCanFailAsWell() async throws {
        try await ERPFixture.run(.init()) { erp async throws in
            erp.erp.faults.add(FaultRule(.answer(status: 503), path: "/oauth/token"))
            #expect(try await erp.http.reply("POST", "/oauth/token").status == 503)
            #expect(try await erp.http.reply("GET", "/v2/clients/x").status == 401)
        }
    }

    @Test("an outage strikes some clients, in path and body alike")
    func anOutageStrikesSomeClientsInPathAndBodyAlike() async throws {
        try await ERPFixture.run { erp async throws in
            let identifiers = (1...20).map { "CRM-\($0)" }
            let struck = identifiers.filter { FaultRule.position(ofClient: $0) < 0.4 }
            #expect(!struck.isEmpty && struck.count < identifiers.count)
            let created = try await erp.put(struck[0], ERPFixture.client(struck[0]))
            erp.erp.faults.add(.outage(for: .seconds(60), clientShare: 0.4))
            for identifier in identifiers {
                let status = struck.contains(identifier) ? 503 : 201
                #expect(try await erp.post(ERPFixture.client(identifier)).status == status)
            }
            // The ERP's own identifier of such a client counts as the client, too.
            let id = try #require(created.document?["clientId"]?.string)
            #expect(try await erp.http.reply("GET", "/v2/clients/\(id)").status == 503)
        }
    }

    @Test("faults are set, shown and ended over HTTP")
    func faultsAreSetShownAndEndedOverHTTP() async throws {
        try await ERPFixture.run { erp async throws in
            let rules = #"{"seed":3,"rules":[{"method":"POST","status":500}]}"#
            #expect(try await erp.http.reply("PUT", "/_simulated/faults", body: rules).status == 200)
            #expect(try await erp.post().status == 500)
            let shown = try await erp.http.reply("GET", "/_simulated/faults")
            #expect(shown.body == #"{"rules":[{"method":"POST","status":500}]}"#)
            let wrong = try await erp.http.reply("PUT", "/_simulated/faults", body: #"{"rules":[{}]}"#)
            #expect(wrong.status == 422 && wrong.faultyPlaces == ["/rules/0"])
            #expect(try await erp.http.reply("PUT", "/_simulated/faults", body: "{").status == 400)
            #expect(try await erp.http.reply("DELETE", "/_simulated/faults").status == 204)
            #expect(try await erp.post().status == 201)
            let summary = try await erp.http.reply("GET", "/_simulated/summary").document
            #expect(summary?["effects"]?.int == 1)
            #expect(summary?["faults"]?["answered"]?.int == 1)
        }
    }

    @Test("health and administration know no faults")
    func healthAndAdministrationKnowNoFaults() async throws {
        try await ERPFixture.run { erp async throws in
            erp.erp.faults.add(FaultRule(.answer(status: 503)))
            #expect(try await erp.http.reply("GET", "/healthz").status == 200)
            #expect(try await erp.http.reply("GET", "/_simulated/summary").status == 200)
        }
    }
}

@Suite("A simulated server")
struct SimulatedServerTests {
    @Test("stopping closes the port and idle connections")
    func stoppingClosesThePortAndIdleConnections() async throws {
        let server = try await SimulatedERP().start()
        let http = RawHTTP(port: server.port)
        #expect(try await http.reply("GET", "/healthz").status == 200)
        await server.stop()
        #expect(await http.send("GET", "/healthz") == .closed)
    }

    @Test("a port that is taken is an error")
    func aPortThatIsTakenIsAnError() async throws {
        let server = try await SimulatedERP().start()
        await #expect(throws: SimulatedServer.StartError.self) {
            try await SimulatedERP().start(at: .init(port: server.port))
        }
        await server.stop()
    }

    @Test("it starts and stops from a thread that blocks")
    func itStartsAndStopsFromAThreadThatBlocks() async throws {
        let status = await withCheckedContinuation { (continuation: CheckedContinuation<Int, Never>) in
            onThread {
                guard let server = try? SimulatedERP().startBlocking() else { return continuation.resume(returning: 0) }
                let connection = Connection(port: server.port, waitMilliseconds: 10_000)
                connection.write(Array("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                guard case .reply(let reply) = connection.read() else { return continuation.resume(returning: 1) }
                // The connection is still open: stopping does not wait for its client.
                server.stopBlocking()
                continuation.resume(returning: reply.status)
            }
        }
        #expect(status == 200)
    }
}
