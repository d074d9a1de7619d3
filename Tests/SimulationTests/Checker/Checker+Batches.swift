/// Calls with several events: what holds of a call holds of each of them, and the call is one for its system.
extension Checker {
    mutating func batchStarted(_ worker: Int, _ names: [UInt64]) {
        guard let first = names.first, let leader = workers[worker]?.live[first],
            case .call(let system, let step) = leader.answer
        else {
            expect(false, "batches", "a batch of events that are not prepared")
            return
        }
        guard let batch = plan.batch(of: step) else {
            expect(false, "batches", "step \(step) is not sent in batches")
            return
        }
        checkSystem(worker, system, leader.record)
        workers[worker]?.systems[system].inFlight += 1
        expect(names.count <= batch.items, "batches", "\(names.count) events in a call of \(batch.items) at most")
        let bytes = names.reduce(0) { $0 + (workers[worker]?.live[$1]?.preparedBytes ?? 0) }
        expect(
            bytes <= batch.bytes || names.count == 1, "batches",
            "\(bytes) bytes in a call of \(batch.bytes) at most")
        startedInCall = []
        for name in names {
            startItem(worker, name)
            startedInCall.append(name)
            guard let event = workers[worker]?.live[name] else { continue }
            if case .call(system, step) = event.answer {
            } else {
                expect(false, "batches", "record \(event.record) is in a batch of another step")
            }
            expect(
                names.count <= event.batchLimit, "batches",
                "record \(event.record) is in a batch of \(names.count) after one that failed: "
                    + "\(event.batchLimit) at most")
        }
    }

    mutating func batchEnded(_ worker: Int, _ names: [UInt64], _ result: BatchResult) {
        guard let leader = workers[worker]?.live[names[0]], case .call(let system, let step) = leader.answer else {
            expect(false, "D6", "an event was released while its batch was in flight")
            return
        }
        workers[worker]?.systems[system].inFlight -= 1
        switch result {
        case .whole(let whole):
            let meaning = meaning(whole, step: step)
            let isSplit = names.count > 1 && (meaning == .eventFault || meaning == .doubtful)
            for name in names {
                endItem(worker, name, whole, isSplit: isSplit)
                if names.count > 1, mustSplit(whole, meaning) {
                    workers[worker]?.live[name]?.batchLimit = names.count / 2
                }
            }
            noteHealth(worker, system, names[0], meaning, whole)
        case .items(let results):
            let told = names.indices.map { results[$0] ?? .noAnswer }
            for (name, own) in zip(names, told) { endItem(worker, name, own, isSplit: false) }
            let (telling, meaning) = health(told, step)
            noteHealth(worker, system, names[0], meaning, telling)
        }
    }

    /// A failure that the batch may have brought about itself.
    private func mustSplit(_ result: CallResult, _ meaning: Meaning) -> Bool {
        switch (meaning, result) {
        case (.eventFault, _), (.doubtful, _), (_, .noAnswer): true
        case (.targetFault, .status(let status, _)): ![425, 429, 502, 503].contains(status)
        default: false
        }
    }

    /// A system that dealt with one of the events is well.
    private func health(_ results: [CallResult], _ step: Int) -> (CallResult, Meaning) {
        let all = results.map { ($0, meaning($0, step: step)) }
        return all.first { $0.1 == .success } ?? all.first { $0.1 == .eventFault || $0.1 == .doubtful } ?? all[0]
    }

    /// An event may wait for others to be sent with it, but not for long.
    func mayLinger(_ event: LiveEvent, _ view: WorkerView) -> Bool {
        guard case .call(_, let step) = event.answer, let batch = plan.batch(of: step) else { return false }
        guard event.failures > 0 else { return now - event.idleSince <= batch.linger }
        // It waits for others when it has waited for its system.
        let wait = Plan.backOffMaximum + Plan.retryAfterCeiling + batch.linger
        return now - event.idleSince <= wait || now - view.resumedAt <= batch.linger
    }

    /// Nothing waits for others for longer than it should while its system has a slot. A backed-off event's time to
    /// wait is not known here, nor is the limit of a system that is found out.
    func checkLinger(_ worker: Int, _ view: WorkerView) {
        guard !plan.batches.isEmpty else { return }
        for event in view.live.values where !assignments[event.assignment].isOver {
            guard case .call(let system, let step) = event.answer, let batch = plan.batch(of: step) else { continue }
            let state = view.systems[system]
            guard !event.isCalling, !event.isParking, event.recording == nil, event.failures == 0,
                !event.succeeded.contains(step), event.probeFault == nil, !plan.isProbed(step: step),
                !plan.systems[system].isAdaptive,
                state.inFlight < plan.systems[system].concurrency, state.state == .closed, !state.mustOpen,
                state.postponedUntil < now, mayCall(state, plan.systems[system])
            else { continue }
            if case .status(let status, _)? = event.lastResult, !event.isSplit, status >= 300 { continue }
            expect(
                now - event.idleSince < max(1, batch.linger), "batches",
                "record \(event.record) waits for others since \(event.idleSince) while a slot is free")
        }
    }
}
