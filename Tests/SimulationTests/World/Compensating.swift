import Delivery

/// What a worker does about events that failed.
extension Worker {
    /// An earlier owner has decided that the record failed.
    func answerOfFailure(_ record: Int) -> (PreparedAnswer, Prepared)? {
        guard let failure = known[world.plan.records[record].partition]?.view.failures[record] else { return nil }
        return (.failed(status: failure.status), .failed(reason(failure.status)))
    }

    private func reason(_ status: Int?) -> ParkReason {
        status.map { .rejected(status: UInt16($0)) } ?? .mapping
    }

    func prepareCompensation(_ event: EventID, _ reason: ParkReason) {
        guard let content = content(event, "prepareCompensation") else { return }
        var status: Int?
        if case .rejected(let code) = reason { status = Int(code) }
        world.log(.compensationAsked(worker: index, event: event.rawValue, status: status))
        let failure = failure(of: content, status)
        slots[Int(event.slot)]?.failure = failure
        let (answer, prepared) = nextCompensation(content.record, failure)
        if case .call(let system, let step) = answer { slots[Int(event.slot)]?.call = (system, step) }
        world.log(.prepared(worker: index, event: event.rawValue, answer: answer))
        take(prepared, for: event)
    }

    /// As it was decided, or as it is to be.
    private func failure(of content: Content, _ status: Int?) -> ReceiptTopic.Failure {
        if let failure = content.failure { return failure }
        if let failure = known[world.plan.records[content.record].partition]?.view.failures[content.record] {
            return failure
        }
        let made = world.plan.steps.indices.filter { hasReceipt(content.record, $0) }
        let undo = made.reversed().filter { world.plan.compensations[$0] != nil }
        return ReceiptTopic.Failure(status: status, undo: undo)
    }

    private func nextCompensation(_ record: Int, _ failure: ReceiptTopic.Failure) -> (PreparedAnswer, Prepared) {
        let planned = world.plan.records[record]
        guard let step = failure.undo.first(where: { !hasReceipt(record, $0 + Plan.undo) }),
            let system = world.plan.compensations[step]
        else { return (.done, .done) }
        if planned.undoing == .mappingFault { return (.fault, .fault(.mapping)) }
        return (
            .call(system: system, step: step + Plan.undo),
            .call(SystemID(UInt16(system)), step: Int32(step), byteCount: planned.byteCount / 2)
        )
    }
}
