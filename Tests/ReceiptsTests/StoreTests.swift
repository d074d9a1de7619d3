import Testing

@testable import Receipts

@Suite struct StoreTests {
    static let uuid = "f308992e-f1df-5f73-b693-bb75985985ea"
    static let value = #"{"step":"x","status":200,"source":"s","id":"i","key":"K","time":9,"remembered":{"c":1}}"#

    @Test("A loaded receipt is known, with what it remembered, until its tombstone")
    func loading() throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        let id = try #require(EffectID(Self.uuid))
        #expect(try !store.contains(id, partition: 0))
        #expect(try store.apply("effect:\(Self.uuid)", Self.value) == .receipt)
        #expect(try store.contains(id, partition: 0))
        #expect(
            try store.receipt(id, partition: 0) == KnownEffect(effect: id, time: 9, remembered: bytes(#"{"c":1}"#)))
        #expect(store.count == 1)
        #expect(try store.apply("effect:\(Self.uuid)", nil) == .forgottenEffect)
        #expect(try !store.contains(id, partition: 0))
        #expect(store.count == 0)
    }

    @Test("A receipt without its key's record tells of the key; the key's record replaces that")
    func keyOfReceipt() throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        try store.apply("effect:\(Self.uuid)", Self.value)
        #expect(try store.keyState(of: bytes("K"), partition: 0) == KeyState(references: bytes(#"{"c":1}"#)))
        #expect(try store.apply("key:K", #"{"version":3}"#) == .keyState)
        #expect(try store.keyState(of: bytes("K"), partition: 0) == KeyState(version: .number(literal: "3")))
        #expect(try store.apply("key:K", nil) == .forgottenKey)
        #expect(try store.keyState(of: bytes("K"), partition: 0) == nil)
    }

    @Test("The state to write beside a receipt is what noting it makes")
    func stateWithReceipt() throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        let receipt = receipt(
            effect(1), key: bytes("K"), version: .text("2026"), remembered: #"{"client_id":"7"}"#)
        let state = try #require(try store.keyState(with: receipt, partition: 0))
        #expect(try store.keyState(of: bytes("K"), partition: 0) == nil)
        try store.note(receipt, partition: 0)
        #expect(try store.keyState(of: bytes("K"), partition: 0) == state)
        #expect(try store.keyState(with: receipt, partition: 0) == nil)
    }

    @Test("Parked keys are known and counted (D9)")
    func parked() throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        try store.apply("key:K", #"{"parked":{"first":3,"last":5,"since":1}}"#)
        #expect(try store.isParked(bytes("K"), partition: 0))
        #expect(store.parkedKeyCount(of: 0) == 1)
        #expect(
            try store.keyState(of: bytes("K"), partition: 0)?.parked == ParkedMark(first: 3, last: 5, since: 1))
        try store.set(KeyState(version: .text("1")), of: bytes("K"), partition: 0)
        #expect(try !store.isParked(bytes("K"), partition: 0))
        #expect(store.parkedKeyCount(of: 0) == 0)
    }

    @Test("What cannot be read is told; the effect it names was made all the same")
    func unreadable() throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        guard case .unreadable = try store.apply("effect:\(Self.uuid)", "{", timestamp: 77) else {
            return #expect(Bool(false), "read")
        }
        let id = try #require(EffectID(Self.uuid))
        #expect(try store.receipt(id, partition: 0) == KnownEffect(effect: id, time: 77, remembered: nil))
        guard case .unreadable = try store.apply("effect:7", "{}") else { return #expect(Bool(false), "read") }
        guard case .unreadable = try store.apply("key:K", "7") else { return #expect(Bool(false), "read") }
        #expect(try store.apply("redriven:K", "{}") == .ignored)
        #expect(try store.keyState(of: bytes("K"), partition: 0) == nil)
    }

    @Test("Partitions are apart, and are empty when they begin again")
    func partitions() throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        store.begin(1)
        try store.note(receipt(effect(1)), partition: 0)
        #expect(try !store.contains(effect(1), partition: 1))
        store.begin(0)
        #expect(try !store.contains(effect(1), partition: 0))
        store.drop(0)
        #expect(throws: ReceiptStoreError(partition: 0, kind: .notBegun, code: 0, message: "not begun")) {
            try store.contains(effect(1), partition: 0)
        }
    }

    @Test("A remembered value that is no object is refused and changes nothing")
    func badRemembered() throws {
        let store = ReceiptStore(folder: nil)
        store.begin(0)
        #expect(throws: ReceiptStoreError.self) {
            try store.note(receipt(effect(1), key: [1], remembered: "[]"), partition: 0)
        }
        #expect(try !store.contains(effect(1), partition: 0))
        #expect(try store.keyState(of: [1], partition: 0) == nil)
    }

    @Test("Placing an effect can be undone, and spreads even the smallest numbers")
    func placing() {
        var places: [Bool] = []
        for number in 0..<1000 {
            let id = EffectID(high: UInt64(number), low: 0)
            let placed = PlacedEffect(id, time: Int64(number), remembers: number.isMultiple(of: 2))
            #expect(placed.effect == id && placed.time == Int64(number))
            #expect(placed.remembers == number.isMultiple(of: 2))
            #expect(PlacedEffect(effect(number)).effect == effect(number))
            places.append(placed.place > .max / 2)
        }
        #expect((400...600).contains(places.count { $0 }))
    }
}
