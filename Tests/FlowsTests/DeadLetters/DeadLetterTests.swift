import JSON
import Testing

@testable import Flows

/// A dead letter as a worker would have written it.
func deadLetter(
    _ partition: Int32 = 0, _ offset: Int64, key: String? = "K1", reason: String = "rejected",
    step: String? = "create", status: Int? = 422, failedAt: Int64 = 1_767_225_600_000, value: String? = "{}",
    position: DeadLetter.Place? = nil, parkedAt: Int64 = 1_767_225_700_000, headers: [(String, String?)] = []
) throws -> DeadLetter {
    var all = headers.map { DeadLetter.Header($0.0, $0.1.map { Array($0.utf8) }) }
    func add(_ name: String, _ text: String) { all.append(DeadLetter.Header(name, Array(text.utf8))) }
    add("__connect.errors.topic", "crm.customers")
    add("__connect.errors.partition", String(partition))
    add("__connect.errors.offset", String(offset))
    add("__connect.errors.stage", "TASK_PUT")
    add("__connect.errors.exception.message", "POST erp/clients was answered with status 422")
    add("penstock.flow", "customers")
    add("penstock.reason", reason)
    add("penstock.attempts", "1")
    add("penstock.first-failed-at", Timestamp.text(milliseconds: failedAt))
    if let step { add("penstock.step", step) }
    if let status {
        add("penstock.http.status", String(status))
        add("penstock.http.body", "{\"title\":\"no\"}")
    }
    return try #require(
        DeadLetter(
            key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) }, headers: all,
            position: position ?? DeadLetter.Place(partition: partition, offset: offset), time: parkedAt))
}

@Suite("Dead letters, read back")
struct DeadLetterTests {
    @Test("everything that a worker wrote of a failure is read")
    func story() throws {
        let letter = try deadLetter(3, 42, failedAt: 1_767_225_600_123)
        #expect(letter.topic == "crm.customers")
        #expect(letter.place.description == "3/42")
        #expect(letter.flow == "customers")
        #expect(letter.step == "create")
        #expect(letter.reason == "rejected")
        #expect(letter.stage == "TASK_PUT")
        #expect(letter.status == 422)
        #expect(letter.body == "{\"title\":\"no\"}")
        #expect(letter.attempts == 1)
        #expect(letter.firstFailedAt == 1_767_225_600_123)
    }

    @Test("the record is restored as it was read: place, key, value and its own headers, so that names stay (D3)")
    func restored() throws {
        let letter = try deadLetter(3, 42, key: nil, value: nil, headers: [("ce_id", "1"), ("x", nil), ("x", "")])
        let record = StoredRecord()
        letter.restore(into: record)
        #expect(record.partition == 3)
        #expect(record.offset == 42)
        #expect(record.key == nil)
        #expect(record.value == nil)
        #expect(record.headerTexts == ["ce_id=1", "x=null", "x="])
        let other = try deadLetter(0, 1, key: "", value: "")
        other.restore(into: record)
        #expect(record.key?.count == 0, "an empty key is a key")
        #expect(record.value?.count == 0)
        #expect(record.headerTexts == [])
    }

    @Test("a record without the headers is another program's, and no dead letter")
    func foreign() {
        let place = DeadLetter.Place(partition: 0, offset: 0)
        #expect(DeadLetter(key: nil, value: nil, headers: [], position: place, time: nil) == nil)
        let other = [DeadLetter.Header("__connect.errors.topic", Array("t".utf8))]
        #expect(DeadLetter(key: nil, value: nil, headers: other, position: place, time: nil) == nil)
    }

    @Test(
        "a place is partition and offset", arguments: ["", "1", "1/", "/1", "a/1", "1/b", "-1/2", "1/-2", "1/2/3"])
    func badPlaces(text: String) {
        #expect(DeadLetter.Place(text) == nil)
    }

    @Test("a filter chooses by each of its parts, and all of them together")
    func filter() throws {
        let letter = try deadLetter(1, 7, failedAt: 1_000)
        #expect(DeadLetterFilter().matches(letter))
        #expect(DeadLetterFilter(reason: "rejected", step: "create", key: "K1", status: 422).matches(letter))
        #expect(!DeadLetterFilter(reason: "schema").matches(letter))
        #expect(!DeadLetterFilter(step: "update").matches(letter))
        #expect(!DeadLetterFilter(key: "K").matches(letter))
        #expect(!DeadLetterFilter(status: 400).matches(letter))
        #expect(DeadLetterFilter(since: 1_000, until: 1_001).matches(letter))
        #expect(!DeadLetterFilter(since: 1_001).matches(letter))
        #expect(!DeadLetterFilter(until: 1_000).matches(letter), "the end is not within")
        #expect(DeadLetterFilter(places: [.init(partition: 1, offset: 7)]).matches(letter))
        #expect(!DeadLetterFilter(places: [.init(partition: 1, offset: 8)]).matches(letter))
        #expect(!DeadLetterFilter(reason: "rejected", step: "update").matches(letter))
        #expect(!DeadLetterFilter(key: "K1").matches(try deadLetter(1, 7, key: nil)))
    }

    @Test("a point in time is a time, or how long ago")
    func points() {
        #expect(PointInTime.milliseconds("1970-01-01T00:00:01Z", now: 0) == 1_000)
        #expect(PointInTime.milliseconds("1970-01-01T00:00:01.250Z", now: 0) == 1_250)
        #expect(PointInTime.milliseconds("90m", now: 5_400_001) == 1)
        #expect(PointInTime.milliseconds("yesterday", now: 0) == nil)
        #expect(PointInTime.milliseconds("", now: 0) == nil)
    }
}
