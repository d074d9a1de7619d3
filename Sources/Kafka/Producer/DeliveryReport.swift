/// What became of one record that was produced.
public struct DeliveryReport: Sendable, Hashable {
    /// How far a record that failed may have come.
    public enum Persistence: Sendable, Hashable {
        /// It was never sent, or refused: producing it again makes no duplicate.
        case notPersisted
        /// It was sent and no answer came.
        case possiblyPersisted
        /// All in-sync replicas hold it.
        case persisted
    }

    /// The number that was given to `produce`.
    public let opaque: UInt64
    /// Where the record stands, or why it does not.
    public let result: Result<RecordPosition, KafkaError>
    public let persistence: Persistence

    public init(opaque: UInt64, result: Result<RecordPosition, KafkaError>, persistence: Persistence) {
        self.opaque = opaque
        self.result = result
        self.persistence = persistence
    }
}

/// The record that a delivery report is about, where it lies in the client's memory.
public struct ReportedRecord: ~Copyable {
    /// Where it was to go, or went; -1 where the partitioner did not choose yet.
    public let partition: Int32
    /// Empty where there is none.
    public let key: UnsafeRawBufferPointer
    /// Empty where there is none.
    public let value: UnsafeRawBufferPointer
}

/// Where a record stands in its topic.
public struct RecordPosition: Sendable, Hashable {
    public let partition: Int32
    public let offset: Int64

    public init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }
}

/// What a producer has to tell, apart from delivery reports.
public enum ProducerEvent: Sendable {
    /// librdkafka goes on trying unless the error is fatal.
    case error(KafkaError)
    /// librdkafka's statistics as a JSON document, every `statistics.interval.ms`.
    case statistics(String)
}
