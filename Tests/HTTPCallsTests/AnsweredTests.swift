import HTTPCalls
import Testing

@Suite struct AnsweredTests {
    @Test func `A call sends method, path, fields and body, and yields status and body`() throws {
        let server = try ScriptedServer.answering { _ in
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\":1}"
        }
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
        #expect(request.values("Idempotency-Key") == ["k1"])
        #expect(request.values("Content-Type") == ["application/json"])
        #expect(request.text == "{\"a\":1}")
    }

    @Test func `Calls one after the other use one connection`() throws {
        let server = try ScriptedServer.answering { _ in "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
        for _ in 0..<5 { #expect(try session.call(body: "{}").outcome == .answered(status: 200)) }
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 5)
    }
}
