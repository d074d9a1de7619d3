import Delivery
import Kafka
import Receipts

/// Receipts, marks and failures are written before an event goes on.
extension Worker {
    func record(_ id: EventID, _ recording: Recording) {
        guard let records else { return core.recorded(id, succeeded: true, now: turnTime, into: &actions) }
        guard recording == .receipt else { return write(recording, of: id, records) }
        if let refused = records.underWay.takeRefused(id) { return addAgain(refused, records) }
        let slot = slots[id]
        let batch = records.waiting.batch(of: slot.record.partition, now: turnTime)
        guard !slot.tellsOfKey(in: flow) else { return batch.add(id, assignment: slot.assignment) }
        let isLast = isLast(slot)
        add(id, slot, isLast, to: batch, records)
        if isLast { slots.giveBack(id) }
    }

    private func add(
        _ id: EventID, _ slot: EventSlot, _ isLast: Bool, to batch: ReceiptBatch, _ records: WorkerRecords
    ) {
        let receipt = PlainReceipt(
            event: id, effect: slot.effect, time: turnTimestamp, partition: slot.record.partition,
            assignment: slot.assignment, isLast: isLast)
        batch.add(receipt) {
            StateRecord.writeKey(of: receipt.effect, to: $0)
        } value: { buffer in
            slot.withOrderKey { key in
                let parts = slot.receiptParts(step: flow.step(of: slot).name, key: key, time: receipt.time)
                records.encoder.write(parts, to: buffer)
            }
        }
    }

    private func addAgain(_ refused: ReceiptsUnderWay.Refused, _ records: WorkerRecords) {
        records.waiting.batch(of: refused.receipt.partition, now: turnTime).add(refused.receipt) { buffer in
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
        switch entry {
        case .ofKey(let id, _): write(.receipt, of: id, records)
        case .plain(let receipt, _, _):
            // Else the assignment is gone, and with it the view; the next owner has its own.
            if records.assignments[partition] == receipt.assignment,
                let target = records.writer.write(receipt, key: key, value: value)
            {
                return records.underWay.add(receipt, to: target)
            }
            records.underWay.keep(receipt, key: key, value: value)
            core.recorded(receipt.event, succeeded: false, now: turnTime, into: &actions)
        }
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
            guard slots.holds(id) else { return }
            let slot = slots[id]
            slot.recording.outstanding -= 1
            if !succeeded { slot.recording.hasFailed = true }
            guard slot.recording.outstanding == 0 else { return }
            let isWritten = !slot.recording.hasFailed
            if isWritten, isOvertaken(slot, records) { return record(id, .parkedMark) }
            if isWritten { takeIn(slot, records) }
            core.recorded(id, succeeded: isWritten, now: turnTime, into: &actions)
        }
        takeWritten(records)
        perform()
        if let error = records.writer.writer.fatalError() { fail(.receipts(error)) }
    }

    /// The report of a plain receipt; `false`: it is of something else.
    private func takeReport(
        of id: EventID, _ succeeded: Bool, _ record: borrowing ReportedRecord, _ records: WorkerRecords
    ) -> Bool {
        // Out of turn it is another record of an event, unless one before it was refused.
        if !records.underWay.isNext(id, in: record.partition), slots.holds(id), slots[id].recording.outstanding > 0 {
            return false
        }
        if succeeded { return records.underWay.acknowledge(id, in: record.partition) }
        guard records.underWay.refuse(id, in: record.partition, key: record.key, value: record.value) else {
            return false
        }
        core.recorded(id, succeeded: false, now: turnTime, into: &actions)
        return true
    }

    /// What is acknowledged is known, and its events go on.
    private func takeWritten(_ records: WorkerRecords) {
        for written in records.underWay.takeWritten() {
            if records.assignments[written.partition] == written.assignment {
                noting { () throws(ReceiptStoreError) in
                    try records.store.note(written.effects, partition: written.partition)
                }
            }
            for (id, isLast) in written.events {
                core.recorded(id, succeeded: true, isLast: isLast, now: turnTime, into: &actions)
            }
        }
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
