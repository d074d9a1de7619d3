import HTTPCalls
import TestKit
import Testing

@Suite(.ownThread) struct AnsweredTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    private func session(_ server: ScriptedServer) throws -> Session {
        try Session(SystemEndpoint(name: "erp", baseURL: server.url))
    }

    /// A server that answers each connection's requests with these bytes.
    private func server(_ answer: String) throws -> ScriptedServer { try ScriptedServer.answering { _ in answer } }

    @Test func `A call sends method, path, fields and body, and yields status and body`() throws {
        let server = try server(
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\":1}")
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url + "/v2/"))
        let ended = try session.call(
            .post, "/clients?x=1", headers: ["Content-Type": "application/json", "Idempotency-Key": "k1"],
            body: "{\"a\":1}")
        #expect(ended.outcome == .answered(status: 201))
        #expect(ended.status == 201)
        #expect(ended.body == "{\"id\":1}")
        #expect(ended.contentType == "application/json")
        #expect(ended.nanoseconds > 0)
        #expect(session.caller.inFlight == 0)
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /v2/clients?x=1 HTTP/1.1")
        #expect(request.values("Host") == ["127.0.0.1:\(server.port)"])
        #expect(request.values("Idempotency-Key") == ["k1"])
        #expect(request.values("Content-Type") == ["application/json"])
        #expect(request.values("Expect").isEmpty)
        #expect(request.text == "{\"a\":1}")
    }

    @Test func `Calls one after the other use one connection`() throws {
        let server = try server(Self.ok)
        let session = try session(server)
        for _ in 0..<5 { #expect(try session.call(body: "{}").outcome == .answered(status: 200)) }
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 5)
    }

    @Test(arguments: [200, 204, 301, 304, 307, 400, 404, 409, 422, 429, 500, 503])
    func `Every status is an answer, and redirects are not followed`(status: Int) throws {
        let length = status == 204 || status == 304 ? "" : "Content-Length: 0\r\n"
        let server = try server("HTTP/1.1 \(status) X\r\nLocation: /elsewhere\r\n\(length)\r\n")
        #expect(try session(server).call(body: "{}").outcome == .answered(status: status))
        #expect(server.requests.count == 1)
    }

    @Test func `Chunked answers and answers that end with the connection are read whole`() throws {
        let chunked = try server(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        #expect(try session(chunked).call().body == "abcde")
        let closing = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")
        }
        #expect(try session(closing).call().body == "until the end")
    }

    @Test func `Informational answers are passed over`() throws {
        let server = try server("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + Self.ok)
        let ended = try session(server).call(body: "{}")
        #expect(ended.outcome == .answered(status: 200))
        #expect(ended.body == "{}")
    }

    @Test func `An answer that comes byte by byte is read whole`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            for byte in Self.ok.utf8 { connection.send([byte]) }
            connection.waitForClose()
        }
        #expect(try session(server).call(body: "{}").body == "{}")
    }

    @Test func `An answer given before the request's body was read is an answer`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.read()
            connection.send("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            connection.waitForClose()
        }
        let ended = try session(server).call(body: String(repeating: "x", count: 20_000_000))
        #expect(ended.outcome == .answered(status: 413))
    }

    @Test func `A large body is sent whole and at once`() throws {
        let server = try server(Self.ok)
        let body = String(repeating: "0123456789", count: 500_000)
        #expect(try session(server).call(body: body).outcome == .answered(status: 200))
        let request = try #require(server.requests.first)
        #expect(request.text == body)
        #expect(request.values("Expect").isEmpty)
    }

    @Test func `Each method is sent as it is, also one after another over the same handle`() throws {
        let server = try server(Self.ok)
        let session = try session(server)
        _ = try session.call(.post, body: "a")
        _ = try session.call(.get)
        _ = try session.call(.delete)
        _ = try session.call(.put, body: "b")
        _ = try session.call(.patch, body: "c")
        _ = try session.call(.delete, body: "d")
        _ = try session.call(.post)
        _ = try session.call(HTTPCalls.Method("MERGE"), body: "e")
        _ = try session.call(.get)
        #expect(
            server.requests.map { String($0.line.prefix { $0 != " " }) }
                == ["POST", "GET", "DELETE", "PUT", "PATCH", "DELETE", "POST", "MERGE", "GET"])
        #expect(server.requests.map(\.text) == ["a", "", "", "b", "c", "d", "", "e", ""])
        #expect(
            server.requests.map { $0.values("Content-Length") }
                == [["1"], [], [], ["1"], ["1"], ["1"], ["0"], ["1"], []])
        #expect(server.connectionCount == 1)
    }

    @Test func `Many calls at a time each end once, with their own answer`() throws {
        let server = try ScriptedServer.answering { request in
            "HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n\(request.text)"
        }
        let session = try session(server)
        for tag in 0..<300 { try session.start(.post, "/\(tag)", body: "body \(tag)", tag: UInt64(tag)) }
        #expect(session.caller.inFlight == 300)
        let ended = try session.finish(300).sorted { $0.tag < $1.tag }
        #expect(ended.map(\.tag) == (0..<300).map(UInt64.init))
        #expect(ended.allSatisfy { $0.outcome == .answered(status: 200) && $0.body == "body \($0.tag)" })
        #expect(session.caller.inFlight == 0)
        let connections = server.connectionCount
        for tag in 0..<300 { try session.start(.post, "/\(tag)", body: "body \(tag)", tag: UInt64(tag)) }
        #expect(try session.finish(300).allSatisfy { $0.body == "body \($0.tag)" })
        #expect(server.connectionCount == connections, "kept connections are used again")
    }

    // MARK: - Limits

    private func limited(_ server: ScriptedServer, body: Int = 1 << 20, head: Int = 64 << 10) throws -> Session {
        try Session(
            SystemEndpoint(name: "erp", baseURL: server.url, responseByteLimit: body, responseHeadByteLimit: head))
    }

    @Test func `A body up to the limit is an answer, and one byte more is too large`() throws {
        let server = try ScriptedServer.answering { request in
            let count = Int(request.text) ?? 0
            return "HTTP/1.1 201 OK\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "x", count: count)
        }
        let session = try limited(server, body: 100_000)
        #expect(try session.call(body: "100000").body.utf8.count == 100_000)
        let ended = try session.call(body: "100001")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .responseTooLarge)
        #expect(ended.status == 201)
        #expect(ended.body.utf8.count <= 100_000)
        #expect(try session.call(body: "3").body == "xxx")
    }

    @Test func `An endless body is cut off`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"
            while connection.send(chunk) {}
        }
        #expect(try limited(server).call(body: "{}").fault == .responseTooLarge)
    }

    @Test func `An endless head is cut off`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\n")
            while connection.send("X-More: and more of it\r\n") {}
        }
        let ended = try limited(server).call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .responseTooLarge)
    }
}
