import Kafka

/// A topic that keeps the last record of each key, as Penstock creates it for receipts and redrives.
///
/// Its segments are as small as Kafka's own of the offsets of groups: only what lies before the segment that is being
/// written is compacted, and a file that is written for years would never be. The index of a segment has room for an
/// entry each 4 KiB of it (`index.interval.bytes`), which is 300 KB: of Kafka's 10 MB for each file a broker that maps
/// them reads ahead and clears what is never written.
enum CompactedTopic {
    private static let compacted = ["cleanup.policy": "compact"]
    private static let small = ["segment.bytes": "\(100 << 20)", "segment.index.bytes": "\(512 << 10)"]

    /// Creates the topic; one that is there already stays as it is.
    ///
    /// - Parameter partitions: -1 leaves it to the broker.
    /// - Throws: what the broker has against it; `isUnsupported` from the embedded one, which administers no topics.
    static func create(
        _ name: String, partitions: Int, with admin: Admin, within limit: Duration
    ) throws(KafkaError) {
        try create(name, partitions: partitions) { (topic) throws(KafkaError) in
            try admin.createTopics([topic], within: limit).first?.error
        }
    }

    /// - Parameter create: creates a topic and says what is against it.
    static func create(
        _ name: String, partitions: Int, _ create: (NewTopic) throws(KafkaError) -> KafkaError?
    ) throws(KafkaError) {
        let wanted = NewTopic(name, partitions: partitions, configuration: compacted.merging(small) { $1 })
        var refusal = try create(wanted)
        // Who hosts brokers for others may choose such things for them.
        if refusal?.isConfigurationRefused == true {
            refusal = try create(NewTopic(name, partitions: partitions, configuration: compacted))
        }
        if let refusal, !refusal.isTopicAlreadyExists { throw refusal }
    }
}
