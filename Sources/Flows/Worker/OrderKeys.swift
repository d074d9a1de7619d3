import JQ
import JSON
import Kafka

/// What an event is ordered by: the record's key, or what the flow's `key` expression gives.
///
/// The core knows a key by 64 bits of hash; two keys with the same hash are kept in one order, which is never wrong.
/// A record without a key has no order and gets a key of its own.
final class OrderKeys {
    private let flow: CompiledFlow
    private let document: Document
    private let evaluator: Evaluator
    private let scratch = StoredRecord()

    init(flow: CompiledFlow, document: Document, evaluator: Evaluator) {
        self.flow = flow
        self.document = document
        self.evaluator = evaluator
    }

    /// The bytes of the key that was evaluated last; `nil` where the record's own was taken.
    private(set) var evaluatedBytes: [UInt8]?

    func key(of record: borrowing RecordView) -> UInt64 {
        evaluatedBytes = nil
        if let program = flow.key, let key = evaluated(program, record) { return key }
        guard let key = record.key else {
            return OrderKeys.mixed(UInt64(bitPattern: record.offset) ^ UInt64(record.partition.rawValue) << 48)
        }
        return OrderKeys.hash(key)
    }

    /// `nil` when the event cannot be read or the expression fails; such an event is parked when its turn comes, and
    /// until then the record's key orders it.
    private func evaluated(_ program: Program, _ record: borrowing RecordView) -> UInt64? {
        scratch.copy(from: record, partition: 0)
        return evaluated(program, scratch)
    }

    func evaluated(_ program: Program, _ record: StoredRecord) -> UInt64? {
        guard let event = try? flow.decoder.decode(record),
            let variables = try? flow.variables.values(event: event, record: record, arena: document.arena),
            let value = try? evaluator.one(program, event, variables: variables), let text = value.scalarText
        else { return nil }
        var key = text
        evaluatedBytes = Array(key.utf8)
        return key.withUTF8 { OrderKeys.hash(UnsafeRawBufferPointer($0)) }
    }

    /// Eight bytes a step, mixed by multiplication; quality matters, resistance to attack does not: the worst that a
    /// made-up collision gains is that two keys wait for each other.
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = mixed(UInt64(bytes.count))
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = mixed(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return mixed(hash ^ rest)
    }

    /// The finaliser of SplitMix64: every bit of the input moves every bit of the output.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
