import Flows
import Kafka
import Logging

extension EffectWriter {
    /// A writer to the flow's topic of receipts, which is created if it is missing; `nil`: the flow keeps none.
    static func make(
        _ flow: FlowDefinition, _ group: FlowGroup, _ logger: Logger
    ) throws(CommandFailure) -> EffectWriter? {
        guard var settings = flow.receipts else { return nil }
        return try Reaching.kafka(group.client) { () throws(KafkaError) in
            let source = try group.admin.describeTopics([flow.topic], within: FlowGroup.timeLimit).first
            let count = source?.partitions.count ?? 1
            if try !group.admin.topicExists(settings.topic, within: FlowGroup.timeLimit) {
                do throws(KafkaError) {
                    try CompactedTopic.create(
                        settings.topic, partitions: count, with: group.admin, within: FlowGroup.timeLimit)
                } catch {
                    // The embedded broker administers no topics; there the topic comes with the first record.
                    guard error.isUnsupported else { throw error }
                    settings.partitions = 4
                }
            } else if let known = try group.admin.describeTopics([settings.topic], within: FlowGroup.timeLimit).first,
                known.partitions.count != count
            {
                settings.partitions = Int32(clamping: known.partitions.count)
            }
            return try EffectWriter(settings, client: group.client, logger: logger)
        }
    }
}
