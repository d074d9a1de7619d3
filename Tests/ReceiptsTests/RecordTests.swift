import JSON
import Testing

@testable import Receipts

/// The records of the state topic, which outlive a process.
@Suite struct RecordTests {
    static let uuid = "f308992e-f1df-5f73-b693-bb75985985ea"

    @Test("An effect's text comes back, in either case, and nothing else is one (D3)")
    func effectText() throws {
        let id = try #require(EffectID(Self.uuid))
        #expect(id == EffectID(high: 0xf308_992e_f1df_5f73, low: 0xb693_bb75_9859_85ea))
        #expect(id.description == Self.uuid)
        #expect(EffectID(Self.uuid.uppercased()) == id)
        for text in ["", "f308992e", Self.uuid + "0", Self.uuid.replacing("-", with: "0"), "g" + Self.uuid.dropFirst()]
        {
            #expect(EffectID(text) == nil, "\(text)")
        }
        #expect(EffectID(high: 0, low: 1).description == "00000000-0000-0000-0000-000000000001")
    }

    @Test("A receipt's record, byte for byte")
    func receiptText() throws {
        let id = try #require(EffectID(Self.uuid))
        let (key, value) = (ByteBuffer(), ByteBuffer())
        var receipt = receipt(id)
        StateRecord.encode(receipt, key: key, value: value)
        #expect(key.text == "effect:\(Self.uuid)")
        #expect(
            value.text == #"{"step":"upsert","status":201,"source":"/crm","id":"C-1","time":1700000000000}"#)
        receipt.key = bytes("K\"1")
        receipt.version = .number(literal: "12345678901234567890.10")
        receipt.remembered = bytes(#"{"client_id":"7"}"#)
        StateRecord.encode(receipt, key: key, value: value)
        #expect(
            value.text == #"{"step":"upsert","status":201,"source":"/crm","id":"C-1","key":"K\"1","#
                + #""version":12345678901234567890.10,"time":1700000000000,"remembered":{"client_id":"7"}}"#)
    }

    @Test("One receipt behind the other is written as each alone is, whatever changes between them")
    func encoder() {
        let encoder = ReceiptEncoder()
        let id = EffectID(high: 1, low: 2)
        var receipts: [Receipt] = []
        for (step, status, source, time) in [
            ("a", 200, "/s", 1), ("a", 200, "/s", 1), ("a", 200, "/t", 2), ("b", 200, "/t", 2), ("b", 201, "/t", 2),
            ("", 201, "", -3), ("b", 201, "/\"t", 4), ("b", 201, "/", 4), ("a", 200, "/s", 1),
        ] as [(String, Int, String, Int64)] {
            var receipt = Receipt(effect: id, step: step, status: status, eventSource: source, eventID: "e", time: time)
            receipts.append(receipt)
            receipt.key = bytes("k")
            receipt.offset = 7
            receipts.append(receipt)
        }
        for receipt in receipts {
            let (alone, behind) = (ByteBuffer(), ByteBuffer())
            receipt.write(to: alone)
            receipt.withParts { encoder.write($0, to: behind) }
            #expect(behind.text == alone.text)
        }
    }

    @Test("A key state's record, byte for byte")
    func stateText() throws {
        let (key, value) = (ByteBuffer(), ByteBuffer())
        StateRecord.encode(KeyState(), of: bytes("a:b"), key: key, value: value)
        #expect(key.text == "key:a:b")
        #expect(value.text == "{}")
        let state = KeyState(
            references: bytes(#"{"client_id":7}"#), version: .text("2026-01-01"),
            parked: ParkedMark(first: 3, last: 9, since: -1))
        StateRecord.encode(state, of: [], key: key, value: value)
        #expect(key.text == "key:")
        #expect(
            value.text
                == #"{"references":{"client_id":7},"version":"2026-01-01","parked":{"first":3,"last":9,"since":-1}}"#)
    }

    static let keys: [[UInt8]] = [
        [], [0], [0xff, 0xfe, 0], Array("Straße \"7\"\n".utf8), [0xc3], Array(0...255), Array("{\"hex\":\"00\"}".utf8),
    ]

    @Test("Receipts and key states come back the same, whatever bytes the key has", arguments: keys)
    func roundTrip(orderKey: [UInt8]) throws {
        let (key, value) = (ByteBuffer(), ByteBuffer())
        for version in [nil, .number(literal: "-1.50e3"), .text("ä\u{1F600}\u{0}")] as [EventVersion?] {
            for remembered in [nil, #"{"a":[1,{"b":null}],"c":"\n"}"#] {
                var receipt = receipt(effect(1), key: orderKey, version: version, remembered: remembered)
                (receipt.step, receipt.eventSource, receipt.eventID) = ("s\"", "/ü\\", "\u{1}")
                StateRecord.encode(receipt, key: key, value: value)
                #expect(try decode(Array(key.bytes), Array(value.bytes)) == .receipt(receipt))

                let mark = version == nil ? nil : ParkedMark(first: 0, last: .max, since: .min)
                let state = KeyState(references: receipt.remembered, version: version, parked: mark)
                StateRecord.encode(state, of: orderKey, key: key, value: value)
                #expect(try decode(Array(key.bytes), Array(value.bytes)) == .keyState(state, key: orderKey))
            }
        }
        #expect(try decode(bytes("key:") + orderKey, nil) == .forgottenKey(orderKey))
    }

    @Test("Tombstones, unknown kinds, members that are null or not known, a time that is missing")
    func leniency() throws {
        #expect(try decode("effect:\(Self.uuid)", nil) == .forgottenEffect(try #require(EffectID(Self.uuid))))
        #expect(try decode("", "{}") == .unknown)
        #expect(try decode("effect", "{}") == .unknown)
        #expect(try decode("later:1", "no JSON") == .unknown)
        #expect(try decode("key:a", #"{"references":null,"later":1}"#) == .keyState(KeyState(), key: bytes("a")))
        let record = try decode(
            "effect:\(Self.uuid)", #" {"id":"i","source":"s","step":"x","status":2e2,"version":null,"new":{}} "#,
            timestamp: 5)
        guard case .receipt(let receipt) = record else { return #expect(Bool(false), "\(record)") }
        #expect(receipt.time == 5 && receipt.status == 200 && receipt.version == nil && receipt.key == nil)
    }

    static let unreadable: [(key: String, value: String?)] = [
        ("effect:1", "{}"), ("effect:", nil), ("effect:\(uuid)", ""), ("effect:\(uuid)", "[]"),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i""#),
        ("effect:\(uuid)", #"{"step":1,"status":200,"source":"s","id":"i"}"#),
        ("effect:\(uuid)", #"{"step":"x","status":"200","source":"s","id":"i"}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"id":"i"}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i","time":1.5}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i","time":1e400}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i","key":7}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i","key":{"hex":"0"}}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i","key":{"hex":"0x"}}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i","version":true}"#),
        ("effect:\(uuid)", #"{"step":"x","status":200,"source":"s","id":"i","remembered":[]}"#),
        ("key:a", "null"), ("key:a", "{"), ("key:a", #"{"references":[]}"#), ("key:a", #"{"version":{}}"#),
        ("key:a", #"{"parked":true}"#), ("key:a", #"{"parked":{"first":1,"last":0,"since":"0"}}"#),
        ("key:a", #"{"parked":{"first":0.5,"last":1,"since":0}}"#), ("key:a", #"{"parked":{"first":1,"last":1}}"#),
    ]

    @Test("What cannot be read is an error with a reason", arguments: unreadable)
    func bad(record: (key: String, value: String?)) {
        #expect(throws: StateRecordError.self) { try decode(record.key, record.value) }
    }

    @Test("Mutated records never crash", arguments: [UInt64(1), 2, 3])
    func mutations(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let value = ByteBuffer()
        receipt(effect(1), key: [0xff], version: .text("a"), remembered: #"{"a":1}"#).write(to: value)
        let decoder = StateRecordDecoder()
        for _ in 0..<5_000 {
            var mutated = Array(value.bytes)
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                mutated[Int.random(in: 0..<mutated.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            for key in ["effect:\(Self.uuid)", "key:a"] {
                _ = bytes(key).withUnsafeBytes { key in
                    mutated.withUnsafeBytes { try? decoder.decode(key: key, value: $0) }
                }
            }
        }
    }
}
