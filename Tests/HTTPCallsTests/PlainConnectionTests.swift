import Foundation
import HTTPCalls
import Logging
import TestKit
import Testing

/// Connections without TLS, on which we read and write HTTP/1.1 ourselves: an answer is given to the call that it
/// belongs to, or to none (D4).
@Suite(.ownThread) struct PlainConnectionTests {
    private static func answer(_ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    // MARK: - Whose answer it is

    @Test func `Bytes behind an answer are not the answer of the next call`() throws {
        let server = try ScriptedServer { connection in
            guard let request = connection.readRequest() else { return }
            connection.send(Self.answer(request.text) + (connection.index == 0 ? Self.answer("stray") : ""))
            connection.waitForClose()
        }
        let session = try Session(at: server.url)
        #expect(try session.call(body: "1").body == "1")
        #expect(try session.call(body: "2").body == "2")
        #expect(server.connectionCount == 2)
    }

    @Test func `What a server says when it gives up an idle connection is not the answer of the next call`() throws {
        let hasGivenUp = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { connection in
            guard let request = connection.readRequest() else { return }
            connection.send(Self.answer(request.text))
            guard connection.index == 0 else { return }
            connection.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            hasGivenUp.signal()
            connection.waitForClose()
        }
        // A connection that may have died is looked at first where the request could not be sent again.
        let session = try Session(at: server.url) { $0.resendsOnDeadConnection = false }
        #expect(try session.call(body: "1").body == "1")
        hasGivenUp.wait()
        let ended = try session.call(body: "2")
        #expect(ended.outcome == .answered(status: 200))
        #expect(ended.body == "2")
        #expect(server.requests.map(\.text) == ["1", "2"])
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ])
    func `A connection is used once more only where the server allows it`(answer: String) throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.send(answer) }
        }
        let session = try Session(at: server.url) { $0.resendsOnDeadConnection = false }
        for _ in 0..<3 { #expect(try session.call(body: "{}").body == "{}") }
        #expect(server.connectionCount == 3)
    }

    @Test func `An answer given before the request was read whole ends its connection`() throws {
        // Until then nothing more is read, so that the rest has no room in the buffers of the two sockets.
        let isAnswered = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { connection in
            _ = connection.read()
            connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
            isAnswered.wait()
            connection.waitForClose()
        }
        let session = try Session(at: server.url)
        let body = String(repeating: "x", count: 60_000_000)
        for _ in 0..<2 {
            #expect(try session.call(body: body).outcome == .answered(status: 413))
            isAnswered.signal()
        }
        #expect(server.connectionCount == 2)
    }

    @Test func `No more connections are kept than allowed`() throws {
        let server = try ScriptedServer.answering { _ in Self.answer("{}") }
        let caller = try HTTPCaller(logger: Logger(label: "test"), connectionLimit: 2)
        let system = try caller.add(SystemEndpoint(name: "erp", baseURL: server.url))
        for round in 1...2 {
            for tag in 0..<5 {
                let request = Request(system: system, method: .get, path: UnsafeRawBufferPointer(start: nil, count: 0))
                try caller.start(request, tag: UInt64(tag))
            }
            while caller.inFlight > 0 {
                _ = caller.poll(timeoutMilliseconds: 1000)
                caller.collect { #expect($0.outcome == .answered(status: 200)) }
            }
            #expect(server.connectionCount == (round == 1 ? 5 : 8))
        }
    }

    // MARK: - What is no answer

    @Test(arguments: [
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\nContent-Length: 2\r\n\r\n{}",
        "<html>not HTTP at all</html>",
    ])
    func `An answer that can be read in two ways, or in none, is invalid`(answer: String) throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(answer)
            connection.waitForClose()
        }
        let ended = try Session(at: server.url).call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .invalidResponse)
        #expect(server.requests.count == 1)
    }

    @Test func `A call's time runs while it connects, too`() throws {
        let deaf = try DeafServer()
        let ended = try Session(at: deaf.url) { $0.timeoutMilliseconds = 100 }.call(body: "{}")
        #expect(ended.isNotSent)
        #expect(ended.fault == .connectTimeout)
    }

    // MARK: - Fields

    @Test func `Fields are found in whatever case, the last of several, without those behind the body`() throws {
        let server = try ScriptedServer.answering { _ in
            "HTTP/1.1 429 Slow Down\r\nretry-after: 7\r\nEmpty:\r\nRetry-After:\t 9 \r\ncontent-TYPE: a/b\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nRetry-After: 100\r\n\r\n"
        }
        let session = try Session(at: server.url)
        try session.start(body: "{}")
        let ended = try session.finish()[0]
        #expect(ended.outcome == .answered(status: 429))
        #expect(ended.retryAfter == 9)
        #expect(ended.contentType == "a/b")
        #expect(ended.body == "{}")
    }

    @Test func `The fields of an informational answer are not those of the final one`() throws {
        let server = try ScriptedServer.answering { _ in
            "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n" + "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
        }
        let ended = try Session(at: server.url).call(body: "{}")
        #expect(ended.outcome == .answered(status: 503))
        #expect(ended.retryAfter == nil)
    }

    @Test func `The path stands behind that of the base URL, and is never empty`() throws {
        let server = try ScriptedServer.answering { _ in Self.answer("{}") }
        for base in ["", "/", "/v1", "/v1/"] {
            let session = try Session(at: server.url + base)
            for path in ["", "?a=1", "/b"] { _ = try session.call(.get, path) }
        }
        #expect(
            server.requests.map(\.path) == [
                "/", "/?a=1", "/b", "/", "/?a=1", "/b", "/v1", "/v1?a=1", "/v1/b", "/v1", "/v1?a=1", "/v1/b",
            ])
    }
}
