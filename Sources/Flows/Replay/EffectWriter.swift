import Kafka
import Logging
import Receipts

/// Writes receipts of effects that are made outside of the workers, with `acks=all`.
///
/// Only the worker that owns a partition writes the states of its keys. Receipts are another matter: each says what has
/// happened, under a key of its own, and none can overwrite what somebody else knows better. Workers take them in when
/// they load the partition next.
public final class EffectWriter {
    private let receipts: ReceiptWriter

    /// - Throws: a `KafkaError`.
    public init(_ settings: ReceiptSettings, client: ClientProperties, logger: Logger) throws(KafkaError) {
        receipts = try ReceiptWriter(settings, client: client, logger: logger)
    }

    var wakeupDescriptor: Int32 { receipts.writer.wakeupDescriptor }

    /// Hands a receipt over; its tag comes back with ``collect(_:)``. `false`: try again later.
    func write(_ receipt: Receipt, partition: Int32, slot: EventSlot, tag: UInt64) -> Bool {
        receipts.write(receipt, state: nil, partition: partition, slot: slot, tag: tag)
    }

    func collect(_ body: (_ tag: UInt64, _ succeeded: Bool) -> Void) {
        receipts.writer.collect { tag, succeeded, _ in body(tag, succeeded) }
    }

    /// The error that ended the client for good, if there was one.
    func fatalError() -> KafkaError? { receipts.writer.fatalError() }

    public func close() {
        receipts.writer.close()
    }
}
