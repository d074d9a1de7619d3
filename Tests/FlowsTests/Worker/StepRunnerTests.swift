import JSON
import Testing

@testable import Flows

/// From a record to the call that is ready to be sent.
@Suite("Steps")
struct StepRunnerTests {
    private static let numbers = #"{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}"#

    private func bench(
        _ steps: StepDefinition..., schema: String? = nil, tombstones: FlowDefinition.Tombstones = .skip
    ) throws -> RunnerBench {
        try RunnerBench(
            .flow(steps, schema: schema, tombstones: tombstones, schemas: ["n.json": Self.numbers, "any.json": "true"]))
    }

    // MARK: - The way of an event

    @Test("an event becomes a call: path, idempotency key, headers and the mapped document")
    func call() throws {
        let bench = try bench(
            .step(
                map: "{ n: .data.n, who: $event.id, trace: $headers.trace }", call: .put,
                path: "/clients/{.data.id}?mode={.data.n}",
                headers: [("X-Event", "e {.id}")]))
        bench.take(cloudEvent(#"{"id":"C 1/ü","n":1.50}"#, id: "4711", more: [("trace", "t-1")]))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.path == "/clients/C%201%2F%C3%BC?mode=1.50")
        #expect(bench.body == #"{"n":1.50,"who":"4711","trace":"t-1"}"#)
        #expect(
            bench.headers == [
                "Content-Type: application/json", "Idempotency-Key: \(key(step: "create", id: "4711"))",
                "X-Event: e 4711",
            ])
    }

    private func key(step: String, source: String = "/crm/eu", id: String) -> String {
        Array(source.utf8).withUnsafeBytes { source in
            Array(id.utf8).withUnsafeBytes {
                IdempotencyKey(flow: "customers", step: step).text(source: source, id: $0)
            }
        }
    }

    @Test("without a mapping the event's data is sent; GET sends nothing, DELETE only what is mapped")
    func bodies() throws {
        for (step, body) in [
            (StepDefinition.step(), #"{"n":1}"#), (.step(call: .get), nil), (.step(call: .delete), nil),
            (.step(map: "{id}", call: .delete), #"{"id":"e-1"}"#),
        ] as [(StepDefinition, String?)] {
            let bench = try bench(step)
            bench.take(cloudEvent(#"{"n":1}"#))
            #expect(bench.next() == "call step 0 system 0")
            #expect(bench.body == body)
            #expect(bench.headers.contains("Content-Type: application/json") == (body != nil))
        }
    }

    @Test("steps run in order, those whose condition is false are passed over, each effect has its own key (D3)")
    func severalSteps() throws {
        let bench = try bench(
            .step("one", map: "1"), .step("two", when: ".data.n > 5", map: "2"), .step("three", map: "3"))
        bench.take(cloudEvent(#"{"n":1}"#))
        #expect(bench.next(from: 0) == "call step 0 system 0")
        let first = bench.slot.idempotencyKey
        #expect(bench.body == "1")
        #expect(bench.next(from: 1) == "call step 2 system 0")
        #expect(bench.body == "3")
        #expect(bench.slot.idempotencyKey != first)
        #expect(bench.next(from: 3) == "done")
    }

    @Test("an event that no step is for is done at once")
    func noStep() throws {
        let bench = try bench(.step(when: ".type == \"other\""), .step("b", when: "null"))
        bench.take(cloudEvent("{}"))
        #expect(bench.next() == "done")
    }

    @Test("conditions are decided before the first step: one that fails parks an event without any effect yet")
    func conditionsFirst() throws {
        let bench = try bench(.step("one"), .step("two", when: ".data.n | error(\"odd\")"))
        bench.take(cloudEvent(#"{"n":1}"#))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.slot.fault?.step == "two")
        #expect(bench.message.contains("when: test.jq:1:"))
        #expect(bench.message.contains("odd"))
    }

    @Test("a condition that yields none or two outputs is a fault", arguments: ["empty", "true, false"])
    func conditionOutputs(condition: String) throws {
        let bench = try bench(.step(when: condition))
        bench.take(cloudEvent("{}"))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
    }

    @Test("now is the time of the evaluation")
    func now() throws {
        let bench = try bench(.step(map: "now > 1700000000 and now < 9000000000"))
        bench.take(cloudEvent("{}"))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.body == "true")
    }

    // MARK: - Bad input and what it gets

    @Test("broken JSON is parked as malformed, with the place in the value")
    func malformed() throws {
        let bench = try bench(.step())
        bench.take(cloudEvent("{\"n\": 1,\n \"m\" 2}"))
        #expect(bench.next() == "fault malformed VALUE_CONVERTER")
        #expect(bench.slot.fault?.step == nil)
        #expect(bench.message.contains("line 2, column 6"), "\(bench.message)")
    }

    @Test("an event that its schema refuses is parked, with the place in the event and in the schema")
    func eventSchema() throws {
        let schemas = ["e.json": #"{"properties":{"data":{"$ref":"n.json"}}}"#, "n.json": Self.numbers]
        let bench = try RunnerBench(.flow([.step()], schema: "e.json", schemas: schemas))
        bench.take(cloudEvent(#"{"n":"x"}"#))
        #expect(bench.next() == "fault schema VALUE_CONVERTER")
        #expect(bench.message.contains("/data/n"), "\(bench.message)")
        #expect(bench.message.contains("the event is not valid"))
        bench.take(cloudEvent(#"{"n":3}"#))
        #expect(bench.next() == "call step 0 system 0", "the next event is not touched by it")
    }

    @Test("a mapped document that its schema refuses is parked, and names the step")
    func mappedSchema() throws {
        let bench = try bench(.step(map: "{ n: \"x\" }", schema: "n.json"))
        bench.take(cloudEvent("{}"))
        #expect(bench.next() == "fault schema TRANSFORMATION")
        #expect(bench.slot.fault?.step == "create")
        #expect(bench.message.contains("the mapped document is not valid"))
        #expect(bench.message.contains("/n"))
    }

    @Test(
        "a mapping that fails, or yields none or two documents, is a fault with its place",
        arguments: [
            ("empty", "no"), (".id, .type", "more"), ("error(\"boom\")", "boom"), (".data | keys | .[0].x", ""),
        ])
    func mappings(program: String, reason: String) throws {
        let bench = try bench(.step(map: program))
        bench.take(cloudEvent(#"{"n":1}"#))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.message.contains("map: test.jq:1:"), "\(bench.message)")
        if !reason.isEmpty { #expect(bench.message.contains(reason), "\(bench.message)") }
    }

    @Test("a mapping that runs for ever ends at its step limit, as a fault")
    func endless() throws {
        let bench = try bench(.step(map: "[range(1e9)] | length"))
        bench.take(cloudEvent("{}"))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
    }

    @Test(
        "a path's value that is empty, missing, or no text is a fault: PUT clients/ would hit the collection",
        arguments: [#"{"id":""}"#, "{}", #"{"id":null}"#, #"{"id":["a"]}"#, #"{"id":true}"#])
    func emptySegment(data: String) throws {
        let bench = try bench(.step(call: .put, path: "/clients/{.data.id}"))
        bench.take(cloudEvent(data))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.message.hasPrefix("call: "), "\(bench.message)")
    }

    @Test("a segment of one or two dots would climb in the ERP's paths: a fault of the event", arguments: [".", ".."])
    func dots(id: String) throws {
        let bench = try bench(.step(call: .put, path: "/clients/{.data.id}/orders"))
        bench.take(cloudEvent(#"{"id":"\#(id)"}"#))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.slot.fault?.step == "create")
        bench.take(cloudEvent(#"{"id":"a.b..c"}"#))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.path == "/clients/a.b..c/orders")
    }

    @Test(
        "percent-encoding leaves only the unreserved characters of RFC 3986",
        arguments: [
            ("A-z_0~9", "A-z_0~9"), ("a b", "a%20b"), ("a/../b", "a%2F..%2Fb"), ("a?b#c", "a%3Fb%23c"),
            ("100%", "100%25"), ("é", "%C3%A9"), ("a\\u0000b", "a%00b"), ("a;b=c&d", "a%3Bb%3Dc%26d"),
        ])
    func encoding(id: String, expected: String) throws {
        let bench = try bench(.step(call: .get, path: "/clients/{.data.id}"))
        bench.take(cloudEvent(#"{"id":"\#(id)"}"#))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.path == "/clients/" + expected)
    }

    @Test(
        "a header's value with a line break or another control character is a fault: it would inject fields",
        arguments: ["a\\r\\nX-Admin: 1", "a\\nb", "a\\u0000b"])
    func headerInjection(value: String) throws {
        let bench = try bench(.step(headers: [("X-Name", "{.data.name}")]))
        bench.take(cloudEvent(#"{"name":"\#(value)"}"#))
        #expect(bench.next() == "fault mapping TRANSFORMATION")
        #expect(bench.message.contains("X-Name"), "\(bench.message)")
        #expect(!bench.message.contains("X-Admin"))
    }

    @Test("a step that names its media type sends that one, once")
    func contentType() throws {
        let type = "application/merge-patch+json"
        let bench = try bench(.step(call: .patch, headers: [("content-type", type)]))
        bench.take(cloudEvent("{}"))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.headers.filter { $0.lowercased().hasPrefix("content-type") } == ["content-type: \(type)"])
    }

    // MARK: - Tombstones

    @Test("tombstones: skipped, parked, or delivered with null as the data, as the flow says")
    func tombstones() throws {
        let expected: [FlowDefinition.Tombstones: String] = [
            .skip: "skip", .park: "fault tombstone VALUE_CONVERTER", .deliver: "call step 0 system 0",
        ]
        for (policy, next) in expected {
            let bench = try bench(.step(map: "{ gone: (.data == null), id }"), tombstones: policy)
            bench.take(cloudEvent(nil))
            #expect(bench.next() == next)
            if policy == .deliver { #expect(bench.body == #"{"gone":true,"id":"e-1"}"#) }
        }
    }

    // MARK: - Plain JSON

    @Test("plain JSON: the identity expression names the effect; numbers count as their text")
    func identity() throws {
        let bench = try RunnerBench(.flow([.step()], format: .json, identity: ".no"))
        bench.take(StoredRecord(value: #"{"no":17}"#))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.body == #"{"no":17}"#)
        #expect(bench.slot.idempotencyKey == key(step: "create", source: "/crm", id: "17"))
    }

    @Test("plain JSON without identity is known by topic, partition and offset")
    func placeAsIdentity() throws {
        let bench = try RunnerBench(.flow([.step()], format: .json))
        bench.take(StoredRecord(value: "[]", partition: 3, offset: 42))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.slot.idempotencyKey == key(step: "create", source: "/crm", id: "crm.customers/3/42"))
    }

    @Test("plain JSON whose identity is missing or fails is a fault", arguments: ["{}", #"{"no":""}"#, "[1]"])
    func badIdentity(value: String) throws {
        let bench = try RunnerBench(.flow([.step()], format: .json, identity: ".no"))
        bench.take(StoredRecord(value: value))
        #expect(bench.next() == "fault mapping VALUE_CONVERTER")
        #expect(bench.message.hasPrefix("identity: "))
    }

    @Test("a system without an idempotency header gets none")
    func noIdempotencyHeader() throws {
        let bench = try RunnerBench(.flow([.step()], idempotencyHeader: nil))
        bench.take(cloudEvent("{}"))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.headers == ["Content-Type: application/json"])
    }
}
