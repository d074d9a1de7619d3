import Delivery
import JSON

/// Receipts that wait to be handed to the client together, because each request to write records of a partition has its
/// price for the client and the broker.
///
/// They wait while the worker has other events to start, and not for long. When it has none, it may be a receipt that
/// holds up the next event of a key: then all are written at once.
struct WaitingReceipts {
    /// How long a receipt waits at most. A crash makes the calls of those that wait again, like those in flight (D4).
    static let patience = Duration.milliseconds(200)
    /// The same while many events wait behind others of their keys, so that a key with much of the traffic keeps up.
    static let patienceForKeys = Duration.milliseconds(10)

    /// How long receipts may wait for company as things are.
    /// - Parameter isLeaving: partitions are given back, which waits for the receipts of their events (D6).
    static func patience(_ core: Core, isLeaving: Bool) -> Duration {
        if core.wantsRecords || isLeaving { return .zero }
        return core.isHeldUpByKeys ? patienceForKeys : patience
    }

    private var batches: [ReceiptBatch?] = []
    /// The partitions whose receipts wait, and since when: the longest first.
    private var order: [(partition: Int32, since: Instant)] = []

    var isEmpty: Bool { order.isEmpty }

    /// When the next are to be written at the latest; `nil`: none waits.
    func deadline(after patience: Duration) -> Instant? { order.first.map { $0.since + patience } }

    /// The receipts of a partition that wait, to add one.
    mutating func batch(of partition: Int32, now: Instant) -> ReceiptBatch {
        while batches.count <= Int(partition) { batches.append(nil) }
        let batch = batches[Int(partition)] ?? ReceiptBatch()
        batches[Int(partition)] = batch
        if batch.isEmpty { order.append((partition, now)) }
        return batch
    }

    /// A partition whose receipts have waited so long, to write them all; `nil`: none.
    mutating func takeDue(after patience: Duration, now: Instant) -> (partition: Int32, batch: ReceiptBatch)? {
        guard let deadline = deadline(after: patience), deadline <= now else { return nil }
        let partition = order.removeFirst().partition
        guard let batch = batches[Int(partition)] else { return nil }
        return (partition, batch)
    }
}

/// Receipts of one partition, encoded one behind the other.
///
/// They are encoded when the effect is there and not when they are written: what is needed for it lies in the processor's
/// caches then, and the memory of the event serves the next one.
final class ReceiptBatch {
    enum Entry {
        /// One whose record is encoded, with the bytes of its key and value.
        case plain(PlainReceipt, key: Int, value: Int)
        /// One that tells of its key, and is encoded when it is written: only then is known what else the key's state
        /// tells. With the assignment of the partition that the event belongs to.
        case ofKey(EventID, assignment: Int)
    }

    private(set) var entries: [Entry] = []
    private let bytes = ByteBuffer(capacity: 1_024, retainedCapacity: 64 << 10)

    var isEmpty: Bool { entries.isEmpty }

    /// Adds a receipt whose key and value the two functions append.
    func add(_ receipt: PlainReceipt, key writeKey: (ByteBuffer) -> Void, value writeValue: (ByteBuffer) -> Void) {
        let start = bytes.count
        writeKey(bytes)
        let end = bytes.count
        writeValue(bytes)
        entries.append(.plain(receipt, key: end - start, value: bytes.count - end))
    }

    /// Adds one that is encoded later.
    func add(_ event: EventID, assignment: Int) {
        entries.append(.ofKey(event, assignment: assignment))
    }

    /// Calls `body` for each receipt, in order, and forgets them. Key and value are empty for those that are encoded later.
    func takeAll(_ body: (_ entry: Entry, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        var start = 0
        for entry in entries {
            guard case .plain(_, let key, let value) = entry else {
                body(entry, .init(start: nil, count: 0), .init(start: nil, count: 0))
                continue
            }
            let end = start + key
            body(
                entry, .init(rebasing: bytes.bytes[start..<end]), .init(rebasing: bytes.bytes[end..<end + value]))
            start = end + value
        }
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll()
    }
}
