import Delivery
import Receipts

/// A receipt that tells nothing of its key, and of whose event nothing else is needed once it is encoded.
struct PlainReceipt: Equatable {
    let event: EventID
    let effect: EffectID
    /// Milliseconds since 1970.
    let time: Int64
    /// The source partition.
    let partition: Int32
    /// The assignment of the partition that the event belongs to.
    let assignment: Int
    /// No step follows the one whose receipt it is.
    let isLast: Bool
}

/// Plain receipts from their way to the topic to their acknowledgement.
///
/// Small, and in the order in which acknowledgements come: by then hundreds of other events have passed through the
/// processor's caches, and looking into the memory of each event once more was a twentieth of a worker's time.
struct ReceiptsUnderWay {
    /// A record that the topic did not take, to be written again.
    struct Refused {
        let key: [UInt8]
        let value: [UInt8]
        let receipt: PlainReceipt
    }

    /// Receipts of one partition that were acknowledged one behind the other.
    struct Written {
        let partition: Int32
        let assignment: Int
        var events: [(id: EventID, isLast: Bool)] = []
        var effects: [NotedEffect] = []

        fileprivate init(_ first: PlainReceipt) {
            (partition, assignment) = (first.partition, first.assignment)
            events.reserveCapacity(512)
            effects.reserveCapacity(512)
        }
    }

    /// What was sent to one partition of the topic, the first at `start`.
    private struct Queue {
        var receipts: [PlainReceipt] = []
        var start = 0

        /// Whether it is the turn of the event: acknowledgements come in order, as long as nothing is refused.
        func isNext(_ event: EventID) -> Bool { start < receipts.count && receipts[start].event == event }

        mutating func takeFirst() -> PlainReceipt {
            let receipt = receipts[start]
            start += 1
            if start == receipts.count {
                receipts.removeAll(keepingCapacity: true)
                start = 0
            }
            return receipt
        }

        mutating func take(_ event: EventID) -> PlainReceipt? {
            if isNext(event) { return takeFirst() }
            return receipts[start...].firstIndex { $0.event == event }.map { receipts.remove(at: $0) }
        }
    }

    /// By the topic's partition.
    private var queues: [Queue] = []
    private var refused: [EventID: Refused] = [:]
    private var written: [Written] = []

    /// Adds one that was handed to the client for this partition of the topic.
    mutating func add(_ receipt: PlainReceipt, to partition: Int32) {
        while queues.count <= Int(partition) { queues.append(Queue()) }
        queues[Int(partition)].receipts.append(receipt)
    }

    /// Whether the event's receipt is the next to be acknowledged in this partition of the topic.
    func isNext(_ event: EventID, in partition: Int32) -> Bool {
        queues.indices.contains(Int(partition)) && queues[Int(partition)].isNext(event)
    }

    /// Puts the event's receipt among those that are acknowledged; `false`: none of it is under way.
    mutating func acknowledge(_ event: EventID, in partition: Int32) -> Bool {
        guard let receipt = take(event, in: partition) else { return false }
        if written.last?.partition != receipt.partition || written.last?.assignment != receipt.assignment {
            written.append(Written(receipt))
        }
        written[written.count - 1].events.append((event, receipt.isLast))
        written[written.count - 1].effects.append(NotedEffect(receipt.effect, time: receipt.time))
        return true
    }

    /// What was acknowledged since the last time, in order.
    mutating func takeWritten() -> [Written] {
        defer { written = [] }
        return written
    }

    private mutating func take(_ event: EventID, in partition: Int32) -> PlainReceipt? {
        queues.indices.contains(Int(partition)) ? queues[Int(partition)].take(event) : nil
    }

    /// Keeps the record of a receipt that came back until the core asks for it again; `false`: none of the event is under
    /// way.
    mutating func refuse(
        _ event: EventID, in partition: Int32, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
    ) -> Bool {
        guard let receipt = take(event, in: partition) else { return false }
        keep(receipt, key: key, value: value)
        return true
    }

    /// Keeps a record that the client does not take now.
    mutating func keep(_ receipt: PlainReceipt, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        refused[receipt.event] = Refused(key: Array(key), value: Array(value), receipt: receipt)
    }

    mutating func takeRefused(_ event: EventID) -> Refused? {
        refused.isEmpty ? nil : refused.removeValue(forKey: event)
    }

    /// Forgets what is kept of an event that is over.
    mutating func forget(_ event: EventID) {
        if !refused.isEmpty { refused[event] = nil }
    }
}
