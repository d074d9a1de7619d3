import Foundation
import HTTPCalls
import Logging
import TestKit
import Testing

@Suite(.ownThread) struct PollTests {
    private func caller() throws -> HTTPCaller { try HTTPCaller(logger: Logger(label: "test")) }

    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() {
            var descriptors: [Int32] = [0, 0]
            pipe(&descriptors)
            (reading, writing) = (descriptors[0], descriptors[1])
        }

        func put() { _ = write(writing, "x", 1) }

        func take() {
            var byte: UInt8 = 0
            _ = read(reading, &byte, 1)
        }

        func end() {
            close(reading)
            close(writing)
        }
    }

    @Test func `Another thread's wake-up ends a poll without end`() throws {
        let caller = try caller()
        let waker = caller.waker
        Thread.detachNewThread { waker.wake() }
        #expect(caller.poll(timeoutMilliseconds: -1).isWoken)
    }

    @Test func `A wake-up before the poll ends that poll, and only that`() throws {
        let caller = try caller()
        caller.waker.wake()
        caller.waker.wake()
        #expect(caller.poll(timeoutMilliseconds: -1).isWoken)
        #expect(!caller.poll(timeoutMilliseconds: 0).isWoken)
    }

    @Test func `A waker outlives its caller`() throws {
        let waker = try caller().waker
        waker.wake()
        let other = try caller()
        #expect(!other.poll(timeoutMilliseconds: 0).isWoken)
    }

    @Test func `Watched descriptors end a poll, and the readiness says which`() throws {
        let caller = try caller()
        let (first, second) = (Pipe(), Pipe())
        defer { first.end(); second.end() }
        let watched = [first.reading, second.reading]
        #expect(!caller.poll(timeoutMilliseconds: 0, also: watched).isAnyReadable)
        second.put()
        let readiness = caller.poll(timeoutMilliseconds: -1, also: watched)
        #expect(!readiness.isReadable(at: 0))
        #expect(readiness.isReadable(at: 1))
        #expect(caller.poll(timeoutMilliseconds: -1, also: watched).isReadable(at: 1), "as long as it is readable")
        second.take()
        #expect(!caller.poll(timeoutMilliseconds: 0, also: watched).isAnyReadable)
    }

    @Test func `The watched descriptors may change from poll to poll`() throws {
        let caller = try caller()
        let (first, second) = (Pipe(), Pipe())
        defer { first.end(); second.end() }
        first.put()
        second.put()
        #expect(caller.poll(timeoutMilliseconds: -1, also: [first.reading]).isReadable(at: 0))
        let readiness = caller.poll(timeoutMilliseconds: -1, also: [second.reading, first.reading])
        #expect(readiness.isReadable(at: 0) && readiness.isReadable(at: 1))
        #expect(!caller.poll(timeoutMilliseconds: 0).isAnyReadable)
        #expect(caller.poll(timeoutMilliseconds: -1, also: [second.reading]).isReadable(at: 0))
    }

    @Test func `A watched number that its owner closed may become a connection's`() throws {
        let server = try ScriptedServer.answering { _ in "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
        for _ in 0..<20 {
            let pipe = Pipe()
            _ = session.caller.poll(timeoutMilliseconds: 0, also: [pipe.reading])
            pipe.end()
            for tag in 0..<3 { try session.start(tag: UInt64(tag)) }
            #expect(try session.finish(3).allSatisfy { $0.outcome == .answered(status: 200) })
        }
    }

    @Test func `A poll with nothing to do ends when the time is up`() throws {
        let start = ContinuousClock.now
        let readiness = try caller().poll(timeoutMilliseconds: 30)
        #expect(!readiness.isWoken && !readiness.isAnyReadable)
        #expect(ContinuousClock.now - start >= .milliseconds(29))
    }
}
