import JSON
import Receipts

/// What is recorded of the effects and keys that a redrive deals with. It belongs to one thread.
///
/// A redrive never writes the states of keys: only the worker that owns a partition does. What it learns travels in
/// ``KeyRedriven``.
public final class RedriveKnowledge {
    /// What is known of a key, as JSON.
    public struct Learned: Sendable, Equatable {
        public var references: String?
        public var version: String?
    }

    let store: ReceiptStore
    private let partitions: Set<Int32>

    /// - Parameters:
    ///   - partitions: of the source; records of others are passed over.
    ///   - folder: where goes what is too much for memory; `nil`: everything stays in memory.
    public init(partitions: Set<Int32>, folder: String? = nil) {
        store = ReceiptStore(folder: folder)
        self.partitions = partitions
        for partition in partitions { store.begin(partition) }
    }

    /// Takes in a record of the topic of receipts.
    public func take(key: [UInt8], value: [UInt8]?, time: Int64, partition: Int32) throws {
        guard partitions.contains(partition) else { return }
        try key.withUnsafeBytes { key in
            guard let value else {
                _ = try store.apply(key: key, value: nil, timestamp: time, partition: partition)
                return
            }
            try value.withUnsafeBytes { value in
                _ = try store.apply(key: key, value: value, timestamp: time, partition: partition)
            }
        }
    }

    /// For a redrive its keys are not parked: it runs just those events that are.
    func unpark(_ keys: [OrderKey]) throws(ReceiptStoreError) {
        for key in keys {
            guard let bytes = key.bytes, var state = try store.keyState(of: bytes, partition: key.partition) else {
                continue
            }
            state.parked = nil
            try store.set(state, of: bytes, partition: key.partition)
        }
    }

    /// Takes in what an earlier redrive found out about an event that had failed.
    public func take(_ failure: EventFailure, partition: Int32) throws {
        guard partitions.contains(partition) else { return }
        try store.note(failure, partition: partition)
    }

    /// Takes in that the current step of the event in the slot was made, or undone.
    func note(_ slot: EventSlot, in flow: CompiledFlow) throws(ReceiptStoreError) {
        let receipt = slot.receipt(of: flow.step(of: slot))
        let state = try store.keyState(after: receipt, of: slot, in: flow)
        try store.take(receipt, state, of: slot, in: flow)
    }

    /// Whether the key is parked, or held for a replay.
    public func isParked(_ key: OrderKey) -> Bool {
        guard let bytes = key.bytes, partitions.contains(key.partition) else { return false }
        return (try? store.isParked(bytes, partition: key.partition)) ?? false
    }

    /// Forgets of a key all but its references: neither parked nor of any version.
    public func keepReferences(of key: OrderKey) throws {
        guard let bytes = key.bytes, let state = try store.keyState(of: bytes, partition: key.partition) else { return }
        try store.set(KeyState(references: state.references), of: bytes, partition: key.partition)
    }

    /// Forgets of a key all but what it was answered when these effects were made.
    func keepReferences(of key: OrderKey, from effects: [EffectID]) throws {
        guard let bytes = key.bytes, partitions.contains(key.partition) else { return }
        var state = KeyState()
        for effect in effects {
            let known = try store.receipt(effect, partition: key.partition)
            try state.take(remembered: known?.remembered, version: nil, merging: ReferenceMerger())
        }
        try store.set(state, of: bytes, partition: key.partition)
    }

    /// Takes in what the topic of redrives tells of a key, as its worker does.
    public func apply(_ redriven: KeyRedriven, to key: OrderKey) throws {
        guard let bytes = key.bytes, partitions.contains(key.partition),
            let state = try store.keyState(of: bytes, partition: key.partition)
        else { return }
        try store.set(
            try state.after(redriven, merging: ReferenceMerger()), of: bytes, partition: key.partition)
    }

    /// What is known of a key now; `nil`: nothing.
    public func learned(of key: OrderKey) -> Learned? {
        guard let bytes = key.bytes, let state = try? store.keyState(of: bytes, partition: key.partition) else {
            return nil
        }
        let version = state.version.map { version in
            let buffer = ByteBuffer(capacity: 32)
            version.write(to: buffer)
            return buffer.text
        }
        return Learned(references: state.references.map { String(decoding: $0, as: UTF8.self) }, version: version)
    }
}
