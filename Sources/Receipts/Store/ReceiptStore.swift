import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a worker knows of the effects and order keys of its source partitions, by the records of the state topic.
///
/// A partition is begun, loaded with the topic's records in their order (``apply(key:value:timestamp:partition:)``), and
/// kept up to date by what the worker itself writes, after its acknowledgement. Kafka has the truth: all of this can be
/// made anew from the topic at any time.
///
/// Up to a bound everything is in memory; beyond it, effects and the states that were not used lately go to a SQLite
/// file for each partition. Owned by one thread.
public final class ReceiptStore {
    /// What the store may take.
    public struct Limits: Equatable, Sendable {
        /// Bytes of memory for effects and states of all partitions together, which share it equally, filters included
        /// that say what is in the files. 1 MiB for each partition with a file comes on top. Only with a folder: without
        /// one, everything stays in memory, however much it is.
        public var memoryByteCount: Int
        /// Bytes that SQLite may hold of each partition's file.
        var pageCacheByteCount = 1 << 20

        public init(memoryByteCount: Int = 256 << 20) { self.memoryByteCount = memoryByteCount }
    }

    /// What became of a record that was loaded.
    public enum Applied: Equatable, Sendable {
        case receipt, forgottenEffect, keyState, forgottenKey, failure, forgottenFailure
        /// The state of a key that is known better: it was written by somebody who no longer owned the partition. What
        /// is known should be written again, before compaction keeps the other one alone.
        case outdatedKeyState(key: [UInt8])
        /// Of a kind that this version does not know.
        case ignored
        /// To be logged. An effect whose key can be read is known nevertheless, because it was made.
        case unreadable(StateRecordError)
    }

    private let limits: Limits
    private let folder: String?
    /// Not watched for overlapping access: nothing that is called while it is read changes it.
    @exclusivity(unchecked) private var partitions = PartitionTable()
    private let decoder = StateRecordDecoder()
    private let merger = ReferenceMerger()
    private let buffer = ByteBuffer(capacity: 1024, retainedCapacity: 64 << 10)

    /// - Parameters:
    ///   - limits: what the store may take.
    ///   - folder: where files go; it is made if need be, and belongs to this store alone. Whatever is in it may be
    ///     deleted at any time. `nil`: everything stays in memory.
    public init(limits: Limits = Limits(), folder: String?) {
        self.limits = limits
        self.folder = folder
    }
}

// MARK: - Partitions

extension ReceiptStore {
    /// Begins with a partition of which nothing is known; forgets what was known.
    public func begin(_ partition: Int32) {
        // First, because the old object's end removes the file of the same name.
        partitions[partition] = nil
        if let folder { Self.makeFolder(folder) }
        let path = folder.map { "\($0)/receipts-\(partition).sqlite" }
        partitions[partition] = PartitionReceipts(
            share: limits.memoryByteCount, path: path, pageCacheByteCount: limits.pageCacheByteCount)
        share()
    }

    /// Forgets a partition, and removes its file.
    public func drop(_ partition: Int32) {
        partitions[partition] = nil
        share()
    }

    private func share() {
        for state in partitions.values { state.share = limits.memoryByteCount / partitions.count }
    }

    /// Makes a folder and those above it. That it cannot be made is told by SQLite, when a file is needed.
    private static func makeFolder(_ path: String) {
        for end in path.indices where path[end] == "/" && end > path.startIndex { mkdir(String(path[..<end]), 0o700) }
        mkdir(path, 0o700)
    }

    /// Effects that are known, of all partitions.
    public var count: Int { partitions.values.reduce(0) { $0 + $1.count } }
    /// Effects that are known of a partition.
    public func count(of partition: Int32) -> Int { partitions[partition]?.count ?? 0 }
    /// Effects that are in files, of all partitions.
    public var spilledCount: Int { partitions.values.reduce(0) { $0 + $1.spilledCount } }
    /// Keys of a partition that are parked.
    public func parkedKeyCount(of partition: Int32) -> Int { partitions[partition]?.parkedKeys.count ?? 0 }
    /// Bytes of memory that the store takes, about.
    public var byteCount: Int { partitions.values.reduce(0) { $0 + $1.byteCount } }
}

// MARK: - Loading

extension ReceiptStore {
    /// Takes in a record of the state topic. In the order of their offsets.
    ///
    /// A receipt's remembered members and version go into its key's state, so that a crash between the two records
    /// loses nothing; the key's own record, which comes later, replaces the whole state.
    ///
    /// - Parameters:
    ///   - key: the record's key.
    ///   - value: the record's value; `nil` for a tombstone.
    ///   - timestamp: the record's time in milliseconds since 1970, for a receipt that has none.
    @discardableResult
    public func apply(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?, timestamp: Int64, partition: Int32
    ) throws(ReceiptStoreError) -> Applied {
        switch StateRecordKey(key) {
        case .effect(let effect):
            guard let value else {
                try forget(effect, partition: partition)
                return .forgottenEffect
            }
            return try applyReceipt(of: effect, value, timestamp: timestamp, partition)
        case .badEffect: return .unreadable(StateRecordError(reason: "the record's key names no UUID"))
        case .state(let key): return try applyState(of: Array(key), value, partition)
        case .failure(let event): return try applyFailure(of: event, value, partition)
        case .unknown: return .ignored
        }
    }

    private func applyReceipt(
        of effect: EffectID, _ value: UnsafeRawBufferPointer, timestamp: Int64, _ partition: Int32
    ) throws(ReceiptStoreError) -> Applied {
        let (time, remembered, key, version, offset): (Int64, [UInt8]?, [UInt8]?, EventVersion?, Int64?)
        do throws(StateRecordError) {
            let fields = try decoder.receipt(of: effect, value, timestamp: timestamp)
            time = fields.time
            remembered = try fields.rememberedMembers()
            version = try fields.eventVersion()
            offset = fields.offset
            // Most receipts say nothing of their key.
            key = remembered == nil && version == nil ? nil : try fields.orderKey()
        } catch {
            try on(partition) { (state) throws(SQLiteError) in
                try state.note(effect, time: timestamp, remembered: nil)
            }
            return .unreadable(error)
        }
        try note(effect, time: time, remembered: remembered, key: key, version: version, offset: offset, partition)
        return .receipt
    }

    private func applyState(
        of key: [UInt8], _ value: UnsafeRawBufferPointer?, _ partition: Int32
    ) throws(ReceiptStoreError) -> Applied {
        var state = KeyState()
        if let value {
            do {
                state = try decoder.keyState(value)
            } catch {
                return .unreadable(error)
            }
        }
        if value != nil, let known = try keyState(of: key, partition: partition), known.isLater(than: state) {
            return .outdatedKeyState(key: key)
        }
        try set(state, of: key, partition: partition)
        return value == nil ? .forgottenKey : .keyState
    }
}

// MARK: - Effects

extension ReceiptStore {
    /// Whether an effect was made.
    public func contains(_ effect: EffectID, partition: Int32) throws(ReceiptStoreError) -> Bool {
        try on(partition) { (state) throws(SQLiteError) in try state.find(effect) != nil }
    }

    /// What is known of an effect; `nil`: it was not made, or its receipt is older than the retention.
    public func receipt(_ effect: EffectID, partition: Int32) throws(ReceiptStoreError) -> KnownEffect? {
        try on(partition) { (state) throws(SQLiteError) in
            guard let found = try state.find(effect) else { return nil }
            let remembered = found.remembers ? try state.remembered(effect) : nil
            return KnownEffect(effect: effect, time: found.time, remembered: remembered)
        }
    }

    /// The state of a receipt's key with what the receipt tells, to be written beside it; `nil` if it tells nothing
    /// new. Nothing is changed.
    public func keyState(with receipt: Receipt, partition: Int32) throws(ReceiptStoreError) -> KeyState? {
        guard let key = receipt.key else { return nil }
        return try keyState(of: key, with: receipt.remembered, receipt.version, partition)
    }

    /// Takes in an effect whose receipt is written and tells nothing of its key.
    public func note(_ effect: EffectID, time: Int64, partition: Int32) throws(ReceiptStoreError) {
        try on(partition) { (state) throws(SQLiteError) in try state.note(effect, time: time, remembered: nil) }
    }

    /// The same for several of one partition.
    public func note(_ effects: [NotedEffect], partition: Int32) throws(ReceiptStoreError) {
        try on(partition) { (state) throws(SQLiteError) in try state.note(effects) }
    }

    /// Takes in a receipt that is written, and what it tells of its key.
    public func note(_ receipt: Receipt, partition: Int32) throws(ReceiptStoreError) {
        try note(
            receipt.effect, time: receipt.time, remembered: receipt.remembered, key: receipt.key,
            version: receipt.version, offset: receipt.offset, partition)
    }

    /// Forgets an effect, whose tombstone is written.
    public func forget(_ effect: EffectID, partition: Int32) throws(ReceiptStoreError) {
        try on(partition) { (state) throws(SQLiteError) in try state.forget(effect) }
    }

    /// Some effects that are older than `time`, for which tombstones are to be written; ``forget(_:partition:)`` them
    /// when that is acknowledged.
    ///
    /// Each call looks at `max` places and goes on where the last one ended, round and round, so that none takes long:
    /// none found does not mean that there are none. What is not forgotten comes again in the next round.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970.
    ///   - max: the most effects to give, and the places to look at; at least 1.
    public func expired(before time: Int64, max: Int, partition: Int32) throws(ReceiptStoreError) -> [EffectID] {
        try on(partition) { (state) throws(SQLiteError) in try state.expired(before: time, max: max) }
    }

    private func note(
        _ effect: EffectID, time: Int64, remembered: [UInt8]?, key: [UInt8]?, version: EventVersion?, offset: Int64?,
        _ partition: Int32
    ) throws(ReceiptStoreError) {
        // What a later event told the key stands.
        if let key, let state = try keyState(of: key, with: remembered, version, partition),
            state.moment.map({ $0.offset <= offset ?? .max }) ?? true
        {
            try set(state, of: key, partition: partition)
        }
        try on(partition) { (state) throws(SQLiteError) in
            try state.note(effect, time: time, remembered: remembered)
        }
    }
}

// MARK: - Keys

extension ReceiptStore {
    /// What is known of an order key; `nil`: nothing.
    public func keyState(of key: [UInt8], partition: Int32) throws(ReceiptStoreError) -> KeyState? {
        let value = try on(partition) { (state) throws(SQLiteError) in try state.value(of: .keyState(key)) }
        guard let value else { return nil }
        return try on(partition) { (_) throws(SQLiteError) in
            do {
                return try value.withUnsafeBytesTyped { (bytes) throws(StateRecordError) in
                    try decoder.keyState(bytes)
                }
            } catch {
                // It was written by us: the file is damaged.
                throw SQLiteError(code: 0, message: "\(error)")
            }
        }
    }

    /// Whether an order key is parked (D9). Never asks the file.
    public func isParked(_ key: [UInt8], partition: Int32) throws(ReceiptStoreError) -> Bool {
        try on(partition) { (state) throws(SQLiteError) in state.parkedKeys.contains(key) }
    }

    /// Takes in the state of an order key, whose record is written. An empty state is one with a tombstone.
    public func set(_ keyState: KeyState, of key: [UInt8], partition: Int32) throws(ReceiptStoreError) {
        buffer.removeAll()
        keyState.write(to: buffer)
        let value = keyState.isEmpty ? nil : Array(buffer.bytes)
        try on(partition) { (state) throws(SQLiteError) in
            try state.setKeyState(value, of: key, isParked: keyState.parked != nil)
        }
    }

    private func keyState(
        of key: [UInt8], with remembered: [UInt8]?, _ version: EventVersion?, _ partition: Int32
    ) throws(ReceiptStoreError) -> KeyState? {
        guard remembered != nil || version != nil else { return nil }
        let old = try keyState(of: key, partition: partition)
        var new = old ?? KeyState()
        do {
            try new.take(remembered: remembered, version: version, merging: merger)
        } catch {
            throw ReceiptStoreError(partition: partition, kind: .badRemembered, code: 0, message: error.reason)
        }
        return new == old ? nil : new
    }
}

// MARK: - Errors

extension ReceiptStore {
    /// Runs a call for a partition; after an error of its file it knows nothing any more.
    func on<R>(
        _ partition: Int32, _ body: (PartitionReceipts) throws(SQLiteError) -> R
    ) throws(ReceiptStoreError) -> R {
        guard let state = partitions[partition] else {
            throw ReceiptStoreError(partition: partition, kind: .notBegun, code: 0, message: "not begun")
        }
        if let failure = state.failure { throw Self.error(failure, partition) }
        do throws(SQLiteError) {
            return try body(state)
        } catch {
            state.fail(error)
            throw Self.error(error, partition)
        }
    }

    private static func error(_ error: SQLiteError, _ partition: Int32) -> ReceiptStoreError {
        ReceiptStoreError(partition: partition, kind: .file, code: error.code, message: error.message)
    }
}
