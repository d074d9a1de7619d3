import Delivery
import HTTPCalls
import JQ
import JSON
import Receipts

/// What is known of an event's key and effects, and what is remembered of answers.
extension StepRunner {
    /// Where the next step is looked for: behind the last one, or from the beginning where a step may have run before
    /// an earlier one.
    func begin(_ step: Int, _ slot: EventSlot) -> Int {
        guard flow.createsFirst, step > 0 else { return step }
        slot.remainingSteps &= ~(1 << UInt64(step - 1))
        return 0
    }

    // MARK: - The key

    /// How the event stands to its key: joins the parked events of it (D9), is one of them, or may run (`nil`).
    func standing(of slot: EventSlot) throws -> Next? {
        guard let receipts else { return nil }
        let partition = slot.record.partition
        guard flow.needsKeyState || receipts.parkedKeyCount(of: partition) > 0, let key = slot.orderKey else {
            return nil
        }
        slot.keyState = try receipts.keyState(of: key, partition: partition)
        if flow.variables.usesReference { slot.setReference(slot.keyState?.references) }
        guard let parked = slot.keyState?.parked else { return nil }
        // All events of the key up to the last parked one are settled, and all from the first one on are parked.
        if (parked.first...parked.last).contains(slot.record.offset) { return .alreadyParked }
        guard slot.record.offset > parked.last else { return nil }
        slot.fault = EventFault(
            reason: .behindParked, stage: .taskPut, step: nil,
            message: "events of the key are parked since offset \(parked.first) of this partition")
        return .fault(.behindParked)
    }

    /// Whether the event is older than what was applied of its key (D13).
    func isStale(_ event: Value, _ variables: [Value], _ slot: EventSlot) throws -> Bool {
        guard let program = flow.version else { return false }
        let value: Value
        do {
            value = try evaluator.one(program, event, variables: variables)
        } catch {
            throw fault("version: \(error)", step: nil)
        }
        guard let version = EventVersion(value) else {
            throw fault("version: the expression gives neither a string nor a number", step: nil)
        }
        slot.version = version
        return slot.keyState?.version.map { version.isOlder(than: $0) } ?? false
    }

    // MARK: - Effects

    /// Leaves out the steps whose effects have receipts.
    ///
    /// A flow that reads the answers of earlier steps needs them again, so there an event is passed over only as a
    /// whole; what is repeated has the same name as before (D3).
    func passOverRecorded(_ event: Value, _ variables: [Value], _ slot: EventSlot) throws {
        guard receipts != nil else { return }
        var recorded: UInt64 = 0
        var left = slot.remainingSteps
        while left != 0 {
            let bit: UInt64 = 1 << UInt64(left.trailingZeroBitCount)
            if try isRecorded(flow.steps[left.trailingZeroBitCount], event, variables, slot) { recorded |= bit }
            left &= ~bit
        }
        if flow.compensates { try noteApplied(recorded, event, variables, slot) }
        if flow.variables.usesSteps, recorded != slot.remainingSteps { return }
        slot.remainingSteps &= ~recorded
        slot.undecidedSteps &= ~recorded
        slot.recordedSteps = recorded
    }

    private func isRecorded(
        _ step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot
    ) throws -> Bool {
        guard let receipts else { return false }
        try name(step, event, variables, slot)
        return try receipts.contains(slot.effect, partition: slot.record.partition)
    }

    // MARK: - References

    /// The step that has to run first, because a reference is missing that the step needs; `nil` if there is none.
    func stepToCreate(
        for step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot
    ) throws -> CompiledStep? {
        guard let first = step.createFirst, slot.createdSteps & (1 << UInt64(first)) == 0,
            step.references.contains(where: { !isRemembered($0, variables) }),
            try !isRecorded(flow.steps[first], event, variables, slot)
        else { return nil }
        slot.createdSteps |= 1 << UInt64(first)
        return flow.steps[first]
    }

    private func isRemembered(_ name: String, _ variables: [Value]) -> Bool {
        let value = Array(name.utf8).withUnsafeBytes { variables[EventVariables.referencePosition].member($0) }
        return value.map { $0.kind != .null } ?? false
    }

    /// Takes notice of what the event's current call was answered: for the dead letter, for later steps, and for later
    /// events of the key.
    ///
    /// - Returns: what should have been remembered and was not. The effect was made, so the event goes on.
    func note(status: Int, body: UnsafeRawBufferPointer, in slot: EventSlot) -> String? {
        guard flow.step(of: slot).isSuccess(status) else {
            slot.noteRefusal(status: status, body: body)
            return nil
        }
        return noteSuccess(status: status, body: body, in: slot)
    }

    /// The step's effect is there, and this tells of it: the call's answer, or that of a probe that found it.
    func noteSuccess(status: Int, body: UnsafeRawBufferPointer, in slot: EventSlot) -> String? {
        slot.successStatus = status
        if flow.compensates, noteDone(slot) { return nil }
        flow.noteSuccess(status: status, body: body, in: slot)
        let step = flow.steps[slot.step]
        guard !step.remember.isEmpty else { return nil }
        do {
            let remembered = try members(of: step, body, slot)
            slot.remembered = remembered
            slot.setReference(try merger.merge(slot.reference.map { Array($0.bytes) }, with: remembered))
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func members(of step: CompiledStep, _ body: UnsafeRawBufferPointer, _ slot: EventSlot) throws -> [UInt8] {
        let event = try flow.decoder.decode(slot.record)
        let variables = try self.variables(of: slot, event)
        let answer = body.isEmpty ? Value.null : try Parser().parse(body, into: document.arena)
        let buffer = ByteBuffer(capacity: 64)
        buffer.append("{")
        for (index, entry) in step.remember.enumerated() {
            let value = try evaluator.one(entry.value, answer, variables: variables)
            guard value.kind != .null else { throw NothingToRemember(name: entry.name) }
            if index > 0 { buffer.append(",") }
            buffer.writeString(entry.name)
            buffer.append(":")
            buffer.write(value)
        }
        buffer.append("}")
        return Array(buffer.bytes)
    }

    private func fault(_ message: String, step: String?) -> EventFault {
        EventFault(reason: .mapping, stage: .transformation, step: step, message: message)
    }
}

extension CompiledFlow {
    /// Takes notice of what the event's current call was answered: for the dead letter, and for later steps.
    func note(status: Int, body: UnsafeRawBufferPointer, in slot: EventSlot) {
        guard step(of: slot).isSuccess(status) else { return slot.noteRefusal(status: status, body: body) }
        noteSuccess(status: status, body: body, in: slot)
    }

    /// The step's effect is there, and this tells of it: the call's answer, or that of a probe that found it.
    func noteSuccess(status: Int, body: UnsafeRawBufferPointer, in slot: EventSlot) {
        if variables.usesSteps, slot.step + 1 < steps.count { slot.keepAnswer(status: status, body: body) }
    }
}

/// An answer had not what is to be remembered of it.
private struct NothingToRemember: Error, CustomStringConvertible {
    let name: String
    var description: String { "the answer gives null for ‘\(name)’" }
}
