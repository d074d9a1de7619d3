import Delivery
import Receipts

/// Receipts that tell nothing of their key, from their effect to their acknowledgement.
///
/// Small and beside one another: by then hundreds of other events have passed through the processor's caches, and looking
/// into the memory of each event once more was a twentieth of a worker's time.
struct ReceiptsUnderWay {
    struct Receipt: Equatable {
        let effect: EffectID
        /// Milliseconds since 1970.
        let time: Int64
        let partition: Int32
        /// The assignment of the partition that the event belongs to.
        let assignment: Int
    }

    /// A record that the topic did not take, to be written again.
    struct Refused {
        let key: [UInt8]
        let value: [UInt8]
        let receipt: Receipt
    }

    /// By the number that the core gives an event.
    private var receipts: [(generation: UInt32, receipt: Receipt)?] = []
    private var refused: [EventID: Refused] = [:]

    mutating func add(_ receipt: Receipt, of event: EventID) {
        while receipts.count <= Int(event.slot) { receipts.append(nil) }
        receipts[Int(event.slot)] = (event.generation, receipt)
    }

    /// The receipt that is acknowledged; `nil`: the event has none, or one that tells of its key.
    mutating func takeWritten(_ event: EventID) -> Receipt? {
        guard Int(event.slot) < receipts.count, let (generation, receipt) = receipts[Int(event.slot)],
            generation == event.generation
        else { return nil }
        receipts[Int(event.slot)] = nil
        return receipt
    }

    /// Keeps a record until the core asks for it again; `false`: the event has none such under way.
    mutating func keepRefused(_ event: EventID, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        guard let receipt = takeWritten(event) else { return false }
        refused[event] = Refused(key: Array(key), value: Array(value), receipt: receipt)
        return true
    }

    mutating func takeRefused(_ event: EventID) -> Refused? {
        refused.isEmpty ? nil : refused.removeValue(forKey: event)
    }

    /// Forgets an event that is over.
    mutating func forget(_ event: EventID) {
        if !refused.isEmpty { refused[event] = nil }
        _ = takeWritten(event)
    }
}
