import JSON
import Testing

@testable import Receipts

@Suite struct KeyStateTests {
    static let olderNumbers: [(String, String)] = [
        ("1", "2"), ("-2", "-1"), ("9007199254740992", "9007199254740993"), ("1e2", "100.0000000000000000001"),
        ("0.1", "1e0"), ("-0", "1e-400"), ("123456789012345678901234567890", "123456789012345678901234567891"),
    ]

    @Test("Numbers are older by their exact value (D13)", arguments: olderNumbers)
    func numbers(older: String, newer: String) {
        #expect(EventVersion.number(literal: older).isOlder(than: .number(literal: newer)))
        #expect(!EventVersion.number(literal: newer).isOlder(than: .number(literal: older)))
    }

    @Test("Numbers of one value are of one age, however they are written (D13)")
    func sameNumbers() {
        for (a, b) in [("1", "1.0"), ("100", "1e2"), ("-0", "0"), ("7", "7")] {
            #expect(!EventVersion.number(literal: a).isOlder(than: .number(literal: b)))
            #expect(!EventVersion.number(literal: b).isOlder(than: .number(literal: a)))
        }
    }

    @Test("Texts are older by code points, not by collation (D13)")
    func texts() {
        let ascending = [
            "", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "Z", "a", "aa", "e\u{301}", "\u{e9}", "\u{ffff}",
            "\u{10000}",
        ]
        for (position, older) in ascending.enumerated() {
            #expect(!EventVersion.text(older).isOlder(than: .text(older)))
            for newer in ascending[(position + 1)...] {
                #expect(EventVersion.text(older).isOlder(than: .text(newer)), "\(older) \(newer)")
                #expect(!EventVersion.text(newer).isOlder(than: .text(older)), "\(newer) \(older)")
            }
        }
    }

    @Test("A number and a text have no order, so none is stale (D13)")
    func unordered() {
        #expect(!EventVersion.text("1").isOlder(than: .number(literal: "2")))
        #expect(!EventVersion.number(literal: "1").isOlder(than: .text("2")))
    }

    @Test("Versions are read of numbers and strings only")
    func reading() throws {
        let document = Document()
        let cases: [(String, EventVersion?)] = [
            ("1.50", .number(literal: "1.50")), (#""a\u0062""#, .text("ab")), ("null", nil), ("true", nil), ("[]", nil),
        ]
        for (text, version) in cases {
            let read = try bytes(text).withUnsafeBytes { EventVersion(try document.parse($0)) }
            #expect(read == version)
        }
        #expect(EventVersion(.number(12.5)) == .number(literal: "12.5"))
        #expect(EventVersion(.number(.nan)) == nil)
        #expect(EventVersion(.number(.infinity)) == nil)
    }

    static let merges: [(references: String?, remembered: String, merged: String)] = [
        (nil, #"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#),
        (#"{"a":1}"#, #"{"b":2}"#, #"{"a":1,"b":2}"#),
        (#"{"b":{"x":1},"a":1}"#, #"{"b":{"y":2}}"#, #"{"a":1,"b":{"y":2}}"#),
        (#"{"a":1}"#, "{}", #"{"a":1}"#),
        (#"{"a":1}"#, #"{"a":null}"#, #"{"a":null}"#),
        (#"{"ä":1,"z":1.0}"#, #"{ "A" : 12345678901234567890 }"#, #"{"A":12345678901234567890,"z":1.0,"ä":1}"#),
    ]

    @Test("Remembered members join the references; the later win; the same bytes in any order", arguments: merges)
    func merging(references: String?, remembered: String, merged: String) throws {
        let merger = ReferenceMerger()
        let result = try merger.merge(references.map(bytes), with: bytes(remembered))
        #expect(String(decoding: result, as: UTF8.self) == merged)
        #expect(try merger.merge(result, with: bytes(remembered)) == result)
    }

    @Test("What is no object does not merge", arguments: ["", "[]", "{", "null"])
    func notMerging(text: String) {
        #expect(throws: ReferenceMerger.Failure.self) { try ReferenceMerger().merge(nil, with: bytes(text)) }
        #expect(throws: ReferenceMerger.Failure.self) { try ReferenceMerger().merge(bytes(text), with: bytes("{}")) }
    }

    @Test("An older version does not replace a newer one (D13)")
    func versions() throws {
        let merger = ReferenceMerger()
        var state = KeyState(version: .number(literal: "5"))
        try state.take(remembered: nil, version: .number(literal: "4.9"), merging: merger)
        #expect(state.version == .number(literal: "5"))
        try state.take(remembered: bytes(#"{"a":1}"#), version: .number(literal: "6"), merging: merger)
        #expect(state == KeyState(references: bytes(#"{"a":1}"#), version: .number(literal: "6")))
    }
}
