import Foundation
import Kafka
import Logging

/// Produces records and knows which were acknowledged: with `acks=all` and idempotence, so that none is lost or doubled.
public final class TopicWriter {
    private let producer: Producer
    private let topic: String
    /// Records that the broker has acknowledged.
    public private(set) var acknowledged = 0
    /// The first record that was refused.
    public private(set) var failure: KafkaError?

    public init(topic: String, client: ClientProperties, logger: Logger) throws(KafkaError) {
        self.topic = topic
        producer = try Producer(properties: client, logger: logger)
    }

    /// Queues a record; waits while the client's queue is full.
    /// - Parameter partition: `nil` lets the key choose.
    /// - Throws: a `KafkaError` that will not pass, or that an earlier record met.
    public func write(
        partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, headers: [(name: String, value: [UInt8]?)] = []
    ) throws(KafkaError) {
        while true {
            collect()
            if let failure { throw failure }
            do throws(KafkaError) {
                try producer.produce(
                    ProducerRecord(
                        topic: topic, partition: partition, key: key, value: value,
                        headers: headers.map { .init($0.name, $0.value) }))
                return
            } catch {
                guard error.isQueueFull else { throw error }
                wait(milliseconds: 100)
            }
        }
    }

    /// Waits until all records are acknowledged.
    /// - Returns: how many are not when the time is over.
    public func finish(within time: Duration) throws(KafkaError) -> Int {
        let left = producer.flush(within: time) { note($0) }
        if let failure { throw failure }
        return left
    }

    public func close() {
        producer.close { note($0) }
    }

    private func collect() {
        producer.drainWakeup()
        producer.deliveryReports { note($0) }
    }

    private func note(_ report: DeliveryReport) {
        switch report.result {
        case .success: acknowledged += 1
        case .failure(let error): failure = failure ?? error
        }
    }

    private func wait(milliseconds: Int32) {
        var descriptor = pollfd(fd: producer.wakeupDescriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, milliseconds)
    }
}
