import Foundation
import JSON

@testable import Receipts

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The effect with this number, spread like the digests that effects are named by.
func effect(_ number: Int) -> EffectID {
    var random = SplitMix(state: UInt64(bitPattern: Int64(number)) &* 0x1234_5678_9abc_def1)
    return EffectID(high: random.next(), low: random.next())
}

func receipt(
    _ effect: EffectID, key: [UInt8]? = nil, version: EventVersion? = nil, time: Int64 = 1_700_000_000_000,
    remembered: String? = nil
) -> Receipt {
    Receipt(
        effect: effect, step: "upsert", status: 201, eventSource: "/crm", eventID: "C-1", key: key, version: version,
        time: time, remembered: remembered.map(bytes))
}

/// Reads a record given as texts.
func decode(_ key: String, _ value: String?, timestamp: Int64 = 0) throws -> StateRecord {
    try decode(bytes(key), value.map(bytes), timestamp: timestamp)
}

func decode(_ key: [UInt8], _ value: [UInt8]?, timestamp: Int64 = 0) throws -> StateRecord {
    let decoder = StateRecordDecoder()
    return try key.withUnsafeBytes { key in
        guard let value else { return try decoder.decode(key: key, value: nil, timestamp: timestamp) }
        return try value.withUnsafeBytes { try decoder.decode(key: key, value: $0, timestamp: timestamp) }
    }
}

extension ReceiptStore {
    @discardableResult
    func apply(_ key: String, _ value: String?, timestamp: Int64 = 0, partition: Int32 = 0) throws -> Applied {
        try bytes(key).withUnsafeBytes { key in
            guard let value else { return try apply(key: key, value: nil, timestamp: timestamp, partition: partition) }
            return try bytes(value).withUnsafeBytes {
                try apply(key: key, value: $0, timestamp: timestamp, partition: partition)
            }
        }
    }
}

/// Calls `body` with a folder that is removed at the end.
func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "receipts-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// The SplitMix64 generator: small, seeded, the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
