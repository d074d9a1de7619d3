import Delivery
import Kafka
import Receipts

/// A key that is held for a replay, which waits to be told.
struct PendingHold {
    let key: [UInt8]
    let partition: Int32
    /// When everything below is settled, nothing of the key that was begun before it was held is in flight.
    let settledBelow: Int64
}

/// Keys whose new events wait while a replay runs their old ones: neither overtakes the other.
extension Worker {
    /// From now on new events of the key are parked behind it (`StepRunner.standing`).
    func hold(
        _ key: [UInt8], of partition: Int32, _ hold: KeyHold, _ records: WorkerRecords
    ) throws(ReceiptStoreError) {
        let state = try records.store.keyState(of: key, partition: partition) ?? KeyState()
        try records.store.set(
            state.held(hold).written(at: .released(through: hold.through)), of: key, partition: partition)
        records.holds.append(
            PendingHold(
                key: key, partition: partition, settledBelow: partitionStatus(partition)?.nextOffset ?? 0))
        logger.info(
            "key held for a replay",
            metadata: ["partition": "\(partition)", "replay": "\(hold.name)", "through": "\(hold.through)"])
    }

    /// Writes the states of keys of which nothing is in flight any more; that is what the replay waits for. Should one be
    /// lost, the replay asks again.
    func acknowledgeHolds(_ records: WorkerRecords) {
        guard !records.holds.isEmpty else { return }
        records.holds.removeAll { hold in
            // Of a partition that is gone, the next owner reads the hold itself.
            guard isFollowed(hold.partition) else { return true }
            if let watermark = partitionStatus(hold.partition)?.watermark, watermark < hold.settledBelow {
                return false
            }
            if let state = try? records.store.keyState(of: hold.key, partition: hold.partition) {
                _ = records.writer.write(state, of: hold.key, partition: hold.partition)
            }
            return true
        }
    }

    private func isFollowed(_ partition: Int32) -> Bool {
        let state = partitions[TopicPartition(topic: settings.flow.topic, partition: partition)]
        return state == .assigned || state == .loading
    }

    private func partitionStatus(_ partition: Int32) -> PartitionStatus? {
        let name = TopicPartition(topic: settings.flow.topic, partition: partition)
        return core.status(of: PartitionID(consumer.index(of: name)))
    }
}
