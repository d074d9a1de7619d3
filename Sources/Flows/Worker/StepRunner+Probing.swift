import Delivery
import HTTPCalls
import JSON

/// Probes: preparing the question, judging the answer (D4).
extension StepRunner {
    func prepareProbe(_ step: CompiledStep, _ event: Value, _ variables: [Value], _ slot: EventSlot) throws {
        slot.hasProbePath = step.probe != nil
        guard let probe = step.probe else { return }
        slot.probePath.removeAll()
        try probe.path.write(to: slot.probePath, event, variables, evaluator, step: step.name)
        guard RequestPath.isValid(slot.probePath.bytes) else {
            throw EventFault(
                reason: .mapping, stage: .transformation, step: step.name,
                message: "probe: \(RequestError.invalidPath): \(slot.probePath.text.prefix(200))")
        }
    }

    /// What an answer to the probe means. Only 2xx is looked into; a body that is no JSON, such as a page that tells of
    /// maintenance, answers nothing.
    func judgeProbe(status: Int, retryAfter: Duration?, body: UnsafeRawBufferPointer, _ slot: EventSlot) -> ProbeOutcome
    {
        let unanswered = ProbeOutcome.failed(.answered(status: status, retryAfter: retryAfter))
        guard (200..<300).contains(status) else { return unanswered }
        let step = flow.steps[slot.step]
        do {
            // Reading the event makes the arena anew, and what programs may ask about it.
            let event = try decode(slot)
            let variables = try flow.variables.naming(
                slot.idempotencyKey,
                in: try flow.variables.values(
                    event: event, record: slot.record, answers: slot.answers, reference: slot.reference,
                    arena: document.arena), arena: document.arena)
            guard let answer = try? probeAnswer(status: status, body: body) else { return unanswered }
            return try isHit(answer, variables, step) ? .hit : .miss
        } catch let fault as EventFault {
            slot.fault = fault
            return .fault(fault.reason)
        } catch {
            slot.fault = probeFault("\(error)", step)
            return .fault(.mapping)
        }
    }

    private func isHit(_ answer: Value, _ variables: [Value], _ step: CompiledStep) throws(EventFault) -> Bool {
        guard let hit = step.probe?.hit else { return false }
        do {
            return try evaluator.truth(hit, answer, variables: variables)
        } catch {
            throw probeFault("hit: \(error)", step)
        }
    }

    private func probeFault(_ message: String, _ step: CompiledStep) -> EventFault {
        EventFault(reason: .mapping, stage: .transformation, step: step.name, message: "probe: \(message)")
    }

    /// `{ status, body }`; an empty body is `null`.
    private func probeAnswer(status: Int, body: UnsafeRawBufferPointer) throws -> Value {
        let arena = document.arena
        let members = try arena.allocate(Member.self, count: 2)
        let content = body.isEmpty ? Value.null : try Parser().parse(body, into: arena)
        members.initialize(to: Member(key: try arena.string("status"), value: .number(Double(status))))
        (members + 1).initialize(to: Member(key: try arena.string("body"), value: content))
        return try arena.object(UnsafeBufferPointer(start: members, count: 2))
    }
}
