import Delivery
import HTTPCalls

/// A step that is sent in batches: here each event is one of its own, so that what fails is known.
extension RedriveRunner {
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
        switch completion.outcome {
        case .notSent(let fault), .sentNoAnswer(let fault):
            note(fault, of: completion.system)
            for member in members { member.noteFailure() }
            var outcome = Outcome.sentNoAnswer
            if case .notSent = completion.outcome { outcome = .notSent }
            endBatch(request, .whole(outcome))
        case .answered(let status):
            let (outcome, problem) = runner.judgeBatch(
                status: status, retryAfterSeconds: completion.retryAfterSeconds, body: completion.body, members
            ) { tell($0, of: $1) }
            if let problem { note(CallFault(.invalidResponse, problem), of: completion.system) }
            endBatch(request, outcome)
        }
    }

    private func endBatch(_ request: BatchRequest, _ outcome: BatchOutcome) {
        let id = request.id
        batchRequests.giveBack(request)
        core.finished(id, outcome, now: now, into: &actions)
    }
}
