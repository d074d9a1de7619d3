import Testing

@testable import HTTPCalls

/// One fetch at a time, ahead of expiry, and once more after a 401: without sockets or a clock.
@Suite struct TokenStateTests {
    private let second = TokenState.second
    private let fault = CallFault(.token, "down")

    /// A state that holds a token of this lifetime since time 0.
    private func holding(lifetime: Int?) -> TokenState {
        var state = TokenState()
        #expect(state.need(now: 0) == (.wait, true))
        state.obtained("first", lifetimeSeconds: lifetime, requestedAt: 0, now: 0)
        return state
    }

    @Test func `The first call begins a fetch, and all others wait for it`() {
        var state = TokenState()
        #expect(state.need(now: 0) == (.wait, true))
        for _ in 0..<1000 { #expect(state.need(now: 1) == (.wait, false)) }
        state.obtained("t", lifetimeSeconds: 3600, requestedAt: 0, now: 2)
        #expect(state.need(now: 3) == (.use(1), false))
        #expect(state.value?.revealed == "t")
    }

    @Test func `A token is fetched anew a minute before it expires, once, while it still serves`() {
        var state = holding(lifetime: 3600)
        #expect(state.need(now: 3539 * second) == (.use(1), false))
        #expect(state.need(now: 3540 * second) == (.use(1), true))
        #expect(state.need(now: 3541 * second) == (.use(1), false))
        #expect(state.need(now: 3600 * second) == (.wait, false), "expired while the fetch goes on")
        state.obtained("second", lifetimeSeconds: 3600, requestedAt: 3540 * second, now: 3601 * second)
        #expect(state.need(now: 3602 * second) == (.use(2), false))
        #expect(state.value?.revealed == "second")
    }

    @Test func `A short-lived token is fetched anew when a fifth of its life is left`() {
        var state = holding(lifetime: 100)
        #expect(state.need(now: 79 * second) == (.use(1), false))
        #expect(state.need(now: 80 * second) == (.use(1), true))
    }

    @Test func `A lifetime is counted from the request's start`() {
        var state = TokenState()
        _ = state.need(now: 0)
        state.obtained("t", lifetimeSeconds: 100, requestedAt: 0, now: 30 * second)
        #expect(state.need(now: 81 * second) == (.use(1), true))
        #expect(state.need(now: 100 * second) == (.wait, false))
    }

    @Test func `A token without a lifetime serves until it is refused`() {
        var state = holding(lifetime: nil)
        #expect(state.need(now: .max - 1) == (.use(1), false))
        #expect(state.rejected(generation: 1, now: 5) == true)
        #expect(state.need(now: 6) == (.wait, true))
    }

    @Test(arguments: [0, -5, Int.max, Int.min])
    func `Absurd lifetimes neither trap nor fetch without end`(lifetime: Int) {
        var state = holding(lifetime: lifetime)
        #expect(state.need(now: 0) == (.use(1), false))
    }

    @Test func `A failed fetch ends the calls, and no other is made for a pause that grows to half a minute`() {
        var state = TokenState()
        var now: Int64 = 0
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            #expect(state.need(now: now) == (.wait, true))
            state.failed(fault, now: now)
            #expect(state.need(now: now) == (.fail(fault), false))
            now += Int64(pause) * second
            #expect(state.need(now: now - 1) == (.fail(fault), false))
        }
        #expect(state.need(now: now) == (.wait, true))
        state.obtained("t", lifetimeSeconds: nil, requestedAt: now, now: now)
        #expect(state.need(now: now) == (.use(1), false))
    }

    @Test func `A failed refresh leaves the old token serving, and is tried again after the pause`() {
        var state = holding(lifetime: 3600)
        let early = 3540 * second
        #expect(state.need(now: early) == (.use(1), true))
        state.failed(fault, now: early)
        #expect(state.need(now: early + 1) == (.use(1), false))
        #expect(state.need(now: early + second) == (.use(1), true))
        state.failed(fault, now: early + second)
        #expect(state.need(now: 3600 * second) == (.wait, true), "expired, and the pause is over")
    }

    @Test func `A thousand refusals of one token begin one fetch`() {
        var state = holding(lifetime: 3600)
        #expect(state.rejected(generation: 1, now: second) == true)
        #expect(state.need(now: second) == (.wait, true))
        for _ in 0..<1000 {
            #expect(state.rejected(generation: 1, now: second) == true)
            #expect(state.need(now: second) == (.wait, false))
        }
        state.obtained("second", lifetimeSeconds: 3600, requestedAt: second, now: 2 * second)
        #expect(
            state.rejected(generation: 1, now: 2 * second) == true, "refused with the old token: once more with the new"
        )
        #expect(state.need(now: 2 * second) == (.use(2), false), "which needs no other fetch")
    }

    @Test func `A token fetched because of a refusal is trusted for a while`() {
        var state = holding(lifetime: 3600)
        _ = state.rejected(generation: 1, now: 0)
        _ = state.need(now: 0)
        state.obtained("second", lifetimeSeconds: 3600, requestedAt: 0, now: 0)
        #expect(state.rejected(generation: 2, now: 4 * second) == false, "then it is not the token that is wrong")
        #expect(state.need(now: 4 * second) == (.use(2), false))
        #expect(state.rejected(generation: 2, now: 5 * second) == true)
        #expect(state.need(now: 5 * second) == (.wait, true))
    }
}

@Suite struct TokenMessageTests {
    private func parse(_ text: String, status: Int = 200) throws(CallFault) -> TokenAnswer.Token {
        let bytes = Array(text.utf8)
        let result: Result<TokenAnswer.Token, CallFault> = bytes.withUnsafeBytes { bytes in
            do throws(CallFault) { return .success(try TokenAnswer.parse(status: status, body: bytes)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    @Test func `The answer's token and lifetime are read`() throws {
        #expect(
            try parse(#"{"access_token":"a.b-c","token_type":"Bearer","expires_in":3600,"x":[1,{}]}"#)
                == .init(value: "a.b-c", lifetimeSeconds: 3600))
        #expect(try parse(#"{"access_token":"a","token_type":"bearer"}"#) == .init(value: "a"))
        #expect(try parse(#"{"access_token":"a","expires_in":"300"}"#).lifetimeSeconds == 300)
        #expect(try parse(#"{"access_token":"a","expires_in":1.5e2}"#).lifetimeSeconds == 150)
        #expect(try parse(#"{"access_token":"a","expires_in":1e99}"#).lifetimeSeconds == nil)
        #expect(try parse(#"{"access_token":"a","expires_in":null}"#).lifetimeSeconds == nil)
    }

    @Test(arguments: [
        "", "nonsense", "[]", "null", "{}", #"{"access_token":""}"#, #"{"access_token":7}"#,
        #"{"access_token":"a\r\nX: y"}"#, #"{"access_token":"a","token_type":"mac"}"#,
    ])
    func `An answer without a usable token is a fault`(text: String) {
        let fault = #expect(throws: CallFault.self) { try parse(text) }
        #expect(fault?.kind == .token)
    }

    @Test func `A refusal is told by status and registered code only`() {
        #expect(throws: CallFault(.token, "the token endpoint answered 401 (invalid_client)")) {
            try parse(#"{"error":"invalid_client","error_description":"secret hush is wrong"}"#, status: 401)
        }
        #expect(throws: CallFault(.token, "the token endpoint answered 400")) {
            try parse(#"{"error":"hush"}"#, status: 400)
        }
        #expect(throws: CallFault(.token, "the token endpoint answered 502")) { try parse("<html>", status: 502) }
    }

    @Test func `Credentials are form-encoded in the header, and in the body`() throws {
        // RFC 6749, section 2.3.1 and appendix B.
        var credentials = ClientCredentials(
            tokenURL: "http://127.0.0.1", id: "my:id", secret: "a b&c=£", scope: "read write", audience: "https://x/")
        var request = TokenRequest(credentials: credentials)
        #expect(
            String(decoding: request.form, as: UTF8.self)
                == "grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fx%2F")
        #expect(try request.headers().contains("authorization"))
        #expect(Base64.encode(Array("my%3Aid:a+b%26c%3D%C2%A3".utf8)) == "bXklM0FpZDphK2IlMjZjJTNEJUMyJUEz")
        credentials.placement = .body
        request = TokenRequest(credentials: credentials)
        #expect(
            String(decoding: request.form, as: UTF8.self).hasSuffix("&client_id=my%3Aid&client_secret=a+b%26c%3D%C2%A3")
        )
        #expect(try !request.headers().contains("authorization"))
    }
}
