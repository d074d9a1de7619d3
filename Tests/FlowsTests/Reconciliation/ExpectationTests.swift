import Delivery
import JQ
import JSON
import Testing

@testable import Flows

/// What events say that the system should hold.
@Suite("Expectations") struct ExpectationTests {
    /// In words: the document, `absent`, `silent`, or the fault's kind.
    private func expectation(
        of record: StoredRecord, _ steps: StepDefinition..., expect: String? = nil, schema: String? = nil,
        tombstones: FlowDefinition.Tombstones = .skip, references: String? = nil
    ) throws -> String {
        var flow = FlowDefinition.flow(
            steps, schema: schema, tombstones: tombstones, schemas: ["n.json": #"{"required":["nothing"]}"#])
        flow.reconcile = ReconcileDefinition(entity: "erp/clients", system: flow.systems[0])
        flow.reconcile?.expect = expect.map { Flows.Expression($0) }
        flow.reconcile?.get = [.text("/clients/"), .reference("key")]
        let compiled = try CompiledReconciliation(flow)
        var buffer: ByteBuffer?
        if let references {
            buffer = ByteBuffer(capacity: 64)
            buffer?.append(references)
        }
        switch compiled.expectations.expectation(of: record, references: buffer) {
        case .document(let document): return document.compactText
        case .absent: return "absent"
        case .silent: return "silent"
        case .fault(let reason): return "fault " + reason.prefix { $0 != ":" }
        }
    }

    private let created = #".type == "crm.customer.created""#

    @Test("it is what the last step sends that applies and calls the system")
    func sent() throws {
        let event = cloudEvent(#"{"n":1}"#)
        #expect(try expectation(of: event, .step(when: created, map: "{a: .data.n}")) == #"{"a":1}"#)
        #expect(try expectation(of: event, .step(map: "{a: 1}"), .step("b", map: "{b: 2}")) == #"{"b":2}"#)
        let never = StepDefinition.step("b", when: "false", map: "{b: 2}")
        #expect(try expectation(of: event, .step(map: "{a: 1}"), never) == #"{"a":1}"#)
        #expect(try expectation(of: event, .step(map: "{a: 1}"), .step("b", call: .get)) == #"{"a":1}"#)
        #expect(try expectation(of: event, .step()) == #"{"n":1}"#)
        #expect(try expectation(of: event, never) == "silent")
    }

    @Test("after a DELETE the system should hold nothing")
    func absent() throws {
        let event = cloudEvent(#"{"n":1}"#, type: "crm.customer.deleted")
        let delete = StepDefinition.step("b", when: #".type == "crm.customer.deleted""#, call: .delete)
        #expect(try expectation(of: event, .step(when: created), delete) == "absent")
    }

    @Test("`expect` has the last word: a document, null for nothing, no output for an event that says nothing")
    func expected() throws {
        let event = cloudEvent(#"{"n":1}"#)
        #expect(try expectation(of: event, .step(), expect: "{id: $event.id}") == #"{"id":"e-1"}"#)
        #expect(try expectation(of: event, .step(), expect: "null") == "absent")
        #expect(try expectation(of: event, .step(), expect: "empty") == "silent")
        #expect(try expectation(of: event, .step(), expect: "1, 2") == "fault mapping")
        let reference = try expectation(
            of: event, .step(), expect: "{r: $reference.client_id}", references: #"{"client_id":"C1"}"#)
        #expect(reference == #"{"r":"C1"}"#)
    }

    @Test("what a worker would park cannot be compared")
    func faults() throws {
        let event = cloudEvent(#"{"n":1}"#)
        #expect(try expectation(of: event, .step(map: "error")) == "fault mapping")
        #expect(try expectation(of: event, .step(when: "error")) == "fault mapping")
        #expect(try expectation(of: event, .step(), schema: "n.json") == "fault schema")
        #expect(try expectation(of: event, .step(map: "{}", schema: "n.json")) == "fault schema")
        #expect(try expectation(of: cloudEvent("{"), .step()) == "fault malformed")
        let answers = StepDefinition.step("b", when: "$steps.create.status == 201", map: "{}")
        #expect(try expectation(of: event, .step(), answers) == "fault condition")
    }

    @Test("a record without a value is treated as the flow treats it")
    func tombstones() throws {
        let record = cloudEvent(nil)
        #expect(try expectation(of: record, .step(map: "{a: .data}"), tombstones: .skip) == "silent")
        #expect(try expectation(of: record, .step(map: "{a: .data}"), tombstones: .park) == "fault tombstone")
        #expect(try expectation(of: record, .step(map: "{a: .data}"), tombstones: .deliver) == #"{"a":null}"#)
    }

    @Test("a record comes back from its table as it went in")
    func spilled() {
        let record = StoredRecord(
            key: nil, value: "x", headers: [("ce_id", "1"), ("empty", nil)], partition: 7, offset: 1 << 40,
            timestamp: -1)
        let buffer = ByteBuffer(capacity: 64)
        RecordSpilling.write(record, to: buffer)
        let read = StoredRecord()
        RecordSpilling.read(buffer.bytes, into: read)
        #expect(read.key == nil && read.value.map(text) == "x" && read.headerTexts == record.headerTexts)
        #expect(read.partition == 7 && read.offset == 1 << 40 && read.timestamp == -1)
        #expect(RecordSpilling.place(of: buffer.bytes) == DeadLetter.Place(partition: 7, offset: 1 << 40))
    }

    @Test("D3: the effects of a round have names of their own, the same each time")
    func rounds() {
        func name(_ round: String?) -> String {
            Array("e".utf8).withUnsafeBytes { id in
                IdempotencyKey(flow: "f", step: "s", round: round).text(source: id, id: id)
            }
        }
        #expect(name("reconcile/1") == name("reconcile/1"))
        #expect(Set([name(nil), name("reconcile/1"), name("reconcile/2")]).count == 3)
    }
}
