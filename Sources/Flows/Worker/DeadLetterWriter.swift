import Delivery
import JSON
import Kafka
import Logging

/// Writes parked events to the flow's dead-letter topic (D10): a tag comes back with each acknowledgement or failure.
final class DeadLetterWriter {
    private let producer: Producer
    private let topic: String
    private let headers: DeadLetterHeaders
    private let logger: Logger

    init(_ settings: WorkerSettings, logger: Logger) throws(KafkaError) {
        producer = try Producer(properties: settings.client, logger: logger)
        topic = settings.flow.deadLetterTopic
        headers = DeadLetterHeaders(
            flow: settings.flow.name, topic: settings.flow.topic, taskID: String(settings.number))
        self.logger = logger
    }

    /// Readable when acknowledgements wait.
    var wakeupDescriptor: Int32 { producer.wakeupDescriptor }

    /// Hands the event to the client; `false`: it does not take it now, try again later.
    func write(_ slot: EventSlot, fault: EventFault, tag: UInt64) -> Bool {
        do {
            try producer.produce(
                topic: topic, partition: nil, key: slot.record.key, value: slot.record.value,
                headers: headers.headers(for: slot, fault: fault), opaque: tag)
            return true
        } catch {
            logger.warning(
                "dead letter not written; trying again", metadata: ["topic": "\(topic)", "error": "\(error)"])
            return false
        }
    }

    /// Calls `body` for each event whose fate is known since the last time.
    func collect(_ body: (_ tag: UInt64, _ succeeded: Bool) -> Void) {
        producer.drainWakeup()
        producer.deliveryReports { report in
            switch report.result {
            case .success: body(report.opaque, true)
            case .failure(let error):
                logger.warning(
                    "dead letter not acknowledged; trying again", metadata: ["topic": "\(topic)", "error": "\(error)"])
                body(report.opaque, false)
            }
        }
    }

    /// The error that ended the client for good, if there was one. Hears everything else that the client says, too.
    func fatalError() -> KafkaError? {
        while let event = producer.nextEvent() {
            guard case .error(let error) = event else { continue }
            logger.warning("Kafka", metadata: ["client": "dead letters", "error": "\(error)"])
        }
        return producer.fatalError
    }

    func close() {
        producer.close()
    }
}
