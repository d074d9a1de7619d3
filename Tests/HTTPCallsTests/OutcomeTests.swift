import HTTPCalls
import TestKit
import Testing

/// D4: what cannot be known is not called success or failure; and "not sent" is only said when it is certain.
@Suite(.ownThread) struct OutcomeTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    // MARK: - Not sent

    @Test func `A refused connection is not sent`() throws {
        let session = try Session(at: "http://127.0.0.1:\(LocalSocket.unusedPort())")
        let ended = try session.call(body: "{}")
        #expect(ended.isNotSent)
        #expect(ended.fault == .connection)
        #expect(ended.status == nil)
        #expect(ended.contentType == nil)
    }

    @Test func `A name that cannot be resolved is not sent`() throws {
        let session = try Session(at: "http://" + String(repeating: "a", count: 70) + ".invalid")
        let ended = try session.call(body: "{}")
        #expect(ended.isNotSent)
        #expect(ended.fault == .nameResolution)
    }

    @Test func `A connect time-out is not sent`() throws {
        let deaf = try DeafServer()
        let session = try Session(at: deaf.url) { $0.connectTimeoutMilliseconds = 100 }
        let ended = try session.call(body: "{}")
        #expect(ended.isNotSent)
        #expect(ended.fault == .connectTimeout)
    }

    @Test func `A failed TLS handshake is not sent`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.read()
            connection.send("HTTP/1.1 400 This is not TLS\r\n\r\n")
        }
        let ended = try Session(at: "https://127.0.0.1:\(server.port)").call(body: "{}")
        #expect(ended.isNotSent)
        #expect(ended.fault == .tls)
    }

    @Test func `A TLS handshake that hangs is not sent`() throws {
        let server = try ScriptedServer { $0.waitForClose() }
        let ended = try Session(at: "https://127.0.0.1:\(server.port)") { $0.connectTimeoutMilliseconds = 100 }.call()
        #expect(ended.isNotSent)
        #expect(ended.fault == .connectTimeout)
    }

    // MARK: - Sent, no answer

    @Test func `A server that never answers is a time-out after sending`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        }
        // Time enough for the server to read the request on a busy machine.
        let ended = try Session(at: server.url) { $0.timeoutMilliseconds = 1_500 }.call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .timeout)
        #expect(ended.nanoseconds >= 1_490_000_000)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [
        "", "HTTP/1.1 20", "HTTP/1.1 201 Created\r\n", "HTTP/1.1 201 Created\r\nContent-Le",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ])
    func `A connection closed before the head is whole is no answer`(part: String) throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(part)
        }
        let ended = try Session(at: server.url).call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost || ended.fault == .invalidResponse)
        #expect(server.requests.count == 1)
    }

    @Test func `A connection closed before the request was read is no answer`() throws {
        let server = try ScriptedServer { _ in }
        let ended = try Session(at: server.url).call(body: String(repeating: "x", count: 100_000))
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost)
    }

    @Test func `A reset is no answer`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.reset()
        }
        let ended = try Session(at: server.url).call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost)
    }

    @Test func `A reset in the middle of the request's body is no answer`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.read()
            connection.reset()
        }
        let ended = try Session(at: server.url).call(body: String(repeating: "x", count: 20_000_000))
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost)
    }

    @Test func `A truncated body is no answer, though the status is known`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf")
        }
        let ended = try Session(at: server.url).call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost)
        #expect(ended.status == 201)
        #expect(ended.body == "half")
    }

    @Test func `A chunked body without its end is no answer`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        }
        let ended = try Session(at: server.url).call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost)
    }

    @Test func `A time-out within the body is no answer, though the status is known`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf")
            connection.waitForClose()
        }
        // Time enough for the answer's head on a busy machine.
        let ended = try Session(at: server.url) { $0.timeoutMilliseconds = 1_500 }.call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .timeout)
        #expect(ended.status == 201)
    }

    @Test func `An answer that is not HTTP is invalid`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
        }
        let ended = try Session(at: server.url).call(body: "{}")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .invalidResponse)
    }

    // MARK: - Kept connections

    /// Answers the first request of its first connection; reads the second one and closes without an answer.
    private func serverThatDropsTheSecond(stopsListening: Bool = false) throws -> ScriptedServer {
        let server = LateServer()
        let scripted = try ScriptedServer { connection in
            if connection.index == 0 {
                _ = connection.readRequest()
                connection.send(Self.ok)
                _ = connection.readRequest()
                if stopsListening { server.stop() }
            } else {
                while connection.readRequest() != nil { connection.send(Self.ok) }
            }
        }
        server.set(scripted)
        return scripted
    }

    @Test func `A request is sent again when a kept connection dies, and the completion says so`() throws {
        let server = try serverThatDropsTheSecond()
        let session = try Session(at: server.url)
        #expect(try session.call(body: "1").resends == 0)
        let ended = try session.call(body: "2")
        #expect(ended.outcome == .answered(status: 200))
        #expect(ended.resends == 1)
        #expect(server.requests.map(\.text) == ["1", "2", "2"])
    }

    @Test func `A request is not sent again when that is not wanted`() throws {
        let server = try serverThatDropsTheSecond()
        let session = try Session(at: server.url) { $0.resendsOnDeadConnection = false }
        _ = try session.call(body: "1")
        let ended = try session.call(body: "2")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost)
        #expect(server.requests.map(\.text) == ["1", "2"])
    }

    @Test func `A request lost on a kept connection counts as sent although the next connection is refused`() throws {
        let server = try serverThatDropsTheSecond(stopsListening: true)
        let session = try Session(at: server.url)
        _ = try session.call(body: "1")
        let ended = try session.call(body: "2")
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .connectionLost)
    }

    @Test func `A connection that the server closed while idle is not used again`() throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(Self.ok)
        }
        let session = try Session(at: server.url)
        for number in 1...3 {
            let ended = try session.call(body: "\(number)")
            #expect(ended.outcome == .answered(status: 200))
        }
        #expect(server.connectionCount >= 3)
        #expect(Set(server.requests.map(\.text)).count == 3)
    }

    // MARK: - Cancelling

    @Test func `A call cancelled before it began is not sent`() throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(at: server.url)
        try session.start(body: "{}", tag: 7)
        session.caller.cancel(tag: 7)
        session.caller.cancel(tag: 8)
        let ended = try session.finish()[0]
        #expect(ended.tag == 7)
        #expect(ended.isNotSent)
        #expect(ended.fault == .cancelled)
        #expect(session.caller.inFlight == 0)
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        #expect(server.requests.count == 1)
    }

    @Test
    func `D4: behind a turn that took too long those under way go on, and the others are certainly not sent`() throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(at: server.url)
        session.caller.longestTurnMilliseconds = 3_000
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        try session.start(body: "{}", tag: 7)
        _ = session.caller.poll(timeoutMilliseconds: 0)
        try session.start(body: "{}", tag: 8)
        session.caller.longestTurnMilliseconds = 0
        let ended = try session.finish(2).sorted { $0.tag < $1.tag }
        #expect(ended.map(\.tag) == [7, 8])
        #expect(ended[0].outcome == .answered(status: 200))
        #expect(ended[1].isNotSent && ended[1].fault == .cancelled)
        session.caller.longestTurnMilliseconds = nil
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        #expect(server.requests.count == 3)
    }

    @Test func `D4: behind a turn that took too long an idle connection is not used either`() throws {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(at: server.url)
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        try session.start(body: "{}", tag: 7)
        session.caller.longestTurnMilliseconds = 0
        #expect(try session.finish()[0].isNotSent)
        session.caller.longestTurnMilliseconds = nil
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        #expect(server.requests.count == 2)
    }

    @Test func `D4: what connects while the process stands still is not sent either`() throws {
        let deaf = try DeafServer()
        let session = try Session(at: deaf.url)
        try session.start(body: "{}", tag: 7)
        for _ in 0..<3 { _ = session.caller.poll(timeoutMilliseconds: 1) }
        #expect(session.caller.inFlight == 1)
        session.caller.longestTurnMilliseconds = 10_000
        session.caller.collect { _ in Issue.record("it still connects") }
        // The wait itself takes longer than a turn may.
        session.caller.longestTurnMilliseconds = 50
        _ = session.caller.poll(timeoutMilliseconds: 0)
        _ = session.caller.poll(timeoutMilliseconds: 100)
        session.caller.longestTurnMilliseconds = nil
        let ended = try session.finish()[0]
        #expect(ended.isNotSent && ended.fault == .cancelled)
    }

    @Test func `A call cancelled while the server works on it counts as sent`() throws {
        let waker = LateWaker()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            waker.wake()
            connection.waitForClose()
        }
        let session = try Session(at: server.url)
        waker.set(session.caller.waker)
        try session.start(body: "{}", tag: 7)
        while !session.caller.poll(timeoutMilliseconds: 5000).isWoken {}
        session.caller.cancel(tag: 7)
        let ended = try session.finish()[0]
        #expect(ended.isSentNoAnswer)
        #expect(ended.fault == .cancelled)
    }
}
