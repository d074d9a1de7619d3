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
    let encoder = ReceiptEncoder()
    /// How far each key was redriven in this assignment of its partition.
    var redrivenThrough: [Int32: [[UInt8]: Int64]] = [:]
    /// Keys that are held for a replay, whose replay is told so when what is in flight is settled.
    var holds: [PendingHold] = []
    let retention: Duration?
    /// Counts the assignments of each partition, so that what is written for an earlier one changes no later view.
    var assignments = AssignmentCounts()
    // Touched by the methods of the worker only, one statement at a time, as its core is.
    @exclusivity(unchecked) var waiting = WaitingReceipts()
    @exclusivity(unchecked) var underWay = ReceiptsUnderWay()
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
        // The worker itself has receipts wait for company, and knows when that holds nothing up. The client is to wait
        // until it has all of them: else the first few are a request of their own.
        var client = settings.client
        if client["linger.ms"] == nil, client["queue.buffering.max.ms"] == nil { try client.set("linger.ms", "1") }
        // Less than a third of the bytes for the broker to take, to keep and to hand out. A library without LZ4 refuses it.
        if client["compression.type"] == nil, client["compression.codec"] == nil {
            try? client.set("compression.type", "lz4")
        }
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

/// Receipts are read before a partition's events are taken.
extension Worker {
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
}
