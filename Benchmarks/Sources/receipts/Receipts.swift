import Foundation
import JSON
import Receipts

/// What a receipt costs: writing its record, loading it, and asking for it; in memory, and with a file.
///
///     swift run -c release --package-path Benchmarks --scratch-path .build-bench receipts [count]
@main
struct ReceiptsMeasure {
    let count: Int

    static func main() throws {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
        let measure = ReceiptsMeasure(count: max(count, 1))
        let plain = Records(count: measure.count, remembers: false)
        let remembering = Records(count: measure.count, remembers: true)
        report("write a record", plain.nanoseconds, "ns")
        report("write a record with key, version and a remembered member", remembering.nanoseconds, "ns")
        let folder = FileManager.default.temporaryDirectory.appending(path: "receipts-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try measure.run("in memory", plain, ReceiptStore(folder: nil))
        try measure.run(
            "8 MiB and a file", plain, ReceiptStore(limits: .init(memoryByteCount: 8 << 20), folder: folder))
        try measure.run("remembering, in memory", remembering, ReceiptStore(folder: nil))
        try measure.run(
            "remembering, 64 MiB and a file", remembering,
            ReceiptStore(limits: .init(memoryByteCount: 64 << 20), folder: folder))
    }

    private func run(_ name: String, _ records: Records, _ store: ReceiptStore) throws {
        store.begin(0)
        var slowest = 0.0
        let load = try Self.seconds {
            for position in 0..<count {
                // A clock's reading for every 64th, as it costs about as much as a load.
                if position & 63 == 0 {
                    slowest = max(slowest, try Self.seconds { try records.load(position, into: store) })
                } else {
                    try records.load(position, into: store)
                }
            }
        }
        Self.report("\(name): load", load / Double(count) * 1e9, "ns")
        Self.report("\(name): load, the slowest seen", slowest * 1e6, "µs")
        Self.report("\(name): memory of the store", Double(store.byteCount) / 1_048_576, "MiB")
        Self.report("\(name): in the file", Double(store.spilledCount), "effects")
        let questions = min(count, 200_000)
        var found = 0
        let hit = try Self.seconds {
            for number in 0..<questions where try store.contains(Records.effect(number * 7919 % count), partition: 0) {
                found += 1
            }
        }
        let miss = try Self.seconds {
            for number in 0..<questions where try store.contains(Records.effect(count + number), partition: 0) {
                found += 1
            }
        }
        precondition(found == questions, "a wrong answer")
        Self.report("\(name): ask for a known effect", hit / Double(questions) * 1e9, "ns")
        Self.report("\(name): ask for a new effect", miss / Double(questions) * 1e9, "ns")
        guard records.remembers else { return }
        let keys = try Self.seconds {
            for number in 0..<questions {
                let key = Records.key(number * 7919 % count % Records.keyCount)
                if try store.keyState(of: key, partition: 0) != nil { found += 1 }
            }
        }
        precondition(found == questions * 2, "a wrong answer")
        Self.report("\(name): state of a key", keys / Double(questions) * 1e9, "ns")
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = processorSeconds()
        try body()
        return processorSeconds() - start
    }

    private static func report(_ what: String, _ value: Double, _ unit: String) {
        print("\(what): \(String(format: "%.1f", value)) \(unit)")
    }
}

/// Records of the state topic, one behind the other.
private final class Records {
    static let keyCount = 100_000

    let remembers: Bool
    /// What writing one took.
    private(set) var nanoseconds = 0.0
    private let all = ByteBuffer(capacity: 1 << 20, retainedCapacity: .max)
    /// Where each key and each value ends.
    private var ends: [Int] = []

    init(count: Int, remembers: Bool) {
        self.remembers = remembers
        ends.reserveCapacity(count * 2)
        let (key, value) = (ByteBuffer(), ByteBuffer())
        let start = processorSeconds()
        for number in 0..<count {
            StateRecord.encode(Self.receipt(number, remembers: remembers), key: key, value: value)
            all.append(key.bytes)
            ends.append(all.count)
            all.append(value.bytes)
            ends.append(all.count)
        }
        nanoseconds = (processorSeconds() - start) * 1e9 / Double(count)
    }

    func load(_ position: Int, into store: ReceiptStore) throws {
        let begin = position == 0 ? 0 : ends[position * 2 - 1]
        let (middle, end) = (ends[position * 2], ends[position * 2 + 1])
        try store.apply(
            key: UnsafeRawBufferPointer(rebasing: all.bytes[begin..<middle]),
            value: UnsafeRawBufferPointer(rebasing: all.bytes[middle..<end]), timestamp: 0, partition: 0)
    }

    static func key(_ number: Int) -> [UInt8] { Array("customer-\(number)".utf8) }

    private static func receipt(_ number: Int, remembers: Bool) -> Receipt {
        Receipt(
            effect: effect(number), step: "upsert-client", status: 201, eventSource: "/crm/customers",
            eventID: "018f2f4e-\(number)", key: key(number % keyCount),
            version: remembers ? .number(literal: "\(number)") : nil, time: 1_780_000_000_000 + Int64(number),
            remembered: remembers ? Array(#"{"client_id":"ERP-100234"}"#.utf8) : nil)
    }

    /// SplitMix64, so that the numbers are spread like digests.
    static func effect(_ number: Int) -> EffectID {
        func mixed(_ number: UInt64) -> UInt64 {
            var word = number &* 0x9e37_79b9_7f4a_7c15
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
        return EffectID(high: mixed(UInt64(number) * 2 + 1), low: mixed(UInt64(number) * 2 + 2))
    }
}

/// CPU time of the process, because the machines that this runs on have other work, too.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
