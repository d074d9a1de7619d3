import HTTPCalls
import TestKit
import Testing

@Suite(.ownThread) struct RequestTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    // MARK: - Injection

    @Test(arguments: ["a\rb", "a\nb", "a\r\nX-Evil: 1", "a\u{0}b", "\u{7F}", "a\u{1B}b"])
    func `A value that would begin another field is refused`(value: String) {
        #expect(throws: RequestError.invalidHeaderValue(name: "X-Name")) { try HeaderFields(["X-Name": value]) }
    }

    @Test(arguments: ["", "a b", "a:", "a\r\nb", "é", "a\u{0}", "(x)", "a/b"])
    func `A name that is no token is refused`(name: String) {
        #expect(throws: RequestError.invalidHeaderName) { try HeaderFields([name: "v"]) }
    }

    @Test(arguments: [
        "Host", "content-length", "Transfer-Encoding", "CONNECTION", "TE", "Upgrade", "Expect", "Trailer",
    ])
    func `A field that frames the message or steers the connection is refused`(name: String) {
        #expect(throws: RequestError.refusedHeader(name: name)) { try HeaderFields([name: "v"]) }
    }

    @Test(arguments: [
        "clients", "/a b", "/a\r\nHost: evil", "/a\u{0}", "/a#b", "/é", "/%", "/%2", "/%zz", "/a\\b", "/\"", "/<>",
        "/..", "/../x", "/a/../b", "/a/./b", "/.", "/%2e%2E/x", "/.%2e", "/a/..?x=1", "@evil.example/", ":80/", "/{id}",
    ])
    func `A path that could change the request or climb out is refused`(path: String) throws {
        let session = try Session(SystemEndpoint(name: "erp", baseURL: "http://127.0.0.1:1/v2"))
        #expect(throws: RequestError.invalidPath) { try session.start(.post, path) }
        #expect(session.caller.inFlight == 0)
    }

    @Test(arguments: [
        "", "?x=1", "/", "/a/b", "/a%20b", "/%C3%A9", "/...", "/.well-known", "/a..b", "/x?y=../z", "/x?filter[a]=1",
        "/a;b=c", "/clients/(1)", "/a@b:c", "/~x_!$&'()*+,;=-.",
    ])
    func `A proper path is sent as it is`(path: String) throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url + "/v2"))
        #expect(try session.call(.get, path).outcome == .answered(status: 200))
        #expect(server.requests.first?.path == "/v2" + path)
    }

    @Test(arguments: ["", "get", "PO ST", "POST\r\n", "CONNECT", "TRACE", "HEAD"])
    func `A method that is none is refused`(name: String) {
        #expect(throws: RequestError.invalidMethod) { try HTTPCalls.Method(name) }
    }

    @Test func `An unknown system is refused`() throws {
        let session = try Session(SystemEndpoint(name: "erp", baseURL: "http://127.0.0.1:1"))
        let request = Request(
            system: SystemIndex(rawValue: 3), method: .get, path: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(throws: RequestError.unknownSystem) { try session.caller.start(request, tag: 1) }
    }

    // MARK: - Fields

    @Test func `Fields are sent trimmed, empty ones too, and leave nothing behind for the next call`() throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
        _ = try session.call(headers: ["X-One": "  a b\t", "X-Empty": "", "X-Umlaut": "ä"], body: "{}")
        _ = try session.call(headers: ["X-Two": "2"], body: "{}")
        _ = try session.call(body: "{}")
        let requests = server.requests
        #expect(requests[0].values("X-One") == ["a b"])
        #expect(requests[0].values("X-Empty") == [""])
        #expect(requests[0].values("X-Umlaut") == ["ä"])
        #expect(requests[1].values("X-One").isEmpty)
        #expect(requests[1].values("X-Two") == ["2"])
        #expect(requests[2].values("X-Two").isEmpty)
        #expect(requests[2].values("User-Agent") == ["penstock"])
        #expect(requests[2].values("Content-Type").isEmpty, "a body of unknown type is not called a form")
    }

    @Test func `Very many and very long fields are sent`() throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
        var fields = HeaderFields()
        for number in 0..<100 { try fields.append("X-\(number)", String(repeating: "v", count: 200)) }
        try session.start(.post, "/" + String(repeating: "p", count: 3000), fields: fields, body: "{}", tag: 1)
        #expect(try session.finish()[0].outcome == .answered(status: 200))
        let request = try #require(server.requests.first)
        #expect(request.path.utf8.count == 3001)
        #expect(request.values("X-99") == [String(repeating: "v", count: 200)])
    }

    @Test func `A request's field replaces the system's of the same name`() throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(
            SystemEndpoint(
                name: "erp", baseURL: server.url,
                headers: HeaderFields(["X-Tenant": "7", "Accept": "application/json", "User-Agent": "test/1"])))
        _ = try session.call(headers: ["accept": "text/plain"], body: "{}")
        _ = try session.call(body: "{}")
        #expect(server.requests[0].values("Accept") == ["text/plain"])
        #expect(server.requests[0].values("X-Tenant") == ["7"])
        #expect(server.requests[1].values("Accept") == ["application/json"])
        #expect(server.requests[1].values("User-Agent") == ["test/1"])
    }

    // MARK: - The loop

    @Test func `A call may be started while completions are collected`() throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
        try session.start(.get, "/0")
        var count = 0
        while count < 5 {
            _ = session.caller.poll(timeoutMilliseconds: 5000)
            try session.caller.collect { _ in
                count += 1
                try session.start(.get, "/\(count)")
            }
        }
        #expect(server.requests.map(\.path) == ["/0", "/1", "/2", "/3", "/4"])
    }

    @Test func `Completions are not lost when one of them cannot be handled`() throws {
        struct Trouble: Error {}
        let session = try Session(SystemEndpoint(name: "erp", baseURL: "http://127.0.0.1:1"))
        for tag in 0..<3 { try session.start(tag: UInt64(tag)) }
        for tag in 0..<3 { session.caller.cancel(tag: UInt64(tag)) }
        #expect(throws: Trouble.self) { try session.caller.collect { _ throws(Trouble) in throw Trouble() } }
        #expect(session.caller.inFlight == 2)
        session.collect()
        #expect(session.ended.map(\.tag) == [1, 2])
        #expect(session.caller.inFlight == 0)
    }

    @Test func `A caller that goes away with calls in flight closes their connections`() throws {
        let waker = LateWaker()
        let closed = LateWaker()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            waker.wake()
            connection.waitForClose()
            closed.wake()
        }
        let observer = try HTTPCaller(logger: .init(label: "test"))
        closed.set(observer.waker)
        do {
            let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
            waker.set(session.caller.waker)
            try session.start(body: "{}")
            while !session.caller.poll(timeoutMilliseconds: 5000).isWoken {}
        }
        #expect(observer.poll(timeoutMilliseconds: 10_000).isWoken)
    }
}
