import Delivery
import JSON
import Kafka
import Logging

/// Writes parked events to the flow's dead-letter topic (D10).
final class DeadLetterWriter {
    let writer: AcknowledgedWriter
    private let headers: DeadLetterHeaders

    init(_ settings: WorkerSettings, logger: Logger) throws(KafkaError) {
        writer = try AcknowledgedWriter(
            topic: settings.flow.deadLetterTopic, noun: "dead letter", client: settings.client, logger: logger)
        headers = DeadLetterHeaders(
            flow: settings.flow.name, topic: settings.flow.topic, taskID: String(settings.number))
    }

    /// Hands the event to the client; `false`: it does not take it now, try again later.
    func write(_ slot: EventSlot, fault: EventFault, tag: UInt64) -> Bool {
        writer.write(
            partition: nil, key: slot.record.key, value: slot.record.value,
            headers: headers.headers(for: slot, fault: fault), tag: tag)
    }
}
