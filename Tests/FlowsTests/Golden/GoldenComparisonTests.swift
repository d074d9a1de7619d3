import Testing

@testable import Flows

/// What is told when a case and what the flow did differ.
@Suite("Golden comparisons")
struct GoldenComparisonTests {
    private let mapping = "{id: .data.id, n: .data.n, tags: [\"a\", \"b\"], address: {city: \"x/y\"}}"

    @Test("what is as expected does not differ: numbers by value, members in any order, headers a subset")
    func same() throws {
        let bench = try GoldenBench(.step("create", map: mapping))
        #expect(
            try bench.differences(
                """
                expect:
                  outcome: applied
                  calls:
                    - step: create
                      method: POST
                      path: /clients
                      headers: { content-type: application/json }
                      body: { n: 1.5, address: { city: x/y }, tags: [a, b], id: c-1 }
                      body_where: .n == 1.5 and (.tags | length) == 2
                """) == [])
        #expect(try bench.differences("expect: {}\n") == [])
    }

    @Test("bodies are compared member by member, each difference at its JSON Pointer")
    func bodies() throws {
        let bench = try GoldenBench(.step("create", map: mapping))
        #expect(
            try bench.differences(
                "expect: { calls: [{ body: { id: c-2, n: '1.5', tags: [a, c, d], address: { zip: 7 } } }] }\n") == [
                    #"/calls/0/body/id "c-2" -> "c-1""#, #"/calls/0/body/n "1.5" -> 1.50"#,
                    #"/calls/0/body/tags/1 "c" -> "b""#, #"/calls/0/body/tags/2 "d" -> nothing"#,
                    "/calls/0/body/address/zip 7 -> nothing", #"/calls/0/body/address/city nothing -> "x/y""#,
                ])
        #expect(
            try bench.differences("expect: { calls: [{ body_where: .n > 2 }] }\n").first?.hasPrefix(
                "/calls/0/body_where .n > 2 -> {\"id\":\"c-1\"") ?? false)
    }

    @Test("method, path, headers, steps and the number of calls differ by name")
    func calls() throws {
        let bench = try GoldenBench(.step("create", map: "1"))
        #expect(
            try bench.differences(
                "expect: { calls: [{ step: create, method: PUT, path: /c, headers: { X-A: 1, Content-Type: text } }, { step: create }] }\n"
            ) == [
                "/calls/0/method PUT -> POST", "/calls/0/path /c -> /clients", "/calls/0/headers/X-A 1 -> nothing",
                "/calls/0/headers/Content-Type text -> application/json", "/calls/1 create -> nothing",
            ])
        #expect(try bench.differences("expect: { calls: [] }\n") == ["/calls/0 nothing -> create POST /clients"])
        let read = try GoldenBench(.step("read", call: .get))
        #expect(try read.differences("expect: { calls: [{ body: 1 }] }\n") == ["/calls/0/body 1 -> nothing"])
    }

    @Test("outcomes, and why an event was parked")
    func outcomes() throws {
        let bench = try GoldenBench(.step("create", map: "error(\"no\")"))
        #expect(
            try bench.differences("expect: { outcome: applied }\n")
                == ["/outcome applied -> parked: mapping in create: map: test.jq:1:1: no"].map {
                    $0.replacing("test.jq:1:1: no", with: try message(bench))
                })
        #expect(
            try bench.differences("expect: { parked: { reason: schema, step: create, message: yes, status: 422 } }\n")
                .map {
                    $0.prefix { $0 != ">" }
                } == ["/parked/reason schema -", "/parked/status 422 -", "/parked/message a match of yes -"])
        #expect(try bench.differences("expect: { parked: { reason: mapping, message: ': no' } }\n") == [])
        #expect(try GoldenBench(.step()).differences("expect: { parked: {} }\n") == ["/outcome parked -> applied"])
    }

    private func message(_ bench: GoldenBench) throws -> String {
        String((try bench.run("").fault?.message ?? "").dropFirst("map: ".count))
    }

    @Test("an answer that nobody asks for differs, and so does a wait that is too short")
    func answersAndWaits() throws {
        let bench = try GoldenBench(.step("create"))
        #expect(
            try bench.differences("answers: { create: [200, 500] }\nexpect: { outcome: applied }\n")
                == ["/answers/create/1 to be asked for -> never asked for"])
        let wait =
            "answers: { create: [{ status: 503, headers: { Retry-After: 5 } }, 200] }\nexpect: { calls: [{}, { waits_at_least: "
        #expect(try bench.differences(wait + "5s }] }\n") == [])
        #expect(try bench.differences(wait + "9m }] }\n").first?.hasPrefix("/calls/1/waits_at_least 9m -> 5") ?? false)
    }

    @Test("a case that expects nothing has not passed")
    func nothing() throws {
        let differences = try GoldenBench(.step()).differences("")
        #expect(differences == [" nothing -> applied, 1 call; the case has no ‘expect’"])
    }
}
