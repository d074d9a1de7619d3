import JSON
import Testing

@testable import Flows

/// What the command writes must be read by workers and by later commands, of this version and the next.
@Suite("Records of redrives")
struct RedriveRecordTests {
    private func read(_ key: [UInt8], _ value: [UInt8]) throws(RedriveRecord.Unreadable) -> RedriveRecord {
        var result: Result<RedriveRecord, RedriveRecord.Unreadable> = .failure(.damaged)
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                do throws(RedriveRecord.Unreadable) {
                    result = .success(try RedriveRecord(key: key, value: value))
                } catch {
                    result = .failure(error)
                }
            }
        }
        return try result.get()
    }

    private func read(_ key: String, _ value: String) throws(RedriveRecord.Unreadable) -> RedriveRecord {
        try read(Array(key.utf8), Array(value.utf8))
    }

    static let records: [RedriveRecord] = [
        .key(Array("K1".utf8), KeyRedriven(through: 42)),
        .key([], KeyRedriven(through: 0)),
        .key([0xff, 0, 0x3a], KeyRedriven(through: .max)),
        .key(
            Array("K:1".utf8),
            KeyRedriven(
                through: 7, references: "{\"client_id\":\"7\"}", version: "12345678901234567890",
                receipts: ["{\"step\":\"a\"}", "{\"step\":\"b\"}"])),
        .letter(.init(partition: 3, offset: 42), DeadLetterMark(state: .redriven, redrives: 1, time: 5)),
        .letter(
            .init(partition: 0, offset: 0),
            DeadLetterMark(
                state: .failed, redrives: 3, time: 5, reason: "a \"reason\"",
                letter: .init(partition: 1, offset: 9))),
        .letter(.init(partition: 0, offset: 1), DeadLetterMark(state: .discarded, redrives: 0, time: 5)),
        .hold(Array("K".utf8), KeyHold(name: "mend-1", through: 9, time: 5)),
    ]

    @Test("what is written is read", arguments: records)
    func roundTrip(record: RedriveRecord) throws {
        #expect(try read(record.recordKey, try #require(record.value)) == record)
    }

    @Test("the texts stay as they are documented")
    func texts() {
        let mark = RedriveRecord.letter(
            .init(partition: 3, offset: 42),
            DeadLetterMark(
                state: .failed, redrives: 2, time: 5, reason: "schema", letter: .init(partition: 1, offset: 9)))
        #expect(String(decoding: mark.recordKey, as: UTF8.self) == "dead-letter:3/42")
        #expect(
            String(decoding: mark.value ?? [], as: UTF8.self)
                == #"{"state":"failed","redrives":2,"time":5,"reason":"schema","letter":"1/9"}"#)
        let key = RedriveRecord.key(Array("K".utf8), KeyRedriven(through: 7, references: "{}"))
        #expect(String(decoding: key.recordKey, as: UTF8.self) == "redriven:K")
        #expect(String(decoding: key.value ?? [], as: UTF8.self) == #"{"through":7,"references":{}}"#)
        let hold = RedriveRecord.hold(Array("K".utf8), KeyHold(name: "mend-1", through: 9, time: 5))
        #expect(String(decoding: hold.recordKey, as: UTF8.self) == "replaying:K")
        #expect(String(decoding: hold.value ?? [], as: UTF8.self) == #"{"name":"mend-1","through":9,"time":5}"#)
        #expect(RedriveRecord.hold(Array("K".utf8), nil).value == nil, "a tombstone")
    }

    @Test("members that a later version adds are passed over; other keys are foreign; the rest is damaged")
    func others() throws {
        #expect(
            try read("redriven:K", #"{"through":1,"new":[1]}"#) == .key(Array("K".utf8), KeyRedriven(through: 1)))
        #expect(throws: RedriveRecord.Unreadable.foreign) { try read("K", "{}") }
        for (key, value) in [
            ("redriven:K", "{"), ("redriven:K", "{}"), ("redriven:K", "[]"), ("redriven:K", #"{"through":"1"}"#),
            ("dead-letter:1", #"{"state":"failed","redrives":1,"time":1}"#),
            ("replaying:K", #"{"name":"r","time":5}"#), ("dead-letter:1/2", #"{"state":"gone","redrives":1,"time":1}"#),
            ("dead-letter:1/2", "null"),
        ] {
            #expect(throws: RedriveRecord.Unreadable.damaged, "\(key) \(value)") { try read(key, value) }
        }
    }
}
