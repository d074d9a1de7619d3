import JSON
import Testing

@testable import Receipts

/// Events that failed and are undone: their records, and what becomes of their keys.
@Suite("Failures") struct FailureTests {
    private let event = EffectID(high: 1, low: 2)

    private func failure(round: Int = 0, undone: [String] = []) -> EventFailure {
        var failure = EventFailure(event: event, round: round, eventSource: "/crm", eventID: "e-1", time: 5)
        failure.step = "invoice"
        failure.reason = "rejected"
        failure.stage = "TASK_PUT"
        failure.message = "POST erp/invoices was answered with status 422"
        failure.status = 422
        failure.answer = "{\"title\":\"no\"}"
        failure.attempts = 2
        failure.undo = ["book", "reserve"]
        failure.undone = undone
        failure.isWhole = true
        failure.answers = Array(#"{"reserve":{"status":201,"body":{"id":7}}}"#.utf8)
        return failure
    }

    private func record(_ failure: EventFailure) -> (key: [UInt8], value: [UInt8]) {
        let (key, value) = (ByteBuffer(capacity: 64), ByteBuffer(capacity: 64))
        failure.writeKey(to: key)
        failure.write(to: value)
        return (Array(key.bytes), Array(value.bytes))
    }

    @Test("A failure is read as it was written")
    func roundTrip() throws {
        let (key, value) = record(failure(round: 3, undone: ["book"]))
        let read = try key.withUnsafeBytes { key in
            try value.withUnsafeBytes { try StateRecordDecoder().decode(key: key, value: $0) }
        }
        #expect(read == .failure(failure(round: 3, undone: ["book"])))
        #expect(String(decoding: key, as: UTF8.self) == "failure:00000000-0000-0001-0000-000000000002")
    }

    @Test("The store knows the newest failure of an event, in whatever order they come", arguments: [false, true])
    func store(reversed: Bool) throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        #expect(try store.failure(of: event, partition: 0) == nil)
        let all = [failure(), failure(undone: ["book"]), failure(round: 1)]
        for known in reversed ? all.reversed() : all {
            let (key, value) = record(known)
            let applied = try key.withUnsafeBytes { key in
                try value.withUnsafeBytes { try store.apply(key: key, value: $0, timestamp: 0, partition: 0) }
            }
            #expect(applied == .failure)
        }
        #expect(try store.failure(of: event, partition: 0) == failure(round: 1))
        #expect(store.failureCount(of: 0) == 1)
        #expect(try store.expiredFailures(before: 5, max: 9, partition: 0) == [])
        #expect(try store.expiredFailures(before: 6, max: 9, partition: 0) == [event])
        try store.forget(failureOf: event, partition: 0)
        #expect(try store.expiredFailures(before: 6, max: 9, partition: 0) == [])
        #expect(try store.failure(of: event, partition: 0) == nil)
    }

    @Test("What is taken back of a key is what it was before the event")
    func takeBack() {
        var state = KeyState(references: Array(#"{"a":1,"b":2}"#.utf8), version: .number(literal: "4"))
        state.keep(before: event)
        state.references = Array(#"{"a":10,"b":2,"c":3}"#.utf8)
        state.version = .number(literal: "5")
        state.keep(before: event)
        state.takeBack(["c"], of: event, withVersion: false)
        #expect(state.references == Array(#"{"a":10,"b":2}"#.utf8))
        #expect(state.version == .number(literal: "5"))
        state.takeBack(["a"], of: event, withVersion: true)
        #expect(state.references == Array(#"{"a":1,"b":2}"#.utf8))
        #expect(state.version == .number(literal: "4"))
        // A second time, after a crash between the key's record and the receipt.
        state.takeBack(["a"], of: event, withVersion: true)
        #expect(state.references == Array(#"{"a":1,"b":2}"#.utf8))
    }

    @Test("Where nothing is known from before, the references go")
    func takeBackUnknown() {
        var state = KeyState(references: Array(#"{"a":1}"#.utf8), version: .number(literal: "4"))
        state.takeBack(["a", "z"], of: event, withVersion: true)
        #expect(state.references == nil)
        #expect(state.version == .number(literal: "4"))
    }

    @Test("What was known before an event outlives the process")
    func beforeIsWritten() throws {
        var state = KeyState(references: Array(#"{"a":1}"#.utf8), version: .text("v1"))
        state.keep(before: event)
        let buffer = ByteBuffer(capacity: 64)
        state.write(to: buffer)
        #expect(try StateRecordDecoder().keyState(buffer.bytes) == state)
    }
}
