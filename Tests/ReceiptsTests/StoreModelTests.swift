import Foundation
import Testing

@testable import Receipts

/// The store against plain dictionaries, under seeded random operations.
@Suite struct StoreModelTests {
    /// What the store should know of a partition.
    struct Model {
        var effects: [EffectID: KnownEffect] = [:]
        var keys: [[UInt8]: KeyState] = [:]
    }

    @Test("In memory alone", arguments: [UInt64(1), 2, 3])
    func memory(seed: UInt64) throws {
        let store = ReceiptStore(limits: .init(memoryByteCount: 4096), folder: nil)
        try run(store, seed: seed)
        #expect(store.spilledCount == 0)
    }

    @Test("With next to no memory, so that most is in the files", arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func files(seed: UInt64) throws {
        try withFolder { folder in
            let store = ReceiptStore(limits: .init(memoryByteCount: 16 << 10), folder: folder + "/a/b")
            try run(store, seed: seed)
            #expect(store.spilledCount > 500)
            store.drop(0)
            store.drop(1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a/b").isEmpty)
        }
    }

    private func run(_ store: ReceiptStore, seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var models = [Model(), Model()]
        store.begin(0)
        store.begin(1)
        for step in 0..<12_000 {
            let partition = Int.random(in: 0..<2, using: &random)
            try operate(store, &models[partition], Int32(partition), step: step, &random)
        }
        for partition in 0..<2 { try compare(store, models[partition], Int32(partition)) }
        // The other partition's share is free now, and nothing is lost by that.
        store.drop(1)
        try operate(store, &models[0], 0, step: 0, &random)
        try compare(store, models[0], 0)
    }

    private func operate(
        _ store: ReceiptStore, _ model: inout Model, _ partition: Int32, step: Int, _ random: inout SplitMix
    ) throws {
        let id = effect(Int.random(in: 0..<4000, using: &random))
        let key = bytes("key-\(Int.random(in: 0..<600, using: &random))")
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<10:
            // The same effect may be among them twice.
            let ids = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                effect(Int.random(in: 0..<4000, using: &random))
            }
            try store.note(ids.map { NotedEffect($0, time: Int64(step)) }, partition: partition)
            for id in ids { model.effects[id] = KnownEffect(effect: id, time: Int64(step), remembered: nil) }
        case 10..<50:
            let remembered = Bool.random(using: &random) ? #"{"n":\#(step)}"# : nil
            try store.note(receipt(id, time: Int64(step), remembered: remembered), partition: partition)
            model.effects[id] = KnownEffect(effect: id, time: Int64(step), remembered: remembered.map(bytes))
        case 50..<58:
            try store.forget(id, partition: partition)
            model.effects[id] = nil
        case 58..<75:
            let parked = Bool.random(using: &random) ? ParkedMark(first: 1, last: Int64(step), since: 0) : nil
            let state = KeyState(references: bytes(#"{"r":\#(step)}"#), parked: parked)
            try store.set(state, of: key, partition: partition)
            model.keys[key] = state
        case 75..<78:
            try store.set(KeyState(), of: key, partition: partition)
            model.keys[key] = nil
        case 78..<90:
            #expect(try store.receipt(id, partition: partition) == model.effects[id])
            #expect(try store.contains(id, partition: partition) == (model.effects[id] != nil))
        default:
            #expect(try store.keyState(of: key, partition: partition) == model.keys[key])
            #expect(try store.isParked(key, partition: partition) == (model.keys[key]?.parked != nil))
        }
    }

    private func compare(_ store: ReceiptStore, _ model: Model, _ partition: Int32) throws {
        #expect(store.count(of: partition) == model.effects.count)
        #expect(store.parkedKeyCount(of: partition) == model.keys.values.count { $0.parked != nil })
        for number in 0..<4000 {
            #expect(try store.receipt(effect(number), partition: partition) == model.effects[effect(number)])
        }
        for number in 0..<600 {
            let key = bytes("key-\(number)")
            #expect(try store.keyState(of: key, partition: partition) == model.keys[key])
        }
    }

    @Test("Memory stays near its bound, however much is known (D8)")
    func bounded() throws {
        try withFolder { folder in
            let limit = 256 << 10
            let store = ReceiptStore(limits: .init(memoryByteCount: limit), folder: folder)
            store.begin(0)
            for number in 0..<20_000 {
                let known = receipt(effect(number), key: bytes("k\(number)"), remembered: #"{"client_id":\#(number)}"#)
                try store.note(known, partition: 0)
            }
            #expect(store.count == 20_000)
            // The page cache, and one batch of states.
            #expect(store.byteCount < limit + (1 << 20) + 256 * 300)
        }
    }

    @Test("All that is older expires, in memory and in the file, and nothing else", arguments: [false, true])
    func expiry(usesFile: Bool) throws {
        try withFolder { folder in
            let store = ReceiptStore(
                limits: .init(memoryByteCount: 16 << 10), folder: usesFile ? folder : nil)
            store.begin(0)
            for number in 0..<3000 {
                try store.note(
                    receipt(effect(number), time: Int64(number), remembered: number < 9 ? "{}" : nil), partition: 0)
            }
            #expect(usesFile == (store.spilledCount > 1000))
            // Effects that were made again count by their later time.
            for number in 0..<100 { try store.note(receipt(effect(number), time: 5000), partition: 0) }
            var expired: Set<EffectID> = []
            for _ in 0..<1000 {
                let some = try store.expired(before: 2000, max: 50, partition: 0)
                #expect(some.count <= 50)
                for effect in some {
                    expired.insert(effect)
                    try store.forget(effect, partition: 0)
                }
            }
            #expect(expired == Set((100..<2000).map(effect)))
            #expect(store.count == 1100)
        }
    }
}
