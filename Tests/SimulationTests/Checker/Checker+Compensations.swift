/// Compensations: in reverse, of what was done and no more, behind a durable decision that nothing takes back.
extension Checker {
    private static let promise = "compensation"

    mutating func compensationAsked(_ worker: Int, _ name: UInt64, _ status: Int?) {
        guard let event = workers[worker]?.live[name] else {
            expect(false, "D6", "compensation of an event that is not held")
            return
        }
        checkOrder(worker, event, "the compensation")
        checkMayStart(worker, event, isSequel: true, "the compensation")
        expect(plan.compensations.contains { $0 != nil }, Checker.promise, "there is nothing to compensate with")
        if case .failed(let decided) = event.answer {
            expect(decided == status, Checker.promise, "record \(event.record) fails for another reason than before")
        } else if case .call(_, let step) = event.answer, step >= Plan.undo {
            expect(
                event.recorded.contains(step) || !event.succeeded.contains(step), "receipts",
                "record \(event.record) is undone further without the receipt of step \(step)")
        } else if event.failure == nil {
            checkFault(event, status)
        }
        workers[worker]?.live[name]?.failure = .some(status)
    }

    /// A call is about to start: forward only before the decision, backward only behind it, last first.
    func checkCompensation(_ event: LiveEvent, _ step: Int) {
        let known = assignments[event.assignment].receipts
        let first = event.record * 8
        guard step >= Plan.undo else {
            expect(
                event.failure == nil && !known.contains(first + Plan.failure), Checker.promise,
                "step \(step) of record \(event.record) is called after it failed")
            return
        }
        expect(
            known.contains(first + Plan.failure) && receipts.contains(first + Plan.failure), Checker.promise,
            "record \(event.record) is undone before that is durable")
        let undone = step - Plan.undo
        expect(
            receipts.contains(first + undone), Checker.promise,
            "step \(undone) of record \(event.record) is undone without having had an effect")
        // Where answers are doubtful, somebody who did not know of its loss may have done a step behind the decision.
        for later in plan.steps.indices
        where later > undone && plan.compensations[later] != nil && known.contains(first + later)
            && !isDoubtful(event.record)
        {
            expect(
                known.contains(first + later + Plan.undo), Checker.promise,
                "step \(undone) of record \(event.record) is undone before step \(later)")
        }
    }

    /// Nothing is left to undo, or it cannot be undone.
    mutating func checkEndOfCompensation(_ event: LiveEvent, _ status: Int?, _ isCompensation: Bool) {
        guard isCompensation else {
            expect(
                event.failure == .some(status), Checker.promise,
                "record \(event.record) is parked for another reason than it failed")
            expect(
                leftOver(of: event).isEmpty, Checker.promise,
                "record \(event.record) is parked with steps \(leftOver(of: event)) not undone")
            return
        }
        isHalfUndone[event.record] = true
        var isFault = event.answer == .fault
        if case .call(_, let step) = event.answer, step >= Plan.undo, let result = event.lastResult {
            isFault = meaning(result, step: step) == .eventFault
        }
        expect(
            isFault, "D5", "undoing record \(event.record) is given up after \(String(describing: event.lastResult))")
        expect(
            assignments[event.assignment].receipts.contains(event.record * 8 + Plan.failure), Checker.promise,
            "record \(event.record) is parked, half undone, and that it failed is not durable")
    }

    /// Parked without having been asked what is to be undone; what joins parked events has not begun.
    func checkNothingToUndo(_ event: LiveEvent) {
        guard event.answer != .behindParked else { return }
        expect(
            leftOver(of: event).isEmpty, Checker.promise,
            "record \(event.record) is parked and nobody asked about steps \(leftOver(of: event))")
    }

    private func leftOver(of event: LiveEvent) -> [Int] {
        let known = assignments[event.assignment].receipts
        guard !isDoubtful(event.record) else { return [] }
        return plan.steps.indices.filter { step in
            plan.compensations.indices.contains(step) && plan.compensations[step] != nil
                && known.contains(event.record * 8 + step) && !known.contains(event.record * 8 + step + Plan.undo)
        }
    }

    /// At the end: all that a parked event did is undone, or it says that it is not. What a worker did that did not know
    /// yet of its loss may be unknown to the one that decided; only doubtful answers tell those two different things.
    func checkUndone() {
        for record in plan.records.indices
        where receipts.contains(record * 8 + Plan.failure) && !isHalfUndone[record] && !isDoubtful(record) {
            for step in plan.steps.indices where plan.compensations[step] != nil {
                expect(
                    !receipts.contains(record * 8 + step) || receipts.contains(record * 8 + step + Plan.undo),
                    Checker.promise, "step \(step) of record \(record) is never undone")
            }
        }
    }
}
