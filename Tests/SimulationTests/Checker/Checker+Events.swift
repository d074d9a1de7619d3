/// Events, calls, parks: D2, D3, D4, D5, D7, D10.
extension Checker {
    // MARK: Fetching

    mutating func fetched(_ worker: Int, _ record: Int, _ event: UInt64?) {
        let planned = plan.records[record]
        let number = workers[worker]?.held[planned.partition]
        let isOurs = number.map { !assignments[$0].isDraining } ?? false
        guard let event else {
            guard isOurs, let number else { return }
            expect(
                assignments[number].known.contains(record), "no loss",
                "worker \(worker) drops record \(record), which it does not know to be settled")
            expect(isSettled[record], "D7", "record \(record) is dropped and was never settled")
            return
        }
        guard isOurs, let number else {
            expect(false, "D6", "worker \(worker) takes record \(record) of a partition that it does not hold")
            return
        }
        expect(
            !assignments[number].known.contains(record), "D7",
            "worker \(worker) repeats record \(record), which the metadata says is settled")
        let slot = UInt32(truncatingIfNeeded: event)
        expect(
            workers[worker]?.slotsInUse.insert(slot).inserted ?? false, "D6", "slot \(slot) is in use already")
        workers[worker]?.live[event] = LiveEvent(record: record, assignment: number, idleSince: now)
        workers[worker]?.bufferedBytes += planned.byteCount
        assignments[number].accepted[plan.orderKey(record), default: []].append(record)
    }

    // MARK: Order

    /// The event is about to be worked on: it must be the first unsettled one of its key, alone (D2).
    ///
    /// - Parameter behind: where a call may carry several events of a key: what must hold of those in front of it that are
    ///   not settled; `nil`: there may be none.
    mutating func checkOrder(
        _ worker: Int, _ event: LiveEvent, _ what: String, behind: ((LiveEvent) -> Bool)? = nil
    ) {
        if plan.followsInBatches, let behind { return checkFollowing(worker, event, what, behind) }
        let assignment = assignments[event.assignment]
        let key = plan.orderKey(event.record)
        let position = assignment.settledOfKey[key, default: 0]
        let first = assignment.accepted[key, default: []].dropFirst(position).first
        expect(
            first == event.record, "D2",
            "\(what) of record \(event.record) while record \(first ?? -1) of the same key is not settled")
        expect(
            workers[worker]?.busyKeys[key, default: 0] == 0, "D2",
            "\(what) of record \(event.record) while another of the same key is in flight")
    }

    /// Nothing starts in a partition that is wanted back, except what follows on a success, or on the fault, of an
    /// event that was in flight; and nothing in a partition that is gone (D6).
    mutating func checkMayStart(_ worker: Int, _ event: LiveEvent, isSequel: Bool, _ what: String) {
        let assignment = assignments[event.assignment]
        expect(!assignment.isOver, "D6", "\(what) of record \(event.record) after its partition was let go")
        expect(
            isSequel || !assignment.isDraining, "D6",
            "\(what) of record \(event.record) starts while its partition is drained")
    }

    mutating func prepareAsked(_ worker: Int, _ name: UInt64, _ step: Int) {
        guard let event = workers[worker]?.live[name] else {
            expect(false, "D6", "prepare of an event that is not held")
            return
        }
        checkOrder(worker, event, "the preparation") { leader in
            step > 0 ? leader.succeeded.contains(0) : leader.waitsInBatch
        }
        checkMayStart(worker, event, isSequel: step > 0, "the preparation")
        if step == 0 {
            expect(event.answer == nil, "D3", "record \(event.record) begins again")
        } else if case .call(_, let previous) = event.answer {
            expect(
                step == previous + 1 && event.succeeded.contains(previous), "D4",
                "record \(event.record) goes on to step \(step) without a success of step \(previous)")
            expect(
                !plan.keepsReceipts || event.recorded.contains(previous), "receipts",
                "record \(event.record) goes on to step \(step) without a receipt of step \(previous)")
        } else {
            expect(false, "D3", "step \(step) of record \(event.record) is prepared out of turn")
        }
        workers[worker]?.live[name]?.isStarted = true
        workers[worker]?.live[name]?.askedStep = step
    }

    mutating func prepared(_ worker: Int, _ name: UInt64, _ answer: PreparedAnswer) {
        guard let event = workers[worker]?.live[name] else { return }
        workers[worker]?.live[name]?.answer = answer
        if !event.isUncounted {
            workers[worker]?.live[name]?.lastResult = nil
            workers[worker]?.live[name]?.batchLimit = .max
        }
        workers[worker]?.live[name]?.isMissed = false
        workers[worker]?.live[name]?.isSplit = false
        workers[worker]?.live[name]?.probeFault = nil
        workers[worker]?.live[name]?.failures = 0
        workers[worker]?.live[name]?.doubtfulAnswers = 0
        workers[worker]?.live[name]?.idleSince = now
        checkAnswer(event, answer)
        if case .call = answer {
            workers[worker]?.live[name]?.preparedBytes = plan.records[event.record].byteCount / 2
        }
    }

    // MARK: Calls

    mutating func callStarted(_ worker: Int, _ name: UInt64) {
        if let event = workers[worker]?.live[name], case .call(let system, let step) = event.answer {
            expect(plan.batch(of: step) == nil, "batches", "record \(event.record) is not sent in a batch")
            checkSystem(worker, system, event.record)
            workers[worker]?.systems[system].inFlight += 1
        }
        startedInCall = []
        startItem(worker, name)
    }

    /// A call of the event, or with it among others, starts.
    mutating func startItem(_ worker: Int, _ name: UInt64) {
        guard let event = workers[worker]?.live[name] else {
            expect(false, "D6", "call of an event that is not held")
            return
        }
        guard case .call(_, let step) = event.answer else {
            expect(false, "D3", "call of record \(event.record), which is not prepared for one")
            return
        }
        let others = startedInCall.compactMap { workers[worker]?.live[$0]?.record }
        checkOrder(worker, event, "the call") { others.contains($0.record) }
        checkMayStart(worker, event, isSequel: !event.succeeded.isEmpty && step < Plan.undo, "the call")
        checkCompensation(event, step)
        expect(
            !event.succeeded.contains(step), "D4", "step \(step) of record \(event.record) is called after a success")
        if let last = event.lastResult, !event.isUncounted {
            expect(
                mayRepeat(last, event, step), "D5",
                "record \(event.record) is called again after \(last)")
        }
        checkAsked(event, step)
        checkEffect(event, step, behind: others)
        workers[worker]?.live[name]?.isCalling = true
        workers[worker]?.live[name]?.isMissed = false
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] += 1
    }

    mutating func checkSystem(_ worker: Int, _ system: Int, _ record: Int) {
        guard let view = workers[worker]?.systems[system] else { return }
        expect(
            view.inFlight < plan.systems[system].concurrency, "limits",
            "system \(system) gets more than \(plan.systems[system].concurrency) calls at once")
        expect(
            now >= view.postponedUntil, "D5",
            "system \(system) is called for record \(record) although its Retry-After says \(view.postponedUntil)")
        expect(!view.mustOpen, "D5", "system \(system) is called although its circuit should be open")
        checkRate(worker, system)
        switch view.state {
        case .closed: break
        case .open: expect(false, "D5", "system \(system) is called while its circuit is open")
        case .halfOpen:
            expect(view.trials == 0, "D5", "system \(system) gets a second trial")
            workers[worker]?.systems[system].trials += 1
        }
    }

    private mutating func checkRate(_ worker: Int, _ system: Int) {
        guard plan.systems[system].rate != nil, var view = workers[worker]?.systems[system] else { return }
        view.fill(plan.systems[system], now)
        view.tokens -= 1_000_000
        workers[worker]?.systems[system] = view
        // The world's clock has whole microseconds.
        expect(view.tokens >= -plan.systems[system].slack, "limits", "system \(system) gets more calls than its rate")
    }

    enum Meaning {
        case success, eventFault, doubtful, targetFault, refused, redirected
    }

    func meaning(_ result: CallResult, step: Int) -> Meaning {
        guard case .status(let status, _) = result else { return .targetFault }
        if status == Plan.doubtfulStatus, isDoubtfulStep(step) { return .doubtful }
        if [401, 403].contains(status) { return .refused }
        if (200...299).contains(status) { return .success }
        if (300...399).contains(status) { return .redirected }
        if (400...499).contains(status), ![408, 425, 429].contains(status) { return .eventFault }
        return .targetFault
    }

    private func isDoubtfulStep(_ step: Int) -> Bool {
        plan.records.contains {
            if case .doubtful(step, _) = $0.kind { true } else { false }
        }
    }

    private func mayRepeat(_ result: CallResult, _ event: LiveEvent, _ step: Int) -> Bool {
        switch meaning(result, step: step) {
        case .success: false
        case .eventFault: event.isSplit
        case .doubtful: event.isSplit || event.doubtfulAnswers < Plan.doubtfulCeiling
        case .targetFault, .refused, .redirected: true
        }
    }

    mutating func callEnded(_ worker: Int, _ name: UInt64, _ result: CallResult) {
        if let event = workers[worker]?.live[name], case .call(let system, let step) = event.answer {
            workers[worker]?.systems[system].inFlight -= 1
            noteHealth(worker, system, name, meaning(result, step: step), result)
        }
        endItem(worker, name, result, isSplit: false)
    }

    /// - Parameter isSplit: the result is that of a call with several events, one of which is at fault.
    mutating func endItem(_ worker: Int, _ name: UInt64, _ result: CallResult, isSplit: Bool) {
        guard let event = workers[worker]?.live[name], case .call(_, let step) = event.answer else {
            expect(false, "D6", "an event was released while its call was in flight")
            return
        }
        workers[worker]?.live[name]?.isCalling = false
        workers[worker]?.live[name]?.idleSince = now
        workers[worker]?.live[name]?.lastResult = result
        workers[worker]?.live[name]?.isSplit = isSplit
        workers[worker]?.live[name]?.isUncounted = false
        workers[worker]?.live[name]?.calledAt = now
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] -= 1
        if isSplit { return }
        switch meaning(result, step: step) {
        case .success: workers[worker]?.live[name]?.succeeded.insert(step)
        case .doubtful:
            workers[worker]?.live[name]?.doubtfulAnswers += 1
            workers[worker]?.live[name]?.failures += 1
        case .eventFault: break
        case .targetFault, .refused, .redirected: workers[worker]?.live[name]?.failures += 1
        }
    }

    mutating func noteHealth(
        _ worker: Int, _ system: Int, _ name: UInt64, _ meaning: Meaning, _ result: CallResult
    ) {
        guard var view = workers[worker]?.systems[system] else { return }
        switch meaning {
        case .success, .eventFault, .doubtful:
            if view.state == .closed {
                view.faultsInRow = 0
                view.lastFaulty = nil
            }
            if meaning == .success { view.shouldAlarm = false }
        case .targetFault, .refused, .redirected:
            if case .status(_, let retryAfter?) = result {
                view.postponedUntil = max(view.postponedUntil, now + min(retryAfter, Plan.retryAfterCeiling))
            }
            if view.state == .closed, view.lastFaulty != name {
                view.faultsInRow += 1
                view.lastFaulty = name
            }
            let isMany = view.faultsInRow >= plan.systems[system].failureThreshold
            if view.state == .closed, isMany || meaning == .refused { view.mustOpen = true }
            if meaning != .targetFault { view.shouldAlarm = true }
        }
        workers[worker]?.systems[system] = view
    }

    mutating func circuit(_ worker: Int, _ system: Int, _ state: CircuitView) {
        guard var view = workers[worker]?.systems[system] else { return }
        switch (view.state, state) {
        case (.closed, .open):
            expect(view.mustOpen, "D5", "the circuit of system \(system) opens without need")
            view.openUntil = now + plan.systems[system].openTime
        case (.halfOpen, .open): view.openUntil = now + plan.systems[system].openTime
        case (.open, .halfOpen):
            expect(now >= view.openUntil, "D5", "the circuit of system \(system) is tried too early")
            view.trials = 0
        case (.halfOpen, .closed): expect(view.trials > 0, "D5", "system \(system) is trusted without a trial")
        default: expect(false, "D5", "the circuit of system \(system) goes from \(view.state) to \(state)")
        }
        view.state = state
        view.mustOpen = false
        view.faultsInRow = 0
        view.lastFaulty = nil
        workers[worker]?.systems[system] = view
    }

    // MARK: Parking

    mutating func parkAsked(_ worker: Int, _ name: UInt64, _ status: Int?, _ isCompensation: Bool) {
        guard let event = workers[worker]?.live[name] else {
            expect(false, "D6", "park of an event that is not held")
            return
        }
        checkOrder(worker, event, "the parking")
        checkMayStart(worker, event, isSequel: event.parkTries == 0, "the parking")
        expect(event.isStarted, "D2", "record \(event.record) is parked before it starts")
        if event.failure != nil {
            checkEndOfCompensation(event, status, isCompensation)
        } else {
            checkFault(event, status)
            checkNothingToUndo(event)
        }
        workers[worker]?.live[name]?.isParking = true
        workers[worker]?.live[name]?.parkTries += 1
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] += 1
    }

    /// The event is at fault.
    func checkFault(_ event: LiveEvent, _ status: Int?) {
        if let status {
            let isEventFault: Bool
            if case .call(_, let step) = event.answer, case .status(status, _) = event.lastResult {
                let meaning = meaning(.status(status, retryAfter: nil), step: step)
                isEventFault =
                    meaning == .eventFault
                    || (meaning == .doubtful && event.doubtfulAnswers == Plan.doubtfulCeiling)
            } else {
                isEventFault = false
            }
            let isOwn = !event.isSplit || event.probeFault == status
            expect(isOwn, "D5", "record \(event.record) is parked for what is perhaps another's fault")
            let isParkable = isEventFault || event.probeFault == status
            expect(isParkable, "D5", "record \(event.record) is parked after \(String(describing: event.lastResult))")
        } else {
            expect(
                event.answer == .fault || event.answer == .behindParked, "D5",
                "record \(event.record) is parked without a fault")
        }
    }

    mutating func parkEnded(_ worker: Int, _ name: UInt64, _ succeeded: Bool) {
        guard let event = workers[worker]?.live[name] else {
            expect(false, "D6", "an event was released while its dead letter was being written")
            return
        }
        workers[worker]?.live[name]?.isParking = false
        workers[worker]?.live[name]?.idleSince = now
        workers[worker]?.live[name]?.isParkAcknowledged = succeeded
        if !succeeded { workers[worker]?.live[name]?.failures += 1 }
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] -= 1
    }

    // MARK: Settling

    mutating func released(_ worker: Int, _ name: UInt64, _ settled: Settled?) {
        guard let event = workers[worker]?.live.removeValue(forKey: name) else {
            expect(false, "D6", "an event is released twice")
            return
        }
        let record = event.record
        workers[worker]?.slotsInUse.remove(UInt32(truncatingIfNeeded: name))
        workers[worker]?.bufferedBytes -= plan.records[record].byteCount
        expect(
            !event.isCalling && !event.isParking && event.recording == nil, settled == .parked ? "D10" : "D4",
            "record \(record) is released while an answer is outstanding")
        let assignment = assignments[event.assignment]
        guard let settled else {
            expect(
                assignment.isDraining || assignment.isOver, "no loss",
                "record \(record) is let go without being settled")
            return
        }
        expect(!assignment.isOver, "D6", "record \(record) is settled after its partition was let go")
        expect(ahead(of: event).isEmpty, "D2", "record \(record) is settled before an earlier one of its key")
        let isEarned: Bool
        switch settled {
        case .applied: isEarned = event.answer == .done && !event.succeeded.isEmpty
        case .skipped:
            isEarned =
                event.answer == .skip || event.answer == .stale || (event.answer == .done && event.succeeded.isEmpty)
        case .parked: isEarned = event.isParkAcknowledged || event.answer == .alreadyParked
        }
        checkRecorded(event, settled)
        expect(isEarned, settled == .parked ? "D10" : "D4", "record \(record) is settled as \(settled) without cause")
        if settled == .parked { wasParked[record] = true }
        if settled == .parked, event.isParkAcknowledged, event.answer != .behindParked { wasFaulty[record] = true }
        isSettled[record] = true
        assignments[event.assignment].settled.append(record)
        assignments[event.assignment].settledSet.insert(record)
        assignments[event.assignment].settledOfKey[plan.orderKey(record), default: 0] += 1
    }
}
