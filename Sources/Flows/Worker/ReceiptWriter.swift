import Delivery
import JSON
import Kafka
import Logging
import Receipts

/// What is being recorded of an event, to be taken in when it is acknowledged.
struct RecordInProgress {
    enum Content {
        /// With the key's state where that is written beside it. A receipt that tells nothing of its key is among
        /// ``ReceiptsUnderWay``.
        indirect case receiptOfKey(Receipt, KeyState?)
        indirect case keyState(KeyState, key: [UInt8])
        indirect case failure(EventFailure)
    }

    var content: Content?
    /// Records that are not acknowledged yet.
    var outstanding = 0
    var hasFailed = false
}

/// Writes receipts and the states of keys, each to the partition that belongs to the event's.
///
/// The header `partition` names the source partition where the topic has not one for each: a worker passes over records
/// of partitions that are not its own.
final class ReceiptWriter {
    static let partitionHeader: StaticString = "partition"
    /// The tag of records that nobody waits for.
    static let unawaited = UInt64.max

    let writer: AcknowledgedWriter
    private let settings: ReceiptSettings
    private let key = ByteBuffer(capacity: 64, retainedCapacity: 1_024)
    private let value = ByteBuffer(capacity: 256, retainedCapacity: 4_096)

    init(_ settings: ReceiptSettings, client: ClientProperties, logger: Logger) throws(KafkaError) {
        self.settings = settings
        writer = try AcknowledgedWriter(topic: settings.topic, noun: "receipt", client: client, logger: logger)
    }

    /// A receipt that is encoded.
    /// - Returns: the topic's partition that it went to; `nil`: the client does not take it now.
    func write(_ receipt: PlainReceipt, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Int32? {
        guard produce(key, value, receipt.partition, receipt.event.rawValue) else { return nil }
        return settings.partition(of: receipt.partition)
    }

    /// A receipt, and the state of its key if it tells something new of it. The state goes first: a receipt without it
    /// would hide the event from what its key is to remember.
    func write(_ receipt: Receipt, state: KeyState?, partition: Int32, slot: EventSlot, tag: UInt64) -> Bool {
        slot.recording = RecordInProgress(content: .receiptOfKey(receipt, state))
        if let state, let orderKey = receipt.key {
            guard write(state, of: orderKey, partition: partition, slot: slot, tag: tag) else { return false }
        }
        StateRecord.encode(receipt, key: key, value: value)
        return send(partition: partition, slot: slot, tag: tag)
    }

    func write(_ failure: EventFailure, partition: Int32, slot: EventSlot, tag: UInt64) -> Bool {
        slot.recording = RecordInProgress(content: .failure(failure))
        key.removeAll()
        value.removeAll()
        failure.writeKey(to: key)
        failure.write(to: value)
        return send(partition: partition, slot: slot, tag: tag)
    }

    func write(mark state: KeyState, of orderKey: [UInt8], partition: Int32, slot: EventSlot, tag: UInt64) -> Bool {
        slot.recording = RecordInProgress(content: .keyState(state, key: orderKey))
        return write(state, of: orderKey, partition: partition, slot: slot, tag: tag)
    }

    private func write(
        _ state: KeyState, of orderKey: [UInt8], partition: Int32, slot: EventSlot, tag: UInt64
    ) -> Bool {
        StateRecord.encode(state, of: orderKey, key: key, value: value)
        return send(partition: partition, slot: slot, tag: tag)
    }

    /// `false`: nothing is outstanding, and the whole is to be tried again.
    private func send(partition: Int32, slot: EventSlot, tag: UInt64) -> Bool {
        if produce(key.bytes, value.bytes, partition, tag) {
            slot.recording.outstanding += 1
            return true
        }
        // What was sent already comes back, and then the whole fails.
        slot.recording.hasFailed = true
        return slot.recording.outstanding > 0
    }

    /// Forgets an effect whose receipt is older than the retention. Should it be lost, the next owner does it.
    func writeTombstone(of effect: EffectID, partition: Int32) -> Bool {
        key.removeAll()
        StateRecord.writeKey(of: effect, to: key)
        return produce(key.bytes, nil, partition, ReceiptWriter.unawaited)
    }

    func writeTombstone(ofFailure event: EffectID, partition: Int32) -> Bool {
        key.removeAll()
        EventFailure(event: event, time: 0).writeKey(to: key)
        return produce(key.bytes, nil, partition, ReceiptWriter.unawaited)
    }

    /// Writes a key's state that nobody waits for.
    func write(_ state: KeyState, of orderKey: [UInt8], partition: Int32) -> Bool {
        StateRecord.encode(state, of: orderKey, key: key, value: value)
        return produce(key.bytes, state.isEmpty ? nil : value.bytes, partition, ReceiptWriter.unawaited)
    }

    private func produce(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?, _ partition: Int32, _ tag: UInt64
    ) -> Bool {
        var headers: ProducerHeaders?
        if settings.partitions != nil {
            var list = ProducerHeaders(capacity: 1)
            var text = String(partition)
            text.withUTF8 { list.add("\(ReceiptWriter.partitionHeader)", UnsafeRawBufferPointer($0)) }
            headers = consume list
        }
        return writer.write(
            partition: settings.partition(of: partition), key: key, value: value, headers: headers.take(), tag: tag)
    }
}
