import JSON
import Testing

@testable import Flows
@testable import Kafka

/// Whoever finds a parked event must learn from its headers what failed, where and why.
@Suite("Dead-letter headers")
struct DeadLetterHeaderTests {
    private let headers = DeadLetterHeaders(flow: "customers", topic: "crm.customers", taskID: "2")

    private func slot(_ record: StoredRecord) -> EventSlot {
        let slot = EventSlot()
        slot.begin()
        var headers: [(String, [UInt8]?)] = []
        record.forEachHeader { name, value in headers.append((text(name), value.map { Array($0) })) }
        slot.record.fill(
            key: nil, bytes: nil, headers: headers, partition: record.partition, offset: record.offset,
            timestamp: record.timestamp)
        slot.firstFailedAt = 1_767_225_600_123
        return slot
    }

    private func list(_ slot: EventSlot, _ fault: EventFault) -> [(name: String, value: String?)] {
        let produced = headers.headers(for: slot, fault: fault)
        return RecordHeaders(pointer: produced.pointer).map { header in
            (text(header.name), header.value.map { text($0) })
        }
    }

    private let rejection = EventFault(
        reason: .rejected(status: 422), stage: .taskPut, step: "create-client",
        message: "POST erp/clients was answered with status 422")

    @Test("every name of the conventions, with the record's own headers before them")
    func names() {
        let slot = slot(StoredRecord(value: "{}", headers: [("ce_id", "1"), ("x", nil), ("x", "")]))
        slot.attempts = 3
        slot.lastStatus = 422
        slot.lastAnswer.append("{\"title\":\"no\"}")
        let list = list(slot, rejection)
        #expect(list.prefix(3).map(\.name) == ["ce_id", "x", "x"])
        #expect(list.prefix(3).map(\.value) == ["1", nil, ""])
        let context = Dictionary(list.dropFirst(3).map { ($0.name, $0.value) }) { first, _ in first }
        #expect(
            context == [
                "__connect.errors.topic": "crm.customers", "__connect.errors.partition": "3",
                "__connect.errors.offset": "42", "__connect.errors.connector.name": "customers",
                "__connect.errors.task.id": "2", "__connect.errors.stage": "TASK_PUT",
                "__connect.errors.class.name": "penstock.step.create-client",
                "__connect.errors.exception.class.name": "penstock.rejected",
                "__connect.errors.exception.message": "POST erp/clients was answered with status 422",
                "penstock.flow": "customers", "penstock.step": "create-client", "penstock.reason": "rejected",
                "penstock.attempts": "3", "penstock.http.status": "422", "penstock.http.body": "{\"title\":\"no\"}",
                "penstock.first-failed-at": "2026-01-01T00:00:00.123Z",
            ])
    }

    @Test("an event that failed before any step has neither step nor status")
    func withoutStep() {
        let fault = EventFault(reason: .malformed, stage: .valueConverter, step: nil, message: "m")
        let names = Set(list(slot(StoredRecord(value: "{")), fault).map(\.name))
        #expect(names.isDisjoint(with: ["penstock.step", "penstock.http.status", "penstock.http.body"]))
    }

    @Test("on a second hop ours are replaced, never appended, those that do not apply any more are gone")
    func secondHop() {
        let first = slot(StoredRecord(value: "{}", headers: [("ce_id", "1")]))
        first.lastStatus = 422
        let once = list(first, rejection)
        let second = slot(StoredRecord(value: "{}", headers: once.map { ($0.name, $0.value) }, offset: 99))
        let fault = EventFault(reason: .schema, stage: .valueConverter, step: nil, message: "other")
        let twice = list(second, fault)
        #expect(Set(twice.map(\.name)).count == twice.count, "no name stands twice")
        #expect(twice.first?.name == "ce_id")
        let values = Dictionary(twice.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(values["__connect.errors.offset"] == "99")
        #expect(values["penstock.reason"] == "schema")
        #expect(values["penstock.http.status"] == nil)
        #expect(values["penstock.step"] == nil)
        #expect(twice.count <= once.count)
    }

    @Test("message and body are capped at whole characters")
    func caps() {
        let slot = slot(StoredRecord(value: "{}"))
        slot.lastStatus = 500
        slot.lastAnswer.append(String(repeating: "é", count: 5_000))
        let long = EventFault(
            reason: .mapping, stage: .transformation, step: "s", message: String(repeating: "€", count: 5_000))
        let values = Dictionary(list(slot, long).map { ($0.name, $0.value ?? "") }) { first, _ in first }
        let message = values["__connect.errors.exception.message"] ?? ""
        #expect(message.utf8.count <= DeadLetterHeaders.messageLimit)
        #expect(message.utf8.count > DeadLetterHeaders.messageLimit - 8)
        #expect(message.hasSuffix("€…"))
        let body = values["penstock.http.body"] ?? ""
        #expect(body.utf8.count <= DeadLetterHeaders.bodyLimit)
        #expect(body.hasSuffix("é…"))
    }
}
