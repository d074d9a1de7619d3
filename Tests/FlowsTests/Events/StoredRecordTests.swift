import Testing

@testable import Flows

@Suite("A record's copy")
struct StoredRecordTests {
    @Test("key, value and headers are what the record had, the last header of a name counting")
    func parts() {
        let record = StoredRecord(
            key: "K", value: "V", headers: [("a", "1"), ("b", ""), ("a", "2"), ("c", nil)], partition: 7, offset: 9)
        #expect(record.key.map(text) == "K")
        #expect(record.value.map(text) == "V")
        #expect(record.headerTexts == ["a=1", "b=", "a=2", "c=null"])
        #expect(record.header("a").map(text) == "2")
        #expect(record.header("c") == nil)
        #expect(record.header("d") == nil)
        #expect(record.partition == 7)
        #expect(record.offset == 9)
    }

    @Test("no key and no value are not the same as empty ones")
    func absence() {
        let none = StoredRecord(key: nil, value: nil, headers: [("h", "x")])
        #expect(none.key == nil)
        #expect(none.value == nil)
        #expect(none.headerTexts == ["h=x"])
        let empty = StoredRecord(key: "", value: "", headers: [("h", "x")])
        #expect(empty.key?.count == 0)
        #expect(empty.value?.count == 0)
        #expect(empty.headerTexts == ["h=x"])
    }

    @Test("nothing of an earlier record is left in a slot that is used again")
    func reuse() {
        let record = StoredRecord(key: "long key", value: "a long value", headers: [("x", "1"), ("y", "2")])
        record.fill(key: nil, bytes: Array("V".utf8), headers: [], partition: 0, offset: 1, timestamp: -1)
        #expect(record.key == nil)
        #expect(record.value.map(text) == "V")
        #expect(record.headerCount == 0)
        #expect(record.byteCount == 1)
    }

    @Test("the memory of a large record is given back, that of others kept (D8)")
    func shrinking() {
        let record = StoredRecord(key: "K", value: String(repeating: "x", count: 3_000))
        record.shrink()
        #expect(record.key == nil && record.value == nil)
        #expect(record.byteCount == 0)
        record.fill(key: nil, bytes: Array("V".utf8), headers: [], partition: 0, offset: 1, timestamp: -1)
        record.shrink()
        #expect(record.value.map(text) == "V")
    }
}
