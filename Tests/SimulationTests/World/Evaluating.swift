import Delivery

/// What the simulated shell finds an event's next step to be.
extension Worker {
    /// Whether the core is told that no step follows the one whose receipt is written, as shells do that keep nothing else
    /// of the event; every other world's asks as ever.
    func isLast(_ event: UInt64) -> Bool {
        guard world.plan.seed & 1 == 0, let content = content(of: event), let step = content.call?.step,
            step < Plan.undo, content.failure == nil, case .effect(_, step)? = content.writes.last
        else { return false }
        let partition = world.plan.records[content.record].partition
        guard reading[partition] != nil, known[partition]?.assignment == content.assignment else { return false }
        guard case (.done, _) = evaluate(content.record, from: step + 1) else { return false }
        world.log(.prepareAsked(worker: index, event: event, step: step + 1))
        world.log(.prepared(worker: index, event: event, answer: .done))
        return true
    }

    func evaluate(_ index: Int, from step: Int) -> (PreparedAnswer, Prepared) {
        let record = world.plan.records[index]
        if step == 0, let answer = answerOfKey(record) ?? answerOfFailure(index) { return answer }
        if record.kind == .skip { return (.skip, .settled(.skipped)) }
        if step == 0, isStale(record) { return (.stale, .stale) }
        for candidate in step..<max(step, world.plan.steps.count)
        where record.steps[candidate] && !hasReceipt(index, candidate) {
            if record.kind == .mappingFault(step: candidate) { return (.fault, .fault(.mapping)) }
            let system = world.plan.steps[candidate]
            return (
                .call(system: system, step: candidate),
                .call(SystemID(UInt16(system)), step: Int32(candidate), byteCount: record.byteCount / 2)
            )
        }
        return (.done, .done)
    }
}
