import Delivery
import Receipts

extension EventSlot {
    /// The receipt of the effect at hand: a step's, or that of undoing it.
    func receipt(of step: CompiledStep) -> Receipt {
        let identity = identity.bytes
        return Receipt(
            effect: effect, step: step.name, status: successStatus,
            eventSource: String(decoding: identity.prefix(sourceCount), as: UTF8.self),
            eventID: String(decoding: identity.dropFirst(sourceCount), as: UTF8.self), key: orderKey,
            version: isCompensating ? nil : version, time: Timestamp.now(), offset: record.offset,
            remembered: remembered)
    }

    /// Whether the receipt of the effect at hand tells anything of the event's key.
    func tellsOfKey(in flow: CompiledFlow) -> Bool { remembered != nil || version != nil || flow.compensates }

    /// The same receipt where its parts lie, if it tells nothing of its key.
    func receiptParts(step: String, key: UnsafeRawBufferPointer?, time: Int64) -> ReceiptParts {
        let identity = identity.bytes
        return ReceiptParts(
            step: step, status: successStatus, source: UnsafeRawBufferPointer(rebasing: identity.prefix(sourceCount)),
            id: UnsafeRawBufferPointer(rebasing: identity.dropFirst(sourceCount)), key: key, time: time,
            offset: record.offset)
    }
}

extension EventSlot {
    /// How far the event is, for what it tells its key.
    fileprivate var moment: KeyMoment {
        isCompensating ? .undone(record.offset, step: step) : .applied(record.offset, step: step)
    }
}

extension ReceiptStore {
    /// The state of the event's key to be written beside a receipt; `nil` if that tells nothing new.
    func keyState(
        after receipt: Receipt, of slot: EventSlot, in flow: CompiledFlow
    ) throws(ReceiptStoreError) -> KeyState? {
        try changedKeyState(after: receipt, of: slot, in: flow)?.written(at: slot.moment)
    }

    private func changedKeyState(
        after receipt: Receipt, of slot: EventSlot, in flow: CompiledFlow
    ) throws(ReceiptStoreError) -> KeyState? {
        let partition = slot.record.partition
        guard flow.compensates, let event = slot.failureID else {
            return try keyState(with: receipt, partition: partition)
        }
        guard slot.isCompensating else {
            return try keyState(with: receipt, keepingBefore: event, partition: partition)
        }
        guard let key = receipt.key else { return nil }
        return try keyState(
            of: key, without: flow.steps[slot.step].remember.map(\.name), of: event,
            withVersion: slot.stepsToUndo.isEmpty && slot.failure?.isWhole == true, partition: partition)
    }

    /// Takes in a receipt that is written, with the key's state beside it.
    func take(
        _ receipt: Receipt, _ state: KeyState?, of slot: EventSlot, in flow: CompiledFlow
    ) throws(ReceiptStoreError) {
        try note(receipt, partition: slot.record.partition)
        guard let state, let key = receipt.key else { return }
        try set(state, of: key, partition: slot.record.partition)
    }
}
