import JSON

/// What is known of events that failed behind a step that had an effect.
extension ReceiptStore {
    /// That an event failed; `nil`: it did not, or nothing of it was to be undone.
    public func failure(of event: EffectID, partition: Int32) throws(ReceiptStoreError) -> EventFailure? {
        try on(partition) { (state) throws(SQLiteError) in
            // Few events fail, and the rest costs no look into the file.
            guard state.failures[event] != nil, let value = try state.value(of: .failure(event)) else { return nil }
            do {
                return try value.withUnsafeBytesTyped { (bytes) throws(StateRecordError) in
                    try EventFailure(event: event, bytes)
                }
            } catch {
                // It was written by us, or looked at when it was loaded: the file is damaged.
                throw SQLiteError(code: 0, message: "\(error)")
            }
        }
    }

    /// Takes in a failure that is written; one that is known better already stays.
    public func note(_ failure: EventFailure, partition: Int32) throws(ReceiptStoreError) {
        if let known = try self.failure(of: failure.event, partition: partition), known.isNewer(than: failure) {
            return
        }
        let buffer = ByteBuffer(capacity: 512)
        failure.write(to: buffer)
        let value = Array(buffer.bytes)
        try on(partition) { (state) throws(SQLiteError) in
            try state.setFailure(value, of: failure.event, time: failure.time)
        }
    }

    /// Forgets a failure, whose tombstone is written.
    public func forget(failureOf event: EffectID, partition: Int32) throws(ReceiptStoreError) {
        try on(partition) { (state) throws(SQLiteError) in try state.forgetFailure(of: event) }
    }

    /// Up to `max` events whose failures are older than `time`, in milliseconds since 1970, for which tombstones are to
    /// be written; ``forget(failureOf:partition:)`` them then.
    public func expiredFailures(
        before time: Int64, max: Int, partition: Int32
    ) throws(ReceiptStoreError) -> [EffectID] {
        try on(partition) { (state) throws(SQLiteError) in state.expiredFailures(before: time, max: max) }
    }

    /// The events of a partition that failed.
    public func failureCount(of partition: Int32) -> Int {
        (try? on(partition) { (state) throws(SQLiteError) in state.failures.count }) ?? 0
    }

    func applyFailure(
        of event: EffectID, _ value: UnsafeRawBufferPointer?, _ partition: Int32
    ) throws(ReceiptStoreError) -> Applied {
        guard let value else {
            try forget(failureOf: event, partition: partition)
            return .forgottenFailure
        }
        let failure: EventFailure
        do {
            failure = try EventFailure(event: event, value)
        } catch {
            return .unreadable(error)
        }
        try note(failure, partition: partition)
        return .failure
    }

    /// The state of a receipt's key with what the receipt tells, and with what was known before its event, to be
    /// written beside it; `nil` if there is nothing new. Nothing is changed.
    public func keyState(
        with receipt: Receipt, keepingBefore event: EffectID, partition: Int32
    ) throws(ReceiptStoreError) -> KeyState? {
        guard let key = receipt.key, receipt.remembered != nil || receipt.version != nil else { return nil }
        let old = try keyState(of: key, partition: partition) ?? KeyState()
        var kept = old
        kept.keep(before: event)
        // Also where the receipt tells nothing new: what is the same as before must not be taken back as if it were not.
        var new = try keyState(with: receipt, partition: partition) ?? old
        new.before = kept.before
        return new == old ? nil : new
    }

    /// The state of a key from which a step of an event is taken back, to be written beside the compensation's receipt;
    /// `nil` if that changes nothing.
    public func keyState(
        of key: [UInt8], without names: [String], of event: EffectID, withVersion: Bool, partition: Int32
    ) throws(ReceiptStoreError) -> KeyState? {
        guard let old = try keyState(of: key, partition: partition) else { return nil }
        var new = old
        new.takeBack(names, of: event, withVersion: withVersion)
        return new == old ? nil : new
    }
}
