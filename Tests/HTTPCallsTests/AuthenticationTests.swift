import HTTPCalls
import TestKit
import Testing

@Suite(.ownThread) struct AuthenticationTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    private func sent(_ authentication: Authentication) throws -> ReceivedRequest {
        let server = try ScriptedServer.answering { _ in Self.ok }
        let session = try Session(
            SystemEndpoint(name: "erp", baseURL: server.url, authentication: authentication))
        #expect(try session.call(body: "{}").outcome == .answered(status: 200))
        return try #require(server.requests.first)
    }

    @Test func `Basic, bearer and key are sent with every call`() throws {
        // The example of RFC 7617, section 2.
        #expect(
            try sent(.basic(user: "Aladdin", password: "open sesame")).values("Authorization")
                == ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="])
        #expect(try sent(.basic(user: "a", password: "")).values("Authorization") == ["Basic YTo="])
        #expect(try sent(.basic(user: "test", password: "123£")).values("Authorization") == ["Basic dGVzdDoxMjPCow=="])
        #expect(try sent(.bearer("abc.def")).values("Authorization") == ["Bearer abc.def"])
        #expect(try sent(.apiKey(header: "X-Api-Key", value: "k")).values("x-api-key") == ["k"])
        #expect(try sent(.none).values("Authorization").isEmpty)
    }

    @Test func `A request cannot replace the system's credentials`() throws {
        let session = try Session(
            SystemEndpoint(name: "erp", baseURL: "http://127.0.0.1:1", authentication: .bearer("abc")))
        #expect(throws: RequestError.refusedHeader(name: "authorization")) {
            try session.start(headers: ["AUTHORIZATION": "Bearer other"])
        }
    }

    @Test(arguments: [
        Authentication.bearer("a\r\nX: y"), .basic(user: "a:b", password: "c"), .apiKey(header: "a b", value: "c"),
        .apiKey(header: "Host", value: "c"), .apiKey(header: "X-Key", value: "a\nb"),
    ])
    func `A credential that cannot be sent is refused when the system is added`(_ authentication: Authentication) {
        #expect(throws: EndpointError.self) {
            try Session(SystemEndpoint(name: "erp", baseURL: "http://127.0.0.1:1", authentication: authentication))
        }
    }

    @Test func `Secrets are in no description`() {
        let credentials = ClientCredentials(tokenURL: "http://127.0.0.1/token", id: "id", secret: "hush1")
        for authentication in [
            Authentication.basic(user: "u", password: "hush2"), .bearer("hush3"),
            .apiKey(header: "X-Key", value: "hush4"), .oauth2ClientCredentials(credentials),
        ] {
            let endpoint = SystemEndpoint(name: "erp", baseURL: "http://127.0.0.1", authentication: authentication)
            var dumped = ""
            dump(endpoint, to: &dumped)
            #expect(!(dumped + "\(endpoint)" + String(reflecting: endpoint)).contains("hush"))
        }
    }

    @Test(arguments: [
        ("ftp://a/", "baseURL"), ("a/b", "baseURL"), ("http://", "baseURL"), ("http://u:p@a/", "baseURL"),
        ("http://a/?x", "baseURL"), ("http://a/#x", "baseURL"), ("http://a b/", "baseURL"),
        ("http://a:99999/", "baseURL"),
    ])
    func `A base URL that cannot be used is refused by its key`(url: String, key: String) {
        let error = #expect(throws: EndpointError.self) { try Session(SystemEndpoint(name: "erp", baseURL: url)) }
        #expect(error?.description.hasPrefix(key + ":") == true)
    }

    @Test func `Unreadable files and limits of nothing are refused by their key`() {
        var endpoint = SystemEndpoint(name: "erp", baseURL: "https://127.0.0.1")
        endpoint.tls.authoritiesFile = "/nowhere/ca.pem"
        #expect(
            throws: EndpointError.unreadableFile(
                key: "tls.ca", path: "/nowhere/ca.pem", reason: "No such file or directory")
        ) { try Session(endpoint) }
        endpoint.tls.authoritiesFile = nil
        endpoint.timeoutMilliseconds = 0
        #expect(throws: EndpointError.notPositive(key: "timeout")) { try Session(endpoint) }
    }
}
