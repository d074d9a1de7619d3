/// Receipts, parked keys and versions: D9, D13, and no effect that has a receipt is repeated.
extension Checker {
    /// Whatever is left out, or settled without a call, has its reason.
    func checkAnswer(_ event: LiveEvent, _ answer: PreparedAnswer) {
        let record = plan.records[event.record]
        if event.failure != nil { return }
        switch answer {
        case .call(_, let step): checkLeftOut(event, until: step)
        case .done: checkLeftOut(event, until: plan.steps.count)
        case .behindParked:
            expect(
                earlier(than: event.record).contains { hasDeadLetter[$0] && hasMark[$0] }, "D9",
                "record \(event.record) joins parked events that there are not")
        case .alreadyParked:
            expect(
                hasDeadLetter[event.record] && hasMark[event.record], "D10",
                "record \(event.record) is taken for parked")
        case .stale:
            let isOlder = plan.records.indices.contains { other in
                plan.records[other].key == record.key && isNewer(other, than: event.record) && wasMade(other)
                    && (plan.records[other].offset < record.offset || isSettled[event.record])
            }
            expect(isOlder, "D13", "record \(event.record) is passed over and is not stale")
        case .failed:
            expect(
                receipts.contains(event.record * 8 + Plan.failure), "compensation",
                "record \(event.record) is taken for failed")
        case .fault, .skip: break
        }
    }

    private func checkLeftOut(_ event: LiveEvent, until end: Int) {
        for step in event.askedStep..<max(event.askedStep, end) where plan.records[event.record].steps[step] {
            expect(
                receipts.contains(event.record * 8 + step), "receipts",
                "step \(step) of record \(event.record) is left out without a receipt")
        }
    }

    private func earlier(than record: Int) -> some Sequence<Int> {
        plan.records.indices.lazy.filter { [plan] other in
            plan.records[other].key == plan.records[record].key
                && plan.records[other].offset < plan.records[record].offset
        }
    }

    private func isNewer(_ record: Int, than other: Int) -> Bool {
        guard let version = plan.records[record].version, let limit = plan.records[other].version else { return false }
        return version > limit
    }

    /// The version of a key may be written although the receipt beside it is not.
    private func wasMade(_ record: Int) -> Bool {
        plan.steps.indices.contains { made.contains(record * 8 + $0) }
    }

    private func hasEffect(_ record: Int) -> Bool {
        plan.steps.indices.contains {
            receipts.contains(record * 8 + $0) && !receipts.contains(record * 8 + $0 + Plan.undo)
        }
    }

    /// An effect is about to be asked for.
    ///
    /// - Parameter others: the records in front of it in the same call. One of them may be parked by an owner that this one
    ///   does not know of yet; then its system stops the key there.
    func checkEffect(_ event: LiveEvent, _ step: Int, behind others: [Int]) {
        guard plan.keepsReceipts else { return }
        expect(
            !assignments[event.assignment].receipts.contains(event.record * 8 + step), "receipts",
            "step \(step) of record \(event.record) is called although it has a receipt")
        guard plan.keepsOrder, step < Plan.undo else { return }
        for other in earlier(than: event.record) where !isDoubtful(other) && !others.contains(other) {
            expect(
                !wasFaulty[other], "D9",
                "record \(event.record) is called although record \(other) of its key is parked")
            expect(
                !(isSettled[other] && hasEffect(other) && isNewer(other, than: event.record)), "D13",
                "record \(event.record) is called although record \(other) is newer and applied")
        }
    }

    mutating func recordAsked(_ worker: Int, _ name: UInt64, _ step: Int?) {
        guard let event = workers[worker]?.live[name] else {
            expect(false, "D6", "record of an event that is not held")
            return
        }
        if step == nil {
            checkOrder(worker, event, "the mark")
        } else {
            checkOrder(worker, event, "the record", behind: { $0.succeeded.contains(0) })
        }
        expect(!assignments[event.assignment].isOver, "D6", "record \(event.record) is recorded after a loss")
        expect(plan.keepsReceipts, "receipts", "something is recorded where nothing is to be")
        if step == Plan.failure {
            expect(event.failure != nil, "compensation", "record \(event.record) is taken for failed")
        } else if let step {
            expect(
                event.succeeded.contains(step) && !event.recorded.contains(step), "receipts",
                "step \(step) of record \(event.record) gets a receipt without a success")
        } else {
            expect(event.isParkAcknowledged, "D10", "record \(event.record) is marked before its dead letter")
        }
        workers[worker]?.live[name]?.recording = .some(step)
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] += 1
    }

    mutating func recordEnded(_ worker: Int, _ name: UInt64, _ succeeded: Bool) {
        guard let event = workers[worker]?.live[name], let recording = event.recording else {
            expect(false, "D6", "an event was released while its record was being written")
            return
        }
        workers[worker]?.live[name]?.recording = .none
        workers[worker]?.live[name]?.idleSince = now
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] -= 1
        guard succeeded else {
            workers[worker]?.live[name]?.failures += 1
            return
        }
        workers[worker]?.live[name]?.failures = 0
        if let step = recording {
            if step != Plan.failure { workers[worker]?.live[name]?.recorded.insert(step) }
            assignments[event.assignment].receipts.insert(event.record * 8 + step)
        } else {
            workers[worker]?.live[name]?.isMarkAcknowledged = true
        }
    }

    /// What a settled event leaves behind is durable.
    func checkRecorded(_ event: LiveEvent, _ settled: Settled) {
        guard plan.keepsReceipts else { return }
        switch settled {
        case .applied:
            expect(
                event.recorded == event.succeeded, "receipts",
                "record \(event.record) is settled without the receipts of its effects")
        case .parked:
            expect(
                event.isMarkAcknowledged || event.answer == .alreadyParked || !plan.keepsOrder, "D9",
                "record \(event.record) is settled before its key is marked as parked")
        case .skipped: break
        }
    }
}
