import Delivery
import JQ
import JSON
import Receipts

/// Compensations: what earlier steps of an event did is undone, last first, when a later one finds the event wrong.
extension StepRunner {
    func variables(of slot: EventSlot, _ event: Value) throws -> [Value] {
        try flow.variables.values(
            event: event, record: slot.record, answers: slot.answers, reference: slot.reference,
            failure: slot.isCompensating ? slot.failure : nil, arena: document.arena)
    }

    // MARK: - What is known from earlier lives

    /// Whether the event failed before, in this process or another: then nothing of it is called forward (`nil`: it
    /// may run).
    func decided(_ event: Value, _ variables: [Value], _ slot: EventSlot) throws -> Next? {
        guard flow.compensates else { return nil }
        let id = try effect(flow.failureName, round: 0, event, variables, slot)
        slot.failureID = id
        slot.before =
            slot.keyState?.before.flatMap { $0.event == id ? $0 : nil }
            ?? KeyBefore(event: id, references: slot.keyState?.references, version: slot.keyState?.version)
        guard var failure = try receipts?.failure(of: id, partition: slot.record.partition),
            failure.round >= slot.round
        else { return nil }
        if failure.isApplied { return .skip }
        slot.round = failure.round
        for step in failure.undo where !failure.undone.contains(step) {
            if try isUndone(step, event, variables, slot) { failure.undone.append(step) }
        }
        if beginsAnew, failure.undone.count == failure.undo.count {
            slot.round += 1
            return nil
        }
        slot.resume(failure, stepNames: flow.steps.map(\.name))
        return .failed(ParkReason(of: failure))
    }

    private func isUndone(
        _ step: String, _ event: Value, _ variables: [Value], _ slot: EventSlot
    ) throws -> Bool {
        guard let receipts, let undo = flow.steps.first(where: { $0.name == step })?.onFailure else { return false }
        try name(undo, event, variables, slot)
        return try receipts.contains(slot.effect, partition: slot.record.partition)
    }

    /// These steps had their effects in an earlier life, in the order of their receipts.
    func noteApplied(_ steps: UInt64, _ event: Value, _ variables: [Value], _ slot: EventSlot) throws {
        var made: [(time: Int64, step: Int)] = []
        for step in flow.steps where steps & (1 << UInt64(step.index)) != 0 {
            try name(step, event, variables, slot)
            guard let known = try receipts?.receipt(slot.effect, partition: slot.record.partition) else { continue }
            made.append((known.time, step.index))
        }
        slot.applied = made.sorted { ($0.time, $0.step) < ($1.time, $1.step) }.map(\.step)
    }

    // MARK: - Undoing

    /// The event failed: prepares the compensation of its last step that had an effect and is not undone.
    func prepareCompensation(_ slot: EventSlot, _ reason: ParkReason) -> Prepared {
        if slot.failure == nil {
            guard slot.applied.contains(where: { flow.steps[$0].onFailure != nil }) else { return .done }
            slot.noteFailure()
            slot.failure = failure(of: slot, reason)
        }
        guard let failure = slot.failure else { return .done }
        guard let name = failure.undo.first(where: { !failure.undone.contains($0) }) else { return allUndone(slot) }
        do {
            return try prepareCompensation(of: name, slot)
        } catch let fault as EventFault {
            return stuck(at: name, fault.stage, fault.message, slot)
        } catch {
            return stuck(at: name, .transformation, "the event is too large: \(error)", slot)
        }
    }

    private func prepareCompensation(of name: String, _ slot: EventSlot) throws -> Prepared {
        guard let step = flow.steps.first(where: { $0.name == name })?.onFailure else {
            throw EventFault(
                reason: .compensation, stage: .transformation, step: name,
                message: "the flow has no step ‘\(name)’ with on_failure any more")
        }
        slot.isCompensating = true
        let event = try decode(slot)
        try prepare(step, event, try variables(of: slot, event), slot)
        return .call(step.system, step: Int32(step.index), byteCount: slot.requestByteCount)
    }

    private func stuck(
        at step: String, _ stage: EventFault.Stage, _ message: String, _ slot: EventSlot
    ) -> Prepared {
        slot.fault = EventFault(
            reason: .compensation, stage: stage, step: step, message: "on_failure: \(message)" + slot.originalFault)
        return .fault(.compensation)
    }

    /// The dead letter tells of what failed, not of how it was undone; and a redrive begins anew.
    private func allUndone(_ slot: EventSlot) -> Prepared {
        if beginsAnew, slot.isResumed {
            slot.beginNextRound()
            return .again
        }
        slot.isCompensating = false
        slot.tellOfFailure()
        return .done
    }

    private func failure(of slot: EventSlot, _ reason: ParkReason) -> EventFailure {
        let fault =
            slot.fault
            ?? flow.steps[slot.step].rejection(reason, status: slot.lastStatus, ofProbe: slot.isProbe)
        slot.fault = fault
        let identity = slot.identity.bytes
        var failure = EventFailure(
            event: slot.failureID ?? EffectID(high: 0, low: 0), round: slot.round,
            eventSource: String(decoding: identity.prefix(slot.sourceCount), as: UTF8.self),
            eventID: String(decoding: identity.dropFirst(slot.sourceCount), as: UTF8.self), time: Timestamp.now())
        failure.step = fault.step
        failure.reason = reason.name
        failure.stage = fault.stage.rawValue
        failure.message = fault.message
        failure.status = slot.lastStatus
        failure.answer = String(decoding: slot.lastAnswer.bytes, as: UTF8.self)
        failure.attempts = slot.attempts
        failure.undo = slot.applied.reversed().filter { flow.steps[$0].onFailure != nil }.map { flow.steps[$0].name }
        failure.isWhole = failure.undo.count == slot.applied.count
        if flow.variables.usesSteps { failure.answers = answers(of: slot) }
        return failure
    }

    /// What is too large for a record is left out: a compensation that needs it fails then, which is told.
    private func answers(of slot: EventSlot) -> [UInt8]? {
        guard let answers = slot.answers, answers.byteCount <= StepRunner.answersByteLimit,
            let value = try? answers.value(names: flow.steps.map(\.name), arena: document.arena)
        else { return nil }
        let buffer = ByteBuffer(capacity: 1_024)
        buffer.write(value)
        return Array(buffer.bytes)
    }

    private static var answersByteLimit: Int { 256 << 10 }

    /// The step at hand had its effect, or is undone.
    ///
    /// - Returns: whether it is undone.
    func noteDone(_ slot: EventSlot) -> Bool {
        let step = flow.steps[slot.step]
        guard slot.isCompensating else {
            if !slot.applied.contains(step.index) { slot.applied.append(step.index) }
            return false
        }
        slot.failure?.undone.append(step.name)
        if !step.remember.isEmpty, flow.variables.usesReference, let before = slot.before {
            var state = KeyState(references: slot.reference.map { Array($0.bytes) }, before: before)
            state.takeBack(step.remember.map(\.name), of: before.event, withVersion: false)
            slot.setReference(state.references)
        }
        return true
    }
}

extension EventSlot {
    /// Goes on with an event that failed in an earlier life.
    func resume(_ failure: EventFailure, stepNames: [String]) {
        self.failure = failure
        isResumed = true
        fault = EventFault(
            reason: ParkReason(of: failure), stage: EventFault.Stage(rawValue: failure.stage) ?? .taskPut,
            step: failure.step, message: failure.message)
        noteFailure()
        if let known = failure.answers { restoreAnswers(known, stepNames) }
    }

    /// Why the event failed, behind a sentence about something else.
    var originalFault: String {
        guard let failure else { return "" }
        return "; the event had failed before" + (failure.step.map { " at \($0)" } ?? "") + ": \(failure.message)"
    }

    /// Puts what failed where what was undone last stands now.
    func tellOfFailure() {
        guard let failure else { return }
        attempts = failure.attempts
        lastStatus = failure.status
        lastAnswer.removeAll()
        lastAnswer.append(failure.answer)
    }

    /// Everything is undone: forgets it, as if the event came for the first time, but for the names of its effects.
    func beginNextRound() {
        let (next, key) = (round + 1, evaluatedKey)
        begin()
        round = next
        evaluatedKey = key
    }

    private func restoreAnswers(_ known: [UInt8], _ stepNames: [String]) {
        let arena = Arena()
        known.withUnsafeBytes { bytes in
            guard let value = try? Parser().parse(copying: bytes, into: arena) else { return }
            let buffer = ByteBuffer(capacity: 256)
            for (index, name) in stepNames.enumerated() {
                guard let answer = value[name], let status = answer["status"]?.int else { continue }
                buffer.removeAll()
                if let body = answer["body"], body.kind != .null { buffer.write(body) }
                keepAnswer(of: index, status: status, body: buffer.bytes)
            }
        }
        withExtendedLifetime(arena) {}
    }
}

extension ParkReason {
    /// Why an event failed, as it was recorded.
    init(of failure: EventFailure) {
        switch failure.reason {
        case "schema": self = .schema
        case "mapping": self = .mapping
        case "tombstone": self = .tombstone
        case "malformed": self = .malformed
        default: self = .rejected(status: UInt16(clamping: failure.status))
        }
    }
}

extension CompiledFlow {
    /// What is at hand for the event: a step, or its compensation.
    func step(of slot: EventSlot) -> CompiledStep {
        let step = steps[slot.step]
        return slot.isCompensating ? step.onFailure ?? step : step
    }

    /// Why the event is parked.
    func fault(of slot: EventSlot, _ reason: ParkReason) -> EventFault {
        if reason == .compensation, slot.fault?.reason != .compensation {
            return EventFault(
                reason: .compensation, stage: .taskPut, step: steps[slot.step].name,
                message: "on_failure: \(step(of: slot).call) was answered with status \(slot.lastStatus)"
                    + slot.originalFault)
        }
        return slot.fault ?? steps[slot.step].rejection(reason, status: slot.lastStatus, ofProbe: slot.isProbe)
    }
}
