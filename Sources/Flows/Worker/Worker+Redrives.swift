import Delivery
import Kafka
import Receipts

/// What operators redrive of parked keys, taken over by the worker that owns them (D9).
extension Worker {
    /// How long a partition whose receipts are loaded waits for its redrives. Without them its new events may join
    /// parked ones that are redriven already: no order is broken, but the key stays parked until the next redrive.
    static let redrivePatience = Duration.seconds(5)

    /// Follows the redrives of the partitions that are the worker's, those that are being loaded included.
    func followRedrives() {
        guard let records else { return }
        let followed = partitions.all { $0 == .assigned || $0 == .loading }
        do {
            try records.redrives.follow(followed.map(\.partition))
        } catch {
            fail(.receipts(error))
        }
    }

    /// Whether the redrives of the partitions that are being loaded are read, or have been waited for long enough.
    func knowsRedrives(_ records: WorkerRecords) -> Bool {
        loading.keys.allSatisfy { records.redrives.isCaughtUp($0.partition) } || turnTime >= records.redriveDeadline
    }

    func takeRedrives(_ records: WorkerRecords) throws {
        var failure: (any Error)?
        // The closures are called one after the other, in the order of the topic.
        try records.redrives.take(
            max: settings.fetchBatch,
            onFailure: { partition, known in
                do {
                    try records.store.note(known, partition: partition)
                } catch {
                    failure = failure ?? error
                }
            },
            holds: { partition, key, hold in
                do throws(ReceiptStoreError) {
                    try self.hold(key, of: partition, hold, records)
                } catch {
                    failure = failure ?? error
                }
            }
        ) { partition, key, redriven in
            do {
                try apply(redriven, to: key, of: partition, records)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        acknowledgeHolds(records)
    }

    /// The key goes on when its last parked event is redriven. That the state is acknowledged is not waited for: should
    /// it be lost, the next owner reads the redrive again.
    private func apply(
        _ redriven: KeyRedriven, to key: [UInt8], of partition: Int32, _ records: WorkerRecords
    ) throws {
        records.redrivenThrough[partition, default: [:]][key] = redriven.through
        guard let state = try records.store.keyState(of: key, partition: partition) else { return }
        let changed = try state.after(redriven, merging: records.merger)
        guard changed != state else { return }
        let next = changed.written(at: .released(through: redriven.through))
        _ = records.writer.write(next, of: key, partition: partition)
        try records.store.set(next, of: key, partition: partition)
        logger.info(
            "redrive noted",
            metadata: [
                "partition": "\(partition)", "through": "\(redriven.through)", "parked": "\(next.parked != nil)",
            ])
    }
}
