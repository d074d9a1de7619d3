import Delivery
import Kafka
import Logging
import Receipts

/// Reads what is recorded of partitions, from the beginning to the end, before their events are taken.
///
/// A client of its own that belongs to no group. It never waits: each turn of the worker's loop takes what has come.
final class ReceiptLoader {
    private let consumer: Consumer
    private let settings: ReceiptSettings
    private let store: ReceiptStore
    private let logger: Logger
    /// The source partitions that are being loaded, by the topic's partition that is not read to its end yet.
    private var loading: [TopicPartition: [Int32]] = [:]
    private var recordCount = 0
    /// Keys whose states somebody overwrote who no longer owned the partition.
    private var outdated: [(partition: Int32, key: [UInt8])] = []

    init(
        _ settings: ReceiptSettings, flow: FlowDefinition, client: ClientProperties, store: ReceiptStore, logger: Logger
    )
        throws
    {
        var properties = client.forReadingOnce
        // The embedded broker makes topics when they are asked for, and in no other way.
        if properties["allow.auto.create.topics"] == nil { try properties.set("allow.auto.create.topics", "true") }
        // What was deleted at the beginning, by retention, is passed over, whatever the flow's own topic is read from.
        try properties.set("auto.offset.reset", "earliest")
        consumer = try Consumer(
            properties: properties, group: flow.group, strategy: .range, reportsEnds: true, logger: logger)
        self.settings = settings
        self.store = store
        self.logger = logger
    }

    var wakeupDescriptor: Int32 { consumer.wakeupDescriptor }
    var isLoading: Bool { !loading.isEmpty }

    /// Begins to load these source partitions. What is being loaded already begins anew.
    func load(_ partitions: [Int32]) throws(KafkaError) {
        for partition in partitions {
            let name = TopicPartition(topic: settings.topic, partition: settings.partition(of: partition))
            if loading[name]?.contains(partition) != true { loading[name, default: []].append(partition) }
        }
        for partition in loading.values.joined() { store.begin(partition) }
        recordCount = 0
        // By number: asking the broker for the first offset takes longer than to be told that it is another one.
        try consumer.assign(loading.keys.map { PartitionStart($0, at: .offset(0)) })
    }

    /// Takes what has come, at most `max` records; also when nothing is being loaded, as the client may have something
    /// to say all the same.
    ///
    /// - Returns: the source partitions that are known now.
    func take(max: Int) throws -> [Int32] {
        consumer.drainWakeup()
        var failure: ReceiptStoreError?
        consumer.consumeBatch(max: max) { record in
            do throws(ReceiptStoreError) {
                try take(record)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        var loaded: [Int32] = []
        while let event = consumer.nextEvent() {
            switch event {
            case .endReached(let partition): loaded += loading.removeValue(forKey: partition) ?? []
            case .error(let error), .partitionError(_, let error):
                logger.warning("receipts cannot be read; trying again", metadata: ["error": "\(error)"])
                if error.isFatal { throw error }
            default: break
            }
        }
        if !loaded.isEmpty { ended(loaded) }
        return loaded
    }

    private func ended(_ loaded: [Int32]) {
        if loading.isEmpty { consumer.acknowledgeRevocation([]) }
        let effects = loaded.reduce(0) { $0 + store.count(of: $1) }
        logger.info(
            "receipts loaded",
            metadata: [
                "partitions": "\(loaded.sorted().map(String.init).joined(separator: " "))",
                "records": "\(recordCount)", "effects": "\(effects)",
            ])
    }

    private func take(_ record: borrowing RecordView) throws(ReceiptStoreError) {
        guard let key = record.key, let sources = loading[consumer.partition(at: record.partition)] else { return }
        recordCount += 1
        if recordCount.isMultiple(of: 1_000_000) {
            logger.info("loading receipts", metadata: ["records": "\(recordCount)"])
        }
        let owner = owner(of: record)
        for source in sources where owner == nil || owner == source {
            let applied = try store.apply(
                key: key, value: record.value, timestamp: record.timestamp ?? 0, partition: source)
            switch applied {
            case .unreadable(let error):
                logger.warning(
                    "a receipt cannot be read", metadata: ["offset": "\(record.offset)", "reason": "\(error)"])
            case .outdatedKeyState(let key): outdated.append((source, key))
            default: continue
            }
        }
    }

    /// Keys whose states are to be written again, as they are known, each once.
    func takeOutdated() -> [(partition: Int32, key: [UInt8])] {
        defer { outdated = [] }
        return outdated
    }

    /// The source partition that the record names; `nil` if it names none.
    private func owner(of record: borrowing RecordView) -> Int32? {
        for header in record.headers where header.isNamed(ReceiptWriter.partitionHeader) {
            return header.value.flatMap { Int32(String(decoding: $0, as: UTF8.self)) }
        }
        return nil
    }

    func close() {
        consumer.close(within: .seconds(1))
    }
}
