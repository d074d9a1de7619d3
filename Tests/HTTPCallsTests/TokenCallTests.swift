import HTTPCalls
import TestKit
import Testing

/// Tokens over sockets: fetched once, not once per call.
@Suite(.ownThread) struct TokenCallTests {
    /// A server with a token endpoint, which numbers its tokens, and a resource that takes some of them.
    private func server(
        accepts: @escaping @Sendable (String) -> Bool = { _ in true },
        token: @escaping @Sendable (Int) -> String = { Self.token($0) }
    ) throws -> ScriptedServer {
        let fetches = Counter()
        return try ScriptedServer.answering { request in
            if request.path == "/token" { return token(fetches.increment()) }
            let isAccepted = accepts(request.values("Authorization").first ?? "")
            return "HTTP/1.1 \(isAccepted ? "200 OK" : "401 Unauthorized")\r\nContent-Length: 2\r\n\r\n{}"
        }
    }

    private static func answer(_ status: Int, _ body: String) -> String {
        "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func token(_ number: Int) -> String {
        answer(200, #"{"access_token":"token\#(number)","token_type":"Bearer","expires_in":3600}"#)
    }

    private func session(
        _ server: ScriptedServer, tokenURL: String? = nil, placement: ClientCredentials.Placement = .header
    ) throws -> Session {
        let credentials = ClientCredentials(
            tokenURL: tokenURL ?? server.url + "/token", id: "penstock", secret: "hush", scope: "erp",
            placement: placement)
        return try Session(
            SystemEndpoint(
                name: "erp", baseURL: server.url + "/v2", authentication: .oauth2ClientCredentials(credentials)))
    }

    private func fetches(_ server: ScriptedServer) -> [ReceivedRequest] {
        server.requests.filter { $0.path == "/token" }
    }

    @Test func `Calls that begin together wait for one token and use it`() throws {
        let server = try server()
        let session = try session(server)
        for tag in 0..<50 { try session.start(.post, "/clients", body: "\(tag)", tag: UInt64(tag)) }
        #expect(session.caller.inFlight == 50)
        let ended = try session.finish(50)
        #expect(ended.allSatisfy { $0.outcome == .answered(status: 200) && $0.resends == 0 })
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        #expect(fetches(server).count == 1)
        let calls = server.requests.filter { $0.path != "/token" }
        #expect(calls.count == 51)
        #expect(calls.allSatisfy { $0.values("Authorization") == ["Bearer token1"] })
        let fetch = try #require(fetches(server).first)
        #expect(fetch.line == "POST /token HTTP/1.1")
        #expect(fetch.text == "grant_type=client_credentials&scope=erp")
        #expect(fetch.values("Content-Type") == ["application/x-www-form-urlencoded"])
        #expect(fetch.values("Authorization") == ["Basic cGVuc3RvY2s6aHVzaA=="])
    }

    @Test func `Credentials may go in the body`() throws {
        let server = try server()
        #expect(try session(server, placement: .body).call().outcome == .answered(status: 200))
        let fetch = try #require(fetches(server).first)
        #expect(fetch.text.hasSuffix("&client_id=penstock&client_secret=hush"))
        #expect(fetch.values("Authorization").isEmpty)
    }

    @Test func `A refused token is replaced once for all calls, and each is made once more`() throws {
        let server = try server(accepts: { $0 != "Bearer token1" })
        let session = try session(server)
        for tag in 0..<20 { try session.start(body: "\(tag)", tag: UInt64(tag)) }
        let ended = try session.finish(20)
        #expect(ended.allSatisfy { $0.outcome == .answered(status: 200) && $0.resends == 1 })
        #expect(fetches(server).count == 2)
        let bodies = server.requests.filter { $0.values("Authorization") == ["Bearer token2"] }.map(\.text)
        #expect(bodies.sorted() == (0..<20).map(String.init).sorted())
    }

    @Test func `A 401 with a fresh token too is the answer`() throws {
        let server = try server(accepts: { _ in false })
        let session = try session(server)
        let ended = try session.call(body: "{}")
        #expect(ended.outcome == .answered(status: 401))
        #expect(ended.resends == 1)
        #expect(fetches(server).count == 2)
        // The token that has just been fetched is not suspected again.
        #expect(try session.call(body: "{}").outcome == .answered(status: 401))
        #expect(fetches(server).count == 2)
    }

    @Test func `A token endpoint that refuses ends the waiting calls as not sent, without the secret`() throws {
        let server = try server(token: { _ in
            Self.answer(401, #"{"error":"invalid_client","error_description":"hush is wrong"}"#)
        })
        let session = try session(server)
        for tag in 0..<5 { try session.start(body: "{}", tag: UInt64(tag)) }
        let expected = CallFault(.token, "the token endpoint answered 401 (invalid_client)")
        #expect(try session.finish(5).allSatisfy { $0.outcome == .notSent(reason: expected) })
        #expect(try session.call(body: "{}").outcome == .notSent(reason: expected))
        #expect(server.requests.count == 1, "not asked again at once")
    }

    @Test func `A token endpoint that cannot be reached ends the waiting calls as not sent`() throws {
        let server = try server()
        let session = try session(server, tokenURL: "http://127.0.0.1:\(LocalSocket.unusedPort())/token")
        let ended = try session.call(body: "{}")
        #expect(ended.isNotSent)
        #expect(ended.fault == .token)
        #expect(server.requests.isEmpty)
    }

    @Test func `A call refused with an old token that cannot be replaced is not sent`() throws {
        let server = try server(
            accepts: { _ in false },
            token: { $0 == 1 ? Self.token(1) : Self.answer(503, "") })
        let ended = try session(server).call(body: "{}")
        #expect(ended.outcome == .notSent(reason: CallFault(.token, "the token endpoint answered 503")))
        #expect(ended.status == nil)
        #expect(ended.resends == 0)
    }

    @Test func `A call that waits for a token can be cancelled`() throws {
        let waker = LateWaker()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            waker.wake()
            connection.waitForClose()
        }
        let session = try session(server)
        waker.set(session.caller.waker)
        try session.start(body: "{}", tag: 3)
        while !session.caller.poll(timeoutMilliseconds: 5000).isWoken {}
        session.caller.cancel(tag: 3)
        #expect(try session.finish()[0].isNotSent)
        #expect(session.caller.inFlight == 0)
    }

    @Test func `A new token of another length replaces the old one in the same handle`() throws {
        let long = String(repeating: "t", count: 3000)
        let server = try server(
            accepts: { $0 == "Bearer " + long },
            token: { number in
                Self.answer(200, #"{"access_token":"\#(number == 1 ? "short" : long)","expires_in":3600}"#)
            })
        let session = try session(server)
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        #expect(try session.call(headers: ["X-A": "1"], body: "{}").outcome == .answered(status: 200))
        #expect(fetches(server).count == 2)
    }
}
