import Delivery
import HTTPCalls

/// Calls with several events, on the wire.
extension Worker {
    func callBatch(_ id: BatchID, _ events: [EventID]) {
        let members = events.map { slots[$0] }
        let step = flow.steps[members[0].step]
        let request = batchRequests.take(id, events)
        let outcome = request.start(members, of: step, by: runner.batchWriter, with: caller, logger: logger)
        if let outcome { endBatch(request, outcome) }
    }

    func takeBatchAnswer(_ completion: borrowing Completion, of request: BatchRequest, in slot: EventSlot) {
        slot.batch = nil
        let members = request.events.map { slots[$0] }
        callDurations.add(
            step: slot.step, status: completion.answeredStatus, nanoseconds: completion.durationNanoseconds)
        guard case .answered(let status) = completion.outcome else {
            for member in members { member.noteFailure() }
            return endBatch(request, .whole(outcome(of: completion, step: flow.steps[slot.step])))
        }
        let (outcome, problem) = runner.judgeBatch(
            status: status, retryAfterSeconds: completion.retryAfterSeconds, body: completion.body, members
        ) { tell($0, of: $1) }
        if let problem { noteFault(CallFault(.invalidResponse, problem), system: completion.system) }
        endBatch(request, outcome)
    }

    private func endBatch(_ request: BatchRequest, _ outcome: BatchOutcome) {
        let id = request.id
        batchRequests.giveBack(request)
        core.finished(id, outcome, now: turnTime, into: &actions)
    }
}
