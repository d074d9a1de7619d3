import Testing

@testable import SimulatedSystems

@Suite("The ERP's interface")
struct SimulatedERPTests {
    @Test("a valid client is created and has a clientId")
    func aValidClientIsCreatedAndHasAClientId() async throws {
        try await ERPFixture.run { erp async throws in
            let reply = try await erp.post()
            #expect(reply.status == 201)
            let id = try #require(reply.document?["clientId"]?.string)
            #expect(reply.headers["location"] == "/v2/clients/\(id)")
            let shown = try await erp.http.reply("GET", "/v2/clients/\(id)")
            #expect(shown.document?["clientIdentifier"]?.string == "CRM-1")
            #expect(shown.document?["clientAddress"]?["zipCode"]?.string == "02101")
        }
    }

    @Test("PUT replaces by either identifier, and creates what is unknown")
    func putReplacesByEitherIdentifierAndCreatesWhatIsUnknown() async throws {
        try await ERPFixture.run { erp async throws in
            let first = try await erp.put("CRM-7", ERPFixture.client("CRM-7"))
            #expect(first.status == 201)
            let id = try #require(first.document?["clientId"]?.string)
            let second = try await erp.put(id, ERPFixture.client("CRM-7", name: "Ada Chen"))
            #expect(second.status == 200)
            let last = try await erp.put("CRM-7", ERPFixture.client("CRM-7", status: "inactive"))
            #expect(last.status == 200)
            #expect(last.document?["clientId"]?.string == id)
            #expect(erp.erp.journal.entries.map(\.clientStatus) == ["active", "active", "inactive"])
            #expect(erp.erp.journal.entries.map(\.sequence) == [1, 2, 3])
        }
    }

    @Test("an identifier in the path may be percent-encoded")
    func anIdentifierInThePathMayBePercentEncoded() async throws {
        try await ERPFixture.run { erp async throws in
            #expect(try await erp.put("a%2Fb%20c", ERPFixture.client("a/b c")).status == 201)
            let found = try await erp.http.reply("GET", "/v2/clients?external_id=a%2Fb+c")
            #expect(found.document?["clients"]?.elements?.count == 1)
        }
    }

    @Test("the body's client must be the path's")
    func theBodysClientMustBeThePaths() async throws {
        try await ERPFixture.run { erp async throws in
            let reply = try await erp.put("CRM-1", ERPFixture.client("CRM-2"))
            #expect(reply.status == 422)
            #expect(reply.faultyPlaces == ["/clientIdentifier"])
            #expect(erp.erp.journal.entries.isEmpty)
        }
    }

    @Test(
        "a bad client is refused with its places",
        arguments: [
            (#"{"clientName":"#, 400, []),
            ("[]", 422, [""]),
            ("{}", 422, ["/clientIdentifier", "/clientName", "/clientEmail", "/status", "/clientAddress"]),
            (ERPFixture.client().replacing("ada@example.com", "ada.example.com"), 422, ["/clientEmail"]),
            (ERPFixture.client().replacing("ada@example.com", "ada@localhost"), 422, ["/clientEmail"]),
            (ERPFixture.client().replacing("example.com", "disposable.example"), 422, ["/clientEmail"]),
            (ERPFixture.client(status: "asleep"), 422, ["/status"]),
            (ERPFixture.client().replacing(#""02101""#, "2101"), 422, ["/clientAddress/zipCode"]),
        ])
    func aBadClientIsRefusedWithItsPlaces(body: String, status: Int, places: [String]) async throws {
        try await ERPFixture.run { erp async throws in
            let reply = try await erp.post(body)
            #expect(reply.status == status)
            #expect(reply.headers["content-type"] == "application/problem+json")
            #expect(reply.faultyPlaces == places)
            #expect(erp.erp.journal.entries.isEmpty)
            #expect(erp.erp.currentSummary.refused == 1)
        }
    }

    @Test("what is not there is 404, what is not possible 405")
    func whatIsNotThereIs404WhatIsNotPossible405() async throws {
        try await ERPFixture.run { erp async throws in
            #expect(try await erp.http.reply("GET", "/v2/clients/CRM-9").status == 404)
            #expect(try await erp.http.reply("GET", "/v3/clients").status == 404)
            #expect(try await erp.http.reply("DELETE", "/v2/clients/CRM-9").status == 404)
            #expect(try await erp.http.reply("PATCH", "/v2/clients/CRM-9").status == 405)
            #expect(try await erp.http.reply("GET", "/healthz").status == 200)
        }
    }
}

@Suite("The ERP and idempotency keys")
struct IdempotencyTests {
    @Test("the same key gives the first answer and no second effect")
    func theSameKeyGivesTheFirstAnswerAndNoSecondEffect() async throws {
        try await ERPFixture.run { erp async throws in
            let first = try await erp.post(key: "k1")
            let second = try await erp.post(key: "k1")
            #expect(second.status == 201)
            #expect(second.body == first.body)
            #expect(erp.erp.journal.entries.map(\.kind) == [.applied, .suppressed])
            #expect(erp.erp.currentSummary.effects == 1)
            #expect(erp.erp.currentSummary.duplicatesSuppressed == 1)
        }
    }

    @Test("the same key with another request is refused")
    func theSameKeyWithAnotherRequestIsRefused() async throws {
        try await ERPFixture.run { erp async throws in
            _ = try await erp.post(key: "k1")
            #expect(try await erp.post(ERPFixture.client("CRM-2"), key: "k1").status == 422)
            #expect(try await erp.put("CRM-1", ERPFixture.client(), key: "k1").status == 422)
            #expect(erp.erp.journal.entries.count == 1)
        }
    }

    @Test("a repeated old PUT does not undo a newer one")
    func aRepeatedOldPUTDoesNotUndoANewerOne() async throws {
        try await ERPFixture.run { erp async throws in
            _ = try await erp.put("CRM-1", ERPFixture.client(name: "Old"), key: "k1")
            _ = try await erp.put("CRM-1", ERPFixture.client(name: "New"), key: "k2")
            _ = try await erp.put("CRM-1", ERPFixture.client(name: "Old"), key: "k1")
            let shown = try await erp.http.reply("GET", "/v2/clients/CRM-1")
            #expect(shown.document?["clientName"]?.string == "New")
        }
    }

    @Test("a refused request may come again under its key")
    func aRefusedRequestMayComeAgainUnderItsKey() async throws {
        try await ERPFixture.run { erp async throws in
            #expect(try await erp.post("{}", key: "k1").status == 422)
            #expect(try await erp.post(key: "k1").status == 201)
        }
    }

    @Test("an ERP that does not honour keys applies repeats again")
    func anERPThatDoesNotHonourKeysAppliesRepeatsAgain() async throws {
        try await ERPFixture.run(.init(clientID: nil, honoursIdempotencyKeys: false)) { erp async throws in
            let first = try await erp.post(key: "k1")
            let second = try await erp.post(key: "k1")
            #expect(first.document?["clientId"] != second.document?["clientId"])
            #expect(erp.erp.journal.entries.map(\.kind) == [.applied, .applied])
            #expect(erp.erp.currentSummary.clients == 2)
        }
    }

    @Test("an ERP with unique identifiers refuses a second client")
    func anERPWithUniqueIdentifiersRefusesASecondClient() async throws {
        try await ERPFixture.run(.init(clientID: nil, refusesKnownIdentifiers: true)) { erp async throws in
            _ = try await erp.post()
            #expect(try await erp.post().status == 409)
        }
    }

    @Test("the journal keeps key, version and event")
    func theJournalKeepsKeyVersionAndEvent() async throws {
        try await ERPFixture.run { erp async throws in
            _ = try await erp.http.reply(
                "POST", "/v2/clients",
                headers: ["Idempotency-Key": "k", "X-Event-Version": "4", "ce-id": "e-1"], body: ERPFixture.client())
            let entry = try #require(erp.erp.journal.entries.first)
            #expect(entry.idempotencyKey == "k" && entry.version == 4 && entry.eventID == "e-1")
            let lines = try await erp.http.reply("GET", "/_simulated/journal?from=1")
            #expect(lines.headers["content-type"] == "application/x-ndjson")
            #expect(JournalEntry(line: Array(lines.body.utf8)) == entry)
            #expect(try await erp.http.reply("GET", "/_simulated/journal?from=2").body.isEmpty)
        }
    }
}

extension String {
    func replacing(_ text: String, _ replacement: String) -> String {
        split(separator: text, omittingEmptySubsequences: false).joined(separator: replacement)
    }
}
