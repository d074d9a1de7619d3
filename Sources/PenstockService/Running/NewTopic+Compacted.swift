import Kafka

extension NewTopic {
    /// A topic that keeps the last record of each key, as Penstock creates it for receipts and redrives.
    ///
    /// Its segments are as small as Kafka's own of the offsets of groups: only what lies before the segment that is being
    /// written is compacted, and a file that is written for years would never be. The index of a segment has room for an
    /// entry each 4 KiB of it (`index.interval.bytes`), which is 300 KB: of Kafka's 10 MB for each file a broker that
    /// maps them reads ahead and clears what is never written.
    static func compacted(_ name: String, partitions: Int) -> NewTopic {
        NewTopic(
            name, partitions: partitions,
            configuration: [
                "cleanup.policy": "compact",
                "segment.bytes": "\(100 << 20)",
                "segment.index.bytes": "\(512 << 10)",
            ])
    }
}
