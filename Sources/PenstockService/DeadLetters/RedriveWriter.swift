import Flows
import Kafka
import Logging

/// Writes to the topic of redrives, with `acks=all`; creates it, compacted and partitioned like its source, if it is
/// missing.
final class RedriveWriter {
    private let writer: TopicWriter
    private let client: ClientProperties

    init(_ flow: FlowDefinition, client: ClientProperties, logger: Logger) throws(CommandFailure) {
        self.client = client
        writer = try Reaching.kafka(client) { () throws(KafkaError) in
            try RedriveWriter.createTopic(flow, client, logger)
            return try TopicWriter(topic: RedriveRecord.topic(group: flow.group), client: client, logger: logger)
        }
    }

    private static func createTopic(
        _ flow: FlowDefinition, _ client: ClientProperties, _ logger: Logger
    ) throws(KafkaError) {
        let topic = RedriveRecord.topic(group: flow.group)
        let admin = try Admin(properties: client, logger: logger)
        guard try !admin.topicExists(topic, within: .seconds(10)) else { return }
        let source = try admin.describeTopics([flow.topic], within: .seconds(10))
        do throws(KafkaError) {
            try CompactedTopic.create(
                topic, partitions: source.first?.partitions.count ?? -1, with: admin, within: .seconds(10))
        } catch {
            // The embedded broker administers no topics; there the topic comes with the first record.
            guard error.isUnsupported else { throw error }
        }
    }

    /// Queues a record for the partition that the events were read from.
    func write(_ record: RedriveRecord, partition: Int32) throws(CommandFailure) {
        try Reaching.kafka(client) { () throws(KafkaError) in
            try writer.write(partition: partition, key: record.recordKey, value: record.value)
        }
    }

    /// Waits until everything is acknowledged.
    /// - Throws: ``CommandFailure`` when something is not.
    func finish() throws(CommandFailure) {
        let left = try Reaching.kafka(client) { () throws(KafkaError) in try writer.finish(within: .seconds(60)) }
        guard left == 0 else {
            throw CommandFailure(
                "\(left) marks were not acknowledged by the broker: these letters count as parked still; "
                    + "run the command again", status: .couldNotReach)
        }
    }

    func close() {
        writer.close()
    }
}
