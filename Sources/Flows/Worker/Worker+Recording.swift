import Delivery
import Kafka
import Receipts

/// Receipts, marks and failures are written before an event goes on.
extension Worker {
    func record(_ id: EventID, _ recording: Recording) {
        guard let records else { return core.recorded(id, succeeded: true, now: turnTime, into: &actions) }
        guard recording == .receipt else { return write(recording, of: id, records) }
        if let refused = records.underWay.takeRefused(id) { return addAgain(refused, of: id, records) }
        let slot = slots[id]
        let batch = records.waiting.batch(of: slot.record.partition, now: turnTime)
        guard !slot.tellsOfKey(in: flow) else { return batch.add(id, assignment: slot.assignment) }
        add(id, slot, to: batch, records)
        if isLast(slot) { slots.giveBack(id) }
    }

    private func add(_ id: EventID, _ slot: EventSlot, to batch: ReceiptBatch, _ records: WorkerRecords) {
        let time = turnTimestamp
        records.underWay.add(
            .init(effect: slot.effect, time: time, partition: slot.record.partition, assignment: slot.assignment),
            of: id)
        batch.add(id, assignment: slot.assignment) {
            StateRecord.writeKey(of: slot.effect, to: $0)
        } value: { buffer in
            slot.withOrderKey { key in
                slot.receiptParts(step: flow.step(of: slot).name, key: key, time: time).write(to: buffer)
            }
        }
    }

    private func addAgain(_ refused: ReceiptsUnderWay.Refused, of id: EventID, _ records: WorkerRecords) {
        let receipt = refused.receipt
        records.underWay.add(receipt, of: id)
        let batch = records.waiting.batch(of: receipt.partition, now: turnTime)
        batch.add(id, assignment: receipt.assignment) { buffer in
            refused.key.withUnsafeBytes { buffer.append($0) }
        } value: { buffer in
            refused.value.withUnsafeBytes { buffer.append($0) }
        }
    }

    /// Whether no step follows, so that of the event nothing is needed but its receipt.
    private func isLast(_ slot: EventSlot) -> Bool {
        !flow.createsFirst && slot.remainingSteps >> UInt64(slot.step + 1) == 0
    }

    /// Behind all else of a turn, when it is known whether there is anything else to do. While there is, one partition at
    /// a time: a thousand receipts at once would leave the systems waiting.
    func writeReceipts() {
        guard let records, !records.waiting.isEmpty else { return }
        let patience = receiptPatience
        while let (partition, batch) = records.waiting.takeDue(after: patience, now: turnTime) {
            batch.takeAll { write($0, $1, $2, partition: partition, records) }
            if patience > .zero { break }
        }
        perform()
    }

    var receiptPatience: Duration {
        WaitingReceipts.patience(core, isLeaving: isShuttingDown || !revocations.isEmpty)
    }

    private func write(
        _ entry: ReceiptBatch.Entry, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, partition: Int32,
        _ records: WorkerRecords
    ) {
        guard case .encoded = entry.content else { return write(.receipt, of: entry.event, records) }
        // Else the assignment is gone, and with it the view; the next owner has its own.
        if records.assignments[partition] == entry.assignment,
            records.writer.write(key: key, value: value, partition: partition, tag: entry.event.rawValue)
        {
            return
        }
        _ = records.underWay.keepRefused(entry.event, key: key, value: value)
        core.recorded(entry.event, succeeded: false, now: turnTime, into: &actions)
    }

    private func write(_ recording: Recording, of id: EventID, _ records: WorkerRecords) {
        do {
            switch try write(recording, of: slots[id], id, records) {
            case .sent: break
            case .nothing: core.recorded(id, succeeded: true, now: turnTime, into: &actions)
            case .refused: core.recorded(id, succeeded: false, now: turnTime, into: &actions)
            }
        } catch {
            fail(.receiptCache(error))
        }
    }

    private enum Written { case sent, nothing, refused }

    private func write(
        _ recording: Recording, of slot: EventSlot, _ id: EventID, _ records: WorkerRecords
    ) throws(ReceiptStoreError) -> Written {
        let partition = slot.record.partition
        // Else the assignment is gone, and with it the view; the next owner has its own. So it is for what waited for
        // company while the partition was lost.
        guard records.assignments[partition] == slot.assignment else { return .refused }
        switch recording {
        case .receipt:
            let receipt = slot.receipt(of: flow.step(of: slot))
            let state = try records.store.keyState(after: receipt, of: slot, in: flow)
            return records.writer.write(receipt, state: state, partition: partition, slot: slot, tag: id.rawValue)
                ? .sent : .refused
        case .failure:
            guard let failure = slot.failure else { return .nothing }
            return records.writer.write(failure, partition: partition, slot: slot, tag: id.rawValue) ? .sent : .refused
        case .parkedMark:
            guard let key = slot.orderKey else { return .nothing }
            // The redrive was quicker: it found the dead letter before its mark was written.
            if let through = records.redrivenThrough[partition]?[key], through >= slot.record.offset { return .nothing }
            let state = try records.store.keyState(of: key, partition: partition) ?? KeyState()
            let mark = state.parking(slot.record.offset, at: Timestamp.now())
            return records.writer.write(mark: mark, of: key, partition: partition, slot: slot, tag: id.rawValue)
                ? .sent : .refused
        }
    }

    func takeReceiptReports() {
        guard let records else { return }
        records.writer.writer.collect { tag, succeeded, reported in
            guard tag != ReceiptWriter.unawaited else { return }
            let id = EventID(rawValue: tag)
            if takeReport(of: id, succeeded, reported, records) { return }
            let slot = slots[id]
            slot.recording.outstanding -= 1
            if !succeeded { slot.recording.hasFailed = true }
            guard slot.recording.outstanding == 0 else { return }
            let isWritten = !slot.recording.hasFailed
            if isWritten, isOvertaken(slot, records) { return record(id, .parkedMark) }
            if isWritten { takeIn(slot, records) }
            core.recorded(id, succeeded: isWritten, now: turnTime, into: &actions)
        }
        perform()
        if let error = records.writer.writer.fatalError() { fail(.receipts(error)) }
    }

    /// The report of a receipt that tells nothing of its key; `false`: it is of something else.
    private func takeReport(
        of id: EventID, _ succeeded: Bool, _ record: borrowing ReportedRecord, _ records: WorkerRecords
    ) -> Bool {
        if succeeded {
            guard let receipt = records.underWay.takeWritten(id) else { return false }
            takeIn(receipt, records)
        } else if !records.underWay.keepRefused(id, key: record.key, value: record.value) {
            return false
        }
        core.recorded(id, succeeded: succeeded, isLast: !slots.holds(id), now: turnTime, into: &actions)
        return true
    }

    /// Whether a redrive has moved or taken away the key's mark while a new one was being written. What the redrive wrote
    /// lies behind it in the topic, so the new one is written again (D9).
    private func isOvertaken(_ slot: EventSlot, _ records: WorkerRecords) -> Bool {
        guard case .keyState(let written, let key)? = slot.recording.content else { return false }
        let partition = slot.record.partition
        guard records.assignments[partition] == slot.assignment else { return false }
        let known = (try? records.store.keyState(of: key, partition: partition)) ?? KeyState()
        return written.isOvertaken(by: known, parking: slot.record.offset)
    }

    private func takeIn(_ receipt: ReceiptsUnderWay.Receipt, _ records: WorkerRecords) {
        guard records.assignments[receipt.partition] == receipt.assignment else { return }
        noting { () throws(ReceiptStoreError) in
            try records.store.note(receipt.effect, time: receipt.time, partition: receipt.partition)
        }
    }

    /// A partition that was let go meanwhile is not begun.
    private func noting(_ body: () throws(ReceiptStoreError) -> Void) {
        do {
            try body()
        } catch {
            if error.kind != .notBegun { fail(.receiptCache(error)) }
        }
    }

    /// What is acknowledged is known.
    private func takeIn(_ slot: EventSlot, _ records: WorkerRecords) {
        let partition = slot.record.partition
        guard records.assignments[partition] == slot.assignment, let content = slot.recording.content else { return }
        noting { () throws(ReceiptStoreError) in
            switch content {
            case .receiptOfKey(let receipt, let state):
                try records.store.take(receipt, state, of: slot, in: flow)
            case .failure(let failure): try records.store.note(failure, partition: partition)
            case .keyState(let state, let key): try records.store.set(state, of: key, partition: partition)
            }
        }
    }

    /// A few receipts a second, so that no turn takes long.
    func forgetOldReceipts() {
        guard let records, let retention = records.retention, records.nextExpiry <= turnTime else { return }
        records.nextExpiry = turnTime + .seconds(1)
        let limit = Timestamp.now() - Int64(retention / .milliseconds(1))
        for partition in partitions.assigned.map(\.partition) {
            do throws(ReceiptStoreError) {
                for effect in try records.store.expired(before: limit, max: 500, partition: partition)
                where records.writer.writeTombstone(of: effect, partition: partition) {
                    try records.store.forget(effect, partition: partition)
                }
                for event in try records.store.expiredFailures(before: limit, max: 500, partition: partition)
                where records.writer.writeTombstone(ofFailure: event, partition: partition) {
                    try records.store.forget(failureOf: event, partition: partition)
                }
            } catch {
                return fail(.receiptCache(error))
            }
        }
    }
}
