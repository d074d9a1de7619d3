import Foundation
import HTTPCalls
import TestKit
import Testing

/// TLS and HTTP/2, against an nginx of the test's own with certificates made for it.
@Suite(.ownThread, .enabled(if: SecureServer.isPossible, "needs nginx with TLS and HTTP/2, and the openssl command"))
struct SecureTests {
    private func call(
        _ server: SecureServer, _ port: KeyPath<SecureServer, UInt16>, scheme: String = "https",
        host: String = "localhost", _ change: (inout SystemEndpoint) -> Void = { _ in }
    ) throws -> Ended {
        var endpoint = SystemEndpoint(name: "erp", baseURL: "\(scheme)://\(host):\(server[keyPath: port])")
        if scheme == "https" { endpoint.tls.authoritiesFile = server.file("ca.pem") }
        change(&endpoint)
        return try Session(endpoint).call(.post, "/clients", body: "{}")
    }

    @Test func `A certificate of a trusted authority is accepted`() throws {
        let server = try SecureServer()
        let ended = try call(server, \.tlsPort)
        #expect(ended.outcome == .answered(status: 200))
    }

    @Test func `A certificate of an unknown authority is refused before anything is sent`() throws {
        let server = try SecureServer()
        let ended = try call(server, \.tlsPort) { $0.tls.authoritiesFile = nil }
        #expect(ended.isNotSent)
        #expect(ended.fault == .tls)
        #expect(try server.requestCount() == 0)
    }

    @Test func `A certificate for another host is refused before anything is sent`() throws {
        let server = try SecureServer()
        let ended = try call(server, \.tlsPort, host: "127.0.0.1")
        #expect(ended.isNotSent)
        #expect(ended.fault == .tls)
        #expect(try server.requestCount() == 0)
    }

    @Test func `A server that speaks only TLS 1_1 is refused`() throws {
        let server = try SecureServer()
        let ended = try call(server, \.oldPort)
        #expect(ended.isNotSent)
        #expect(ended.fault == .tls)
    }

    @Test func `A client certificate is shown where one is asked for`() throws {
        let server = try SecureServer()
        let without = try call(server, \.mutualPort)
        #expect(without.outcome == .answered(status: 400), "nginx's answer to a missing certificate")
        let with = try call(server, \.mutualPort) {
            $0.tls.certificateFile = server.file("client.pem")
            $0.tls.keyFile = server.file("client.key")
        }
        #expect(with.outcome == .answered(status: 200))
    }

    @Test(arguments: [
        (SystemEndpoint.HTTPVersion.automatic, "HTTP/2.0"), (.http1, "HTTP/1.1"), (.http2, "HTTP/2.0"),
    ])
    func `Over TLS the version is agreed on`(version: SystemEndpoint.HTTPVersion, expected: String) throws {
        let server = try SecureServer()
        let ended = try call(server, \.tlsPort) { $0.httpVersion = version }
        #expect(ended.body == expected)
    }

    @Test func `HTTP/2 is spoken with prior knowledge where that is configured`() throws {
        let server = try SecureServer()
        #expect(try call(server, \.cleartextHTTP2Port, scheme: "http") { $0.httpVersion = .http2 }.body == "HTTP/2.0")
        #expect(try call(server, \.cleartextPort, scheme: "http").body == "HTTP/1.1")
    }

    @Test func `Many calls share one HTTP/2 connection`() throws {
        let server = try SecureServer()
        var endpoint = SystemEndpoint(name: "erp", baseURL: "https://localhost:\(server.tlsPort)")
        endpoint.tls.authoritiesFile = server.file("ca.pem")
        let session = try Session(endpoint)
        for tag in 0..<60 { try session.start(.post, "/\(tag)", body: "{}", tag: UInt64(tag)) }
        let ended = try session.finish(60)
        #expect(ended.allSatisfy { $0.outcome == .answered(status: 200) && $0.body == "HTTP/2.0" })
        #expect(try server.connections().count == 1)
        #expect(try server.requestCount() == 60)
    }
}
