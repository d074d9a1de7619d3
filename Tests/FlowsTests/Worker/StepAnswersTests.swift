import JSON
import Testing

@testable import Flows

/// `$steps`: what earlier steps were answered, in conditions, mappings, paths and headers of later ones.
@Suite("Answers of earlier steps")
struct StepAnswersTests {
    private func bench(_ steps: StepDefinition...) throws -> RunnerBench {
        let bench = try RunnerBench(.flow(steps))
        bench.take(cloudEvent(#"{"n":1}"#))
        return bench
    }

    private func answer(_ bench: RunnerBench, _ status: Int, _ body: String) {
        Array(body.utf8).withUnsafeBytes { bench.flow.note(status: status, body: $0, in: bench.slot) }
    }

    @Test("a later step sees status and body in its path, headers and mapping; digits stay as they came")
    func laterStep() throws {
        let bench = try bench(
            .step("create-client"),
            .step(
                "link", map: "$steps", call: .put, path: #"/clients/{$steps["create-client"].body.id}"#,
                headers: [("X-Status", #"{$steps["create-client"].status}"#)]))
        #expect(bench.next() == "call step 0 system 0")
        answer(bench, 201, #"{"id":"ü 7","amount":1.50}"#)
        #expect(bench.next(from: 1) == "call step 1 system 0")
        #expect(bench.path == "/clients/%C3%BC%207")
        #expect(bench.headers.contains("X-Status: 201"))
        #expect(bench.body == #"{"create-client":{"status":201,"body":{"id":"ü 7","amount":1.50}}}"#)
    }

    @Test(
        "a body that is no JSON is a string, an empty one null",
        arguments: [("", "null"), ("created", "\"created\""), ("{\"a\"", #""{\"a\"""#), ("7", "7")])
    func bodies(body: String, seen: String) throws {
        let bench = try bench(.step("one"), .step("two", map: "$steps.one.body"))
        _ = bench.next()
        answer(bench, 200, body)
        #expect(bench.next(from: 1) == "call step 1 system 0")
        #expect(bench.body == seen)
    }

    @Test("a body that is not UTF-8 is a string with replaced characters")
    func notUTF8() throws {
        let bench = try bench(.step("one"), .step("two", map: "$steps.one.body"))
        _ = bench.next()
        [UInt8]([0x61, 0xff]).withUnsafeBytes { bench.flow.note(status: 200, body: $0, in: bench.slot) }
        #expect(bench.next(from: 1) == "call step 1 system 0")
        #expect(bench.body == "\"a\u{FFFD}\"")
    }

    @Test("a step before any answer sees an empty object")
    func noAnswer() throws {
        let bench = try bench(.step("one", map: "[$steps, $reference]"))
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.body == "[{},{}]")
    }

    @Test("a condition that names $steps is decided when its step is reached, the others before the first step")
    func conditions() throws {
        for (status, next) in [(201, "call step 2 system 0"), (200, "call step 1 system 0")] {
            let bench = try bench(
                .step("one"), .step("two", when: "$steps.one.status == 200"), .step("three", when: "$steps.two == null")
            )
            #expect(bench.next() == "call step 0 system 0")
            answer(bench, status, "{}")
            #expect(bench.next(from: 1) == next)
        }
        let failing = try bench(.step("one", when: "$steps | false"), .step("two", when: "error(\"odd\")"))
        #expect(failing.next() == "fault mapping TRANSFORMATION", "decided although its turn has not come")
    }

    @Test("a condition on an answer that fails parks the event at its step")
    func failingCondition() throws {
        let bench = try bench(.step("one"), .step("two", when: "$steps.one.body | error"))
        #expect(bench.next() == "call step 0 system 0")
        answer(bench, 200, "\"bad\"")
        #expect(bench.next(from: 1) == "fault mapping TRANSFORMATION")
        #expect(bench.slot.fault?.step == "two")
    }

    @Test("answers are kept only where a program names $steps, counted, and forgotten with the event")
    func keeping() throws {
        let without = try bench(.step("one"), .step("two"))
        _ = without.next()
        answer(without, 200, "{\"a\":1}")
        #expect(without.slot.answers == nil)

        let bench = try bench(.step("one"), .step("two", map: "$steps"), .step("three", map: "$steps"))
        _ = bench.next()
        answer(bench, 200, "{\"a\":1}")
        _ = bench.next(from: 1)
        #expect(bench.slot.requestByteCount == bench.slot.path.count + bench.slot.body.count + 7)
        answer(bench, 200, "[2]")
        _ = bench.next(from: 2)
        #expect(bench.body == #"{"one":{"status":200,"body":{"a":1}},"two":{"status":200,"body":[2]}}"#)
        // Prepared anew after a pause: the answers are there still.
        _ = bench.next(from: 2)
        #expect(bench.body == #"{"one":{"status":200,"body":{"a":1}},"two":{"status":200,"body":[2]}}"#)
        bench.take(cloudEvent("{}"))
        #expect(bench.next(from: 2) == "call step 2 system 0")
        #expect(bench.body == "{}")
    }

    @Test("an answer that is no success is told in the dead letter and not kept")
    func refusals() throws {
        let bench = try bench(.step("one"), .step("two", map: "$steps"))
        _ = bench.next()
        answer(bench, 422, "{\"why\":1}")
        #expect(bench.slot.lastStatus == 422)
        #expect(bench.slot.answers == nil)
    }

    @Test("$reference is what is remembered of the key")
    func reference() throws {
        let bench = try bench(.step("one", map: "$reference", path: "/clients/{$reference.clientId}"))
        let remembered = ByteBuffer(capacity: 64)
        remembered.append(#"{"clientId":"e-7"}"#)
        bench.slot.reference = remembered
        #expect(bench.next() == "call step 0 system 0")
        #expect(bench.path == "/clients/e-7")
        #expect(bench.body == #"{"clientId":"e-7"}"#)
    }

    @Test("identity and key must not depend on answers: refused (D2, D3)", arguments: ["$steps", "$reference"])
    func identity(name: String) throws {
        let flow = FlowDefinition.flow([.step()], format: .json, identity: "\(name) | tojson", key: "\(name) | tojson")
        let problems = FlowCheck.problems(flow)
        #expect(problems.count == 2)
        #expect(problems.allSatisfy { $0.hasPrefix("test.jq: \(name) is not available here") }, "\(problems)")
    }
}
