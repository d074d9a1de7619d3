import Delivery
import HTTPCalls
import JSON

/// Probes on the wire (D4).
extension Worker {
    /// Sends the question. It carries the system's own headers and credentials, none of the step's.
    func probe(_ id: EventID) {
        let slot = slots[id]
        let step = flow.steps[slot.step]
        slot.isProbe = true
        do {
            try caller.start(
                Request(
                    system: SystemIndex(rawValue: Int(step.system.index)), method: .get, path: slot.probePath.bytes),
                tag: id.rawValue)
        } catch {
            logger.error("probe not started; trying again", metadata: ["step": "\(step.name)", "error": "\(error)"])
            core.probed(id, .failed(.notSent), now: turnTime, into: &actions)
        }
    }

    func takeProbeAnswer(_ completion: borrowing Completion, of id: EventID, in slot: EventSlot) {
        core.probed(id, probeOutcome(of: completion, in: slot), now: turnTime, into: &actions)
    }

    private func probeOutcome(of completion: borrowing Completion, in slot: EventSlot) -> ProbeOutcome {
        guard case .answered(let status) = completion.outcome else {
            slot.noteFailure()
            return .failed(outcome(of: completion, step: flow.steps[slot.step]))
        }
        let retryAfter = completion.retryAfterSeconds.map { Duration.seconds($0) }
        let judged = runner.judgeProbe(status: status, retryAfter: retryAfter, body: completion.body, slot)
        switch judged {
        case .hit:
            logger.notice(
                "probe found the effect: call not repeated",
                metadata: [
                    "step": "\(flow.steps[slot.step].name)", "partition": "\(slot.record.partition)",
                    "offset": "\(slot.record.offset)",
                ])
            tell(runner.noteSuccess(status: status, body: completion.body, in: slot), of: slot)
        case .miss: break
        case .failed, .fault: slot.noteRefusal(status: status, body: completion.body)
        }
        return judged
    }
}
