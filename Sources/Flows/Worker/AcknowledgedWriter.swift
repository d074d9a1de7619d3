import Kafka
import Logging

/// Writes records that count when the topic has acknowledged them (`acks=all`): a tag comes back with each
/// acknowledgement or failure. Dead letters and receipts are written with it.
final class AcknowledgedWriter {
    private let producer: Producer
    private let topic: String
    /// What is written, for the log: `dead letter`.
    private let noun: String
    private let logger: Logger

    init(topic: String, noun: String, client: ClientProperties, logger: Logger) throws(KafkaError) {
        producer = try Producer(properties: client, logger: logger)
        self.topic = topic
        self.noun = noun
        self.logger = logger
    }

    /// Readable when acknowledgements wait.
    var wakeupDescriptor: Int32 { producer.wakeupDescriptor }

    /// Hands a record to the client; `false`: it does not take it now, try again later.
    func write(
        partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: consuming ProducerHeaders? = nil, tag: UInt64
    ) -> Bool {
        do {
            try producer.produce(
                topic: topic, partition: partition, key: key, value: value, headers: headers, opaque: tag)
            return true
        } catch {
            logger.warning(
                "\(noun) not written; trying again", metadata: ["topic": "\(topic)", "error": "\(error)"])
            return false
        }
    }

    /// Calls `body` for each record whose fate is known since the last time, with the record.
    func collect(_ body: (_ tag: UInt64, _ succeeded: Bool, _ record: borrowing ReportedRecord) -> Void) {
        producer.drainWakeup()
        producer.forEachReport { report, record in
            switch report.result {
            case .success: body(report.opaque, true, record)
            case .failure(let error):
                logger.warning(
                    "\(noun) not acknowledged; trying again", metadata: ["topic": "\(topic)", "error": "\(error)"])
                body(report.opaque, false, record)
            }
        }
    }

    /// The error that ended the client for good, if there was one. Hears everything else that the client says, too.
    func fatalError() -> KafkaError? {
        while let event = producer.nextEvent() {
            guard case .error(let error) = event else { continue }
            logger.warning("Kafka", metadata: ["client": "\(noun)s", "error": "\(error)"])
        }
        return producer.fatalError
    }

    func close() {
        producer.close()
    }
}
