import TestKit
import Testing

@testable import HTTPCalls

@Suite(.ownThread) struct RetryAfterTests {
    /// 1994-11-06 08:49:37 UTC, the example of RFC 9110, section 5.6.7.
    private static let example: Int64 = 784_111_777

    private func seconds(_ fields: [String: String], status: Int = 503, now: Int64 = example) -> Int? {
        RetryAfter.seconds(status: status, now: { now }, field: { fields[$0] })
    }

    @Test(arguments: [
        ("120", 120), ("0", 0), (" 7 ", 7), ("3600", 3600), ("86400", 3600), ("99999999999999999999", 3600),
    ])
    func `Seconds are read and capped`(text: String, expected: Int) {
        #expect(seconds(["Retry-After": text]) == expected)
    }

    @Test(arguments: ["", "-1", "1.5", "soon", "1 2", "+3", "0x10", "Sun, 06 Foo 1994 08:49:37 GMT"])
    func `What cannot be read counts as absent`(text: String) {
        #expect(seconds(["Retry-After": text]) == nil)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func `All three notations of a date are read`(text: String) {
        #expect(HTTPDate.parse(text, yearNow: { 1994 }) == Self.example)
        #expect(seconds(["Retry-After": text], now: Self.example - 90) == 90)
        #expect(seconds(["Retry-After": text], now: Self.example + 5) == 0, "a date of the past: now")
        #expect(seconds(["Retry-After": text], now: Self.example - 90_000) == 3600)
    }

    @Test func `Dates are exact over leap years and centuries`() {
        #expect(HTTPDate.parse("Thu, 01 Jan 1970 00:00:00 GMT", yearNow: { 2026 }) == 0)
        #expect(HTTPDate.parse("Tue, 29 Feb 2000 00:00:00 GMT", yearNow: { 2026 }) == 951_782_400)
        #expect(HTTPDate.parse("Mon, 01 Mar 2100 00:00:00 GMT", yearNow: { 2026 }) == 4_107_542_400)
        #expect(HTTPDate.parse("Sunday, 22-Nov-26 17:00:00 GMT", yearNow: { 2026 }) == 1_795_366_800)
        #expect(HTTPDate.parse("Sunday, 06-Nov-94 08:49:37 GMT", yearNow: { 2026 }) == Self.example)
        #expect(HTTPDate.parse("Sun, 22 Nov 2026 25:00:00 GMT", yearNow: { 2026 }) == nil)
        #expect(HTTPDate.parse("Sun, 22 Nov 2026 17:00:00 CET", yearNow: { 2026 }) == nil)
        #expect(HTTPDate.year(of: 1_795_366_800) == 2026)
    }

    @Test(arguments: [
        ("\"default\";r=0;t=30", 30), ("\"a\";r=50;t=30", nil), ("\"a\";r=5;t=10, \"b\";r=0;t=60", 60),
        ("\"a\";r=0;t=10, \"b\";r=0;t=60", 60), ("limit=100, remaining=0, reset=45", 45),
        ("limit=100, remaining=3, reset=45", nil), ("\"a\";t=9", 9), ("nonsense", nil), ("", nil), ("r=;t=x", nil),
    ])
    func `The reset of an exhausted rate limit counts with 429 and 503`(text: String, expected: Int?) {
        #expect(seconds(["RateLimit": text], status: 429) == expected)
        #expect(seconds(["RateLimit": text], status: 404) == nil)
    }

    @Test func `Retry-After goes before the rate limit, and the oldest notation last`() {
        #expect(seconds(["Retry-After": "5", "RateLimit": "\"a\";r=0;t=30"], status: 429) == 5)
        #expect(seconds(["RateLimit": "\"a\";r=0;t=30", "RateLimit-Reset": "9"], status: 429) == 30)
        #expect(seconds(["RateLimit-Reset": "9"], status: 429) == 9)
        #expect(seconds(["Retry-After": "5"], status: 404) == 5)
        #expect(seconds([:]) == nil)
    }

    @Test(arguments: [
        (["RateLimit": "\"a\";r=0;t=30"], 30), (["RateLimit": "\"a\";r=1;t=30"], nil),
        (["RateLimit": "\"a\";t=30"], nil),
        (["RateLimit": "\"a\";r=0;t=9, \"b\";r=5;t=60"], 9), (["RateLimit": "limit=9, remaining=0, reset=45"], 45),
        (["RateLimit-Remaining": "0", "RateLimit-Reset": "7"], 7),
        (["RateLimit-Remaining": "2", "RateLimit-Reset": "7"], nil),
        (["RateLimit-Reset": "7"], nil), (["RateLimit-Remaining": "0"], nil), ([:], nil),
        (["RateLimit": "r=0;t=soon"], nil),
    ])
    func `A limit is used up when the answer says so, whatever it is`(fields: [String: String], expected: Int?) {
        #expect(RetryAfter.exhausted { fields[$0] } == expected)
    }

    @Test func `A success says when its limit is used up, a refusal when to come back`() throws {
        let server = try ScriptedServer.answering { request in
            "HTTP/1.1 \(request.path.dropFirst()) X\r\nratelimit: \"hour\";r=0;t=40\r\nContent-Length: 0\r\n\r\n"
        }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
        let success = try session.call(.post, "/201")
        #expect(success.limitReset == 40)
        #expect(success.retryAfter == nil)
        let refusal = try session.call(.post, "/429")
        #expect(refusal.limitReset == nil)
        #expect(refusal.retryAfter == 40)
    }

    @Test func `A completion carries what the answer asks for`() throws {
        let server = try ScriptedServer.answering { request in
            "HTTP/1.1 \(request.path.dropFirst()) X\r\nretry-after: 17\r\nContent-Length: 0\r\n\r\n"
        }
        let session = try Session(SystemEndpoint(name: "erp", baseURL: server.url))
        #expect(try session.call(.post, "/429").retryAfter == 17)
        #expect(try session.call(.post, "/200").retryAfter == nil)
    }

    @Test func `A date is counted from the clock that was given`() throws {
        let server = try ScriptedServer.answering { _ in
            "HTTP/1.1 503 X\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n"
        }
        let session = try Session(
            SystemEndpoint(name: "erp", baseURL: server.url), wallClock: { Self.example - 42 })
        #expect(try session.call().retryAfter == 42)
    }
}
