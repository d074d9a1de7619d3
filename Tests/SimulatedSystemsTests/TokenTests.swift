import Testing

@testable import SimulatedSystems

@Suite("The ERP's tokens (RFC 6749, section 4.4)")
struct TokenTests {
    private func ask(_ erp: ERPFixture, _ form: String, headers: [String: String] = [:]) async throws -> RawHTTP.Reply {
        let headers = ["Content-Type": "application/x-www-form-urlencoded"].merging(headers) { $1 }
        return try await erp.http.reply("POST", "/oauth/token", headers: headers, body: form)
    }

    @Test(
        "right credentials get a token that opens the interface",
        arguments: [
            ("grant_type=client_credentials&client_id=crm+eu&client_secret=s%26t", [:]),
            // "crm+eu:s%26t"
            ("grant_type=client_credentials", ["Authorization": "Basic Y3JtK2V1OnMlMjZ0"]),
        ])
    func rightCredentialsGetATokenThatOpensTheInterface(form: String, headers: [String: String]) async throws {
        try await ERPFixture.run(.init(clientID: "crm eu", clientSecret: "s&t")) { erp async throws in
            let reply = try await ask(erp, form, headers: headers)
            #expect(reply.status == 200)
            #expect(reply.document?["token_type"]?.string == "Bearer")
            #expect(reply.document?["expires_in"]?.int == 3600)
            let token = try #require(reply.document?["access_token"]?.string)
            let created = try await erp.http.reply(
                "POST", "/v2/clients", headers: ["Authorization": "Bearer \(token)"], body: ERPFixture.client())
            #expect(created.status == 201)
            #expect(erp.erp.currentSummary.tokensIssued == 1)
        }
    }

    @Test(
        "wrong requests get an error code",
        arguments: [
            ("grant_type=client_credentials&client_id=penstock&client_secret=wrong", [:], 401, "invalid_client"),
            ("grant_type=client_credentials", [:], 401, "invalid_client"),
            ("grant_type=client_credentials", ["Authorization": "Basic !"], 401, "invalid_client"),
            ("grant_type=password", [:], 400, "unsupported_grant_type"),
            ("", [:], 400, "invalid_request"),
        ])
    func wrongRequestsGetAnErrorCode(
        form: String, headers: [String: String], status: Int, code: String
    ) async throws {
        try await ERPFixture.run(.init()) { erp async throws in
            let reply = try await ask(erp, form, headers: headers)
            #expect(reply.status == status)
            #expect(reply.document?["error"]?.string == code)
        }
    }

    @Test("without a valid token nothing happens")
    func withoutAValidTokenNothingHappens() async throws {
        try await ERPFixture.run(.init()) { erp async throws in
            for headers in [[:], ["Authorization": "Bearer made-up"], ["Authorization": "Basic eDp5"]] {
                let reply = try await erp.http.reply("POST", "/v2/clients", headers: headers, body: ERPFixture.client())
                #expect(reply.status == 401)
                #expect(reply.headers["www-authenticate"] == "Bearer error=\"invalid_token\"")
            }
            #expect(erp.erp.journal.entries.isEmpty)
            #expect(erp.erp.currentSummary.unauthorized == 3)
        }
    }

    @Test("a token ends with its lifetime or when it is revoked")
    func aTokenEndsWithItsLifetimeOrWhenItIsRevoked() throws {
        var issuer = TokenIssuer(credentials: .init(id: "a", secret: "b"), lifetime: .seconds(60), seed: 1)
        let request = SimulatedRequest(
            method: "POST", path: "/oauth/token",
            body: Array("grant_type=client_credentials&client_id=a&client_secret=b".utf8))
        let answer = issuer.answer(request, at: .seconds(10))
        let token = try #require(JSONTree(parsing: answer.body)?["access_token"]?.string)
        #expect(issuer.accepts(authorization: "bearer \(token)", at: .seconds(69)))
        #expect(!issuer.accepts(authorization: "Bearer \(token)", at: .seconds(70)))
        issuer.revokeAll()
        #expect(!issuer.accepts(authorization: "Bearer \(token)", at: .seconds(11)))
    }
}
