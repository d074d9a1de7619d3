import Delivery
import Kafka
import Logging
import Receipts

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a worker of a flow with receipts has beside: the store, its loader, and the writer.
final class WorkerRecords {
    let store: ReceiptStore
    let loader: ReceiptLoader
    let writer: ReceiptWriter
    /// What operators have redriven of parked keys.
    let redrives: RedriveWatch
    /// Until when a partition that is loaded waits for redrives to be read.
    var redriveDeadline = Instant.zero
    let merger = ReferenceMerger()
    /// How far each key was redriven in this assignment of its partition.
    var redrivenThrough: [Int32: [[UInt8]: Int64]] = [:]
    /// Keys that are held for a replay, whose replay is told so when what is in flight is settled.
    var holds: [PendingHold] = []
    let retention: Duration?
    /// Counts the assignments of each partition, so that what is written for an earlier one changes no later view.
    var assignments = AssignmentCounts()
    var waiting = WaitingReceipts()
    /// When receipts are looked through next for what is older than the retention.
    var nextExpiry = Instant.zero
    /// The descriptors that the loop waits for, in the order of `Worker.WakeupSource`.
    let descriptors: [Int32]

    init(_ receipts: ReceiptSettings, _ settings: WorkerSettings, logger: Logger) throws {
        store = ReceiptStore(
            limits: .init(memoryByteCount: receipts.memoryByteCount),
            // Several processes of one machine may run the same flow.
            folder: "\(receipts.cacheFolder)/\(getpid())-\(settings.flow.name)-\(settings.number)")
        loader = try ReceiptLoader(
            receipts, flow: settings.flow, client: try settings.consumerProperties, store: store, logger: logger)
        // The worker itself has receipts wait for company, and knows when that holds nothing up.
        var client = settings.client
        if client["linger.ms"] == nil, client["queue.buffering.max.ms"] == nil { try client.set("linger.ms", "0") }
        writer = try ReceiptWriter(receipts, client: client, logger: logger)
        redrives = try RedriveWatch(group: settings.flow.group, client: settings.client, logger: logger)
        retention = receipts.retention
        descriptors = [writer.writer.wakeupDescriptor, loader.wakeupDescriptor, redrives.wakeupDescriptor]
    }

    func close() {
        writer.writer.close()
        loader.close()
        redrives.close()
    }
}

/// How often each partition was given to the worker or taken from it, by its number: what was begun under one count is
/// of no use under another.
struct AssignmentCounts {
    private var counts: [Int] = []

    subscript(partition: Int32) -> Int {
        counts.indices.contains(Int(partition)) ? counts[Int(partition)] : 0
    }

    mutating func changed(_ partition: Int32) {
        guard partition >= 0 else { return }
        while counts.count <= Int(partition) { counts.append(0) }
        counts[Int(partition)] += 1
    }
}

/// Receipts: read before a partition's events are taken, written before an event goes on.
extension Worker {
    // MARK: - Loading

    /// `positioning → loading`, or at once `assigned` where there are no receipts.
    func load(_ given: [TopicPartition], at positions: [TopicPartition: Kafka.CommittedPosition]) {
        guard let records, !given.isEmpty else { return start(given, at: positions) }
        do {
            try records.loader.load(given.map(\.partition))
        } catch {
            return fail(.receipts(error))
        }
        for partition in given {
            partitions[partition] = .loading
            loading[partition] = .some(positions[partition])
            records.assignments.changed(partition.partition)
        }
        records.redriveDeadline = turnTime + Worker.redrivePatience
        followRedrives()
    }

    func takeReceipts() {
        guard let records else { return }
        do {
            if isReadable(.receipts) { _ = try records.loader.take(max: 16 * settings.fetchBatch) }
            if isReadable(.redrives) { records.redrives.drainWakeup() }
            // Only when the receipts are loaded is it known what they are about.
            let isDue = isReadable(.redrives) || !loading.isEmpty || !records.holds.isEmpty
            if isDue, !records.loader.isLoading { try takeRedrives(records) }
            if !loading.isEmpty { startLoaded() }
        } catch let error as KafkaError {
            fail(.receipts(error))
        } catch let error as ReceiptStoreError {
            fail(.receiptCache(error))
        } catch {
            logger.error("receipts cannot be loaded", metadata: ["error": "\(error)"])
        }
    }

    /// Once all is loaded, the rebalance is answered with all its partitions.
    private func startLoaded() {
        guard let records, !records.loader.isLoading, knowsRedrives(records) else { return }
        let given = loading.keys.sorted { $0.partition < $1.partition }
        let positions = loading.compactMapValues { $0 }
        loading.removeAll()
        writeAgain(records.loader.takeOutdated(), records)
        start(given, at: positions)
        perform()
    }

    /// Puts what is known of keys behind what a former owner wrote of them without knowing it. That it is acknowledged is
    /// not waited for: should it be lost, the next owner finds the same.
    private func writeAgain(_ keys: [(partition: Int32, key: [UInt8])], _ records: WorkerRecords) {
        for (partition, key) in keys {
            guard let state = try? records.store.keyState(of: key, partition: partition) else { continue }
            _ = records.writer.write(state, of: key, partition: partition)
        }
        guard !keys.isEmpty else { return }
        logger.warning(
            "states of keys written again: a former owner of the partition had overwritten them",
            metadata: ["keys": "\(keys.count)"])
    }

    // MARK: - Writing

    func record(_ id: EventID, _ recording: Recording) {
        guard let records else { return core.recorded(id, succeeded: true, now: turnTime, into: &actions) }
        guard recording != .receipt else { return records.waiting.add(id, now: turnTime) }
        write(recording, of: id, records)
    }

    /// Behind all else of a turn, when it is known whether there is anything else to do.
    func writeReceipts() {
        guard let records else { return }
        let due = records.waiting.takeDue(isIdle: core.wantsRecords || isShuttingDown, now: turnTime)
        guard !due.isEmpty else { return }
        for id in due { write(.receipt, of: id, records) }
        perform()
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
        // The assignment is gone, and with it the view; the next owner has its own. Receipts that waited for company while
        // the partition was lost come here.
        guard records.assignments[partition] == slot.assignment else { return .refused }
        switch recording {
        case .receipt:
            let step = flow.step(of: slot)
            guard slot.tellsOfKey(in: flow) else {
                return records.writer.writeReceipt(of: slot, step: step.name, tag: id.rawValue) ? .sent : .refused
            }
            let receipt = slot.receipt(of: step)
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
            return records.writer.write(
                mark: state.parking(slot.record.offset), of: key, partition: partition, slot: slot, tag: id.rawValue)
                ? .sent : .refused
        }
    }

    func takeReceiptReports() {
        guard let records else { return }
        records.writer.writer.collect { tag, succeeded in
            guard tag != ReceiptWriter.unawaited else { return }
            let id = EventID(rawValue: tag)
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

    /// Whether a redrive has moved or taken away the key's mark while a new one was being written. What the redrive wrote
    /// lies behind it in the topic, so the new one is written again (D9).
    private func isOvertaken(_ slot: EventSlot, _ records: WorkerRecords) -> Bool {
        guard case .keyState(let written, let key)? = slot.recording.content else { return false }
        let partition = slot.record.partition
        guard records.assignments[partition] == slot.assignment
        else { return false }
        let known = (try? records.store.keyState(of: key, partition: partition)) ?? KeyState()
        return known.parking(slot.record.offset).parked?.first != written.parked?.first
    }

    /// What is acknowledged is known.
    private func takeIn(_ slot: EventSlot, _ records: WorkerRecords) {
        let partition = slot.record.partition
        guard records.assignments[partition] == slot.assignment, let content = slot.recording.content else { return }
        do throws(ReceiptStoreError) {
            switch content {
            case .receipt(let time): try records.store.note(slot.effect, time: time, partition: partition)
            case .receiptOfKey(let receipt, let state):
                try records.store.take(receipt, state, of: slot, in: flow)
            case .failure(let failure): try records.store.note(failure, partition: partition)
            case .keyState(let state, let key): try records.store.set(state, of: key, partition: partition)
            }
        } catch {
            // A partition that was let go meanwhile is not begun.
            if error.kind != .notBegun { fail(.receiptCache(error)) }
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

extension KeyState {
    /// The state with another parked event.
    fileprivate func parking(_ offset: Int64) -> KeyState {
        var state = self
        let parked = self.parked ?? ParkedMark(first: offset, last: offset, since: Timestamp.now())
        state.parked = ParkedMark(
            first: min(parked.first, offset), last: max(parked.last, offset), since: parked.since)
        return state.written(at: .parked(offset))
    }
}
