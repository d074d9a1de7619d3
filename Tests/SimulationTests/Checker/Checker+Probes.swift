/// Probes: a call that may be a repetition is preceded by a question (D4).
extension Checker {
    /// Called before by anybody, with an end that is not "not sent", means: asked since, and answered with no.
    mutating func checkAsked(_ event: LiveEvent, _ step: Int) {
        guard plan.isProbed(step: step) else { return }
        let number = event.record * 8 + step
        expect(
            event.isMissed || !called.contains(number) || event.lastResult == .notSent, "D4",
            "step \(step) of record \(event.record) is called again without a question")
        called.insert(number)
    }

    mutating func probeStarted(_ worker: Int, _ name: UInt64) {
        guard let event = workers[worker]?.live[name] else {
            expect(false, "D6", "probe for an event that is not held")
            return
        }
        guard case .call(let system, let step) = event.answer else {
            expect(false, "D3", "probe for record \(event.record), which is not prepared for a call")
            return
        }
        expect(plan.isProbed(step: step), "D4", "step \(step) has no probe")
        expect(!event.isMissed, "D4", "record \(event.record) is asked about again after an answer")
        checkOrder(worker, event, "the probe")
        checkMayStart(worker, event, isSequel: !event.succeeded.isEmpty, "the probe")
        checkSettled(event)
        checkSystem(worker, system, event.record)
        workers[worker]?.live[name]?.isCalling = true
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] += 1
        workers[worker]?.systems[system].inFlight += 1
    }

    /// No question while the effect may still come.
    private func checkSettled(_ event: LiveEvent) {
        expect(
            now - assignments[event.assignment].startedAt >= plan.settleAfter || event.lastResult != nil, "D4",
            "record \(event.record) is asked about too early after the assignment")
        if event.lastResult == .noAnswer {
            expect(
                now - (event.isUncounted ? event.calledAt : event.idleSince) >= plan.settleAfter || event.failures > 1,
                "D4",
                "record \(event.record) is asked about too early after its call")
        }
    }

    mutating func probeEnded(_ worker: Int, _ name: UInt64, _ result: ProbeResult) {
        guard let event = workers[worker]?.live[name], case .call(let system, let step) = event.answer else {
            expect(false, "D6", "an event was released while its probe was in flight")
            return
        }
        workers[worker]?.live[name]?.isCalling = false
        workers[worker]?.live[name]?.idleSince = now
        workers[worker]?.busyKeys[plan.orderKey(event.record), default: 0] -= 1
        workers[worker]?.systems[system].inFlight -= 1
        let answer: CallResult
        switch result {
        case .hit:
            workers[worker]?.live[name]?.succeeded.insert(step)
            answer = .status(200, retryAfter: nil)
        case .miss:
            workers[worker]?.live[name]?.isMissed = true
            answer = .status(200, retryAfter: nil)
        case .failed(let failure): answer = failure
        }
        // No step declares its probe's statuses doubtful.
        var meaning = meaning(answer, step: step)
        if meaning == .doubtful { meaning = .eventFault }
        switch (meaning, answer) {
        case (.eventFault, .status(404, _)): workers[worker]?.live[name]?.isMissed = true
        case (.eventFault, .status(let status, _)): workers[worker]?.live[name]?.probeFault = status
        case (.success, _): break
        default: workers[worker]?.live[name]?.failures += 1
        }
        noteHealth(worker, system, name, meaning, answer)
    }

    /// An event may wait although nothing is in flight: for the end of the time in which effects may still come, or
    /// for the commit that moves the window.
    func mayWaitToProbe(_ event: LiveEvent) -> Bool {
        guard let probing = plan.probing, plan.systems.contains(where: { !$0.isIdempotent }) else { return false }
        let assignment = assignments[event.assignment]
        let wait = plan.settleAfter + Plan.backOffMaximum + Plan.retryAfterCeiling
        let isSettling = now - max(assignment.startedAt, event.idleSince) <= wait
        let first = plan.records.first { $0.partition == assignment.partition }?.offset ?? 0
        let base = max(assignment.confirmed, first)
        let isBehindWindow =
            !event.isStarted && plan.records[event.record].offset - base >= Int64(probing.startWindow)
        return isSettling || isBehindWindow
    }
}
