import Kafka
import Logging
import Receipts

/// Follows the topic of redrives for the partitions that a worker owns, from the beginning of each on.
///
/// The worker's loop waits for ``wakeupDescriptor`` too, calls ``follow(_:)`` whenever its partitions change, and
/// ``take(max:_:)`` each turn; it never waits. For each record it asks its store for the key's state, writes
/// `KeyState.after` in its place if that differs, and keeps it in the store. A record that is applied and whose state is
/// lost is read again by the next owner; to apply one twice changes nothing. Before it takes events of a partition it
/// should have ``isCaughtUp(_:)``: an event that is taken earlier may join parked events that are redriven already, which
/// breaks no order but costs another redrive.
///
/// A client of its own that belongs to no group.
final class RedriveWatch {
    private let consumer: Consumer
    private let topic: String
    private let logger: Logger
    /// The offset to be read next in each partition that is followed.
    private var positions: [Int32: Int64] = [:]

    init(group: String, client: ClientProperties, logger: Logger) throws {
        var properties = client.withoutMembership
        // The embedded broker makes topics when they are asked for, and in no other way.
        if properties["allow.auto.create.topics"] == nil { try properties.set("allow.auto.create.topics", "true") }
        try properties.set("auto.offset.reset", "earliest")
        consumer = try Consumer(properties: properties, group: group, strategy: .range, logger: logger)
        topic = RedriveRecord.topic(group: group)
        self.logger = logger
    }

    /// Readable when records wait.
    var wakeupDescriptor: Int32 { consumer.wakeupDescriptor }

    /// Makes ``wakeupDescriptor`` unreadable; before ``take(max:_:)``, not after.
    func drainWakeup() { consumer.drainWakeup() }

    /// Follows these source partitions and no others. Those that were followed before go on where they are.
    func follow(_ partitions: [Int32]) throws(KafkaError) {
        guard Set(partitions) != Set(positions.keys) else { return }
        positions = Dictionary(uniqueKeysWithValues: partitions.map { ($0, positions[$0] ?? 0) })
        // From the beginning by its number, too: see `ReceiptLoader`.
        try consumer.assign(
            positions.sorted { $0.key < $1.key }.map { partition, offset in
                PartitionStart(TopicPartition(topic: topic, partition: partition), at: .offset(offset))
            })
    }

    /// Hands over what has come, at most `max` records of the topic, in the order of each partition.
    /// - Parameters:
    ///   - onFailure: told the source partition, and what a redrive found out about an event that had failed.
    ///   - holds: told the keys whose new events are to wait for a replay.
    ///   - body: told the source partition, the order key's bytes, and how far the key is redriven.
    /// - Throws: a `KafkaError` that will not pass.
    func take(
        max: Int, onFailure: (Int32, EventFailure) -> Void = { _, _ in },
        holds: (Int32, [UInt8], KeyHold) -> Void = { _, _, _ in }, _ body: (Int32, [UInt8], KeyRedriven) -> Void
    ) throws(KafkaError) {
        while let event = consumer.nextEvent() {
            guard case .error(let error) = event else { continue }
            logger.warning("redrives cannot be read; trying again", metadata: ["error": "\(error)"])
            if error.isFatal { throw error }
        }
        consumer.consumeBatch(max: max) { record in
            let partition = consumer.partition(at: record.partition).partition
            guard positions[partition] != nil else { return }
            positions[partition] = record.offset + 1
            guard let key = record.key, let value = record.value else { return }
            switch read(key, value, partition, record.offset) {
            case .key(let orderKey, let redriven): body(partition, orderKey, redriven)
            case .failure(let failure): onFailure(partition, failure)
            case .hold(let orderKey, let hold?): holds(partition, orderKey, hold)
            case .letter, .hold, nil: break
            }
        }
    }

    /// What cannot be read is told and passed over: its key stays parked, and the next redrive writes it anew.
    private func read(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ partition: Int32, _ offset: Int64
    ) -> RedriveRecord? {
        do throws(RedriveRecord.Unreadable) {
            return try RedriveRecord(key: key, value: value)
        } catch {
            logger.warning(
                "redrive ignored",
                metadata: ["partition": "\(partition)", "offset": "\(offset)", "reason": "\(error)"])
            return nil
        }
    }

    /// Whether everything that the partition held when it was last fetched was handed over.
    func isCaughtUp(_ partition: Int32) -> Bool {
        guard let position = positions[partition],
            let marks = consumer.watermarks(of: TopicPartition(topic: topic, partition: partition))
        else { return false }
        return position >= marks.high
    }

    func close() {
        consumer.close(within: .seconds(1))
    }
}
