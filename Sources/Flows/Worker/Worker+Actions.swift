import Delivery
import HTTPCalls
import JSON
import Kafka

/// What the core decided, done.
extension Worker {
    /// Performs all actions in order, those that follow from them included.
    func perform() {
        var index = 0
        while index < actions.count {
            let action = actions[index]
            index += 1
            perform(action)
        }
        actions.removeAll(keepingCapacity: true)
        sendCommits()
    }

    /// One request for all commits of a turn.
    private func sendCommits() {
        guard !commits.isEmpty else { return }
        consumer.commit(commits)
        commits.removeAll(keepingCapacity: true)
    }

    private func name(of partition: PartitionID) -> TopicPartition {
        consumer.partition(at: PartitionIndex(partition))
    }

    private func perform(_ action: Action) {
        switch action {
        case .prepare(let id, let step): prepare(id, from: Int(step))
        case .prepareCompensation(let id, let reason):
            core.prepared(id, runner.prepareCompensation(slots[id], reason), now: turnTime, into: &actions)
        case .takeBack(let id): slots[id].takeBack()
        case .call(let id): call(id)
        case .callBatch(let batch, let events): callBatch(batch, events)
        case .probe(let id): probe(id)
        case .park(let id, let reason): park(id, reason)
        case .record(let id, let recording): record(id, recording)
        case .release(let id, let settlement):
            slots.giveBack(id)
            records?.underWay.forget(id)
            if settlement != nil { lastSettled = turnTime }
        case .commit(let partition, let offset, let metadata):
            commits.append(OffsetCommit(name(of: partition), offset: offset, metadata: metadata))
        case .pause(let partition): consumer.pause(CollectionOfOne(name(of: partition)))
        case .resume(let partition): consumer.resume(CollectionOfOne(name(of: partition)))
        case .acknowledgeRevocation(let id): acknowledge(id)
        case .drained: isDrained = true
        case .alarm(let system, let alarm): report(alarm, of: system)
        case .circuit(let system, let state): report(state, of: system)
        case .metadataIgnored(let partition, let fault):
            logger.warning(
                "commit metadata ignored",
                metadata: ["partition": "\(name(of: partition).partition)", "reason": "\(fault)"])
        }
    }

    // MARK: - Events

    private func prepare(_ id: EventID, from step: Int) {
        // With the receipt of its last effect the event was done.
        guard slots.holds(id) else { return core.prepared(id, .done, now: turnTime, into: &actions) }
        guard let prepared = runner.prepare(slots[id], from: step) else {
            // Without what is known of effects nothing may be called; the worker ends, and the next one loads it anew.
            if let error = runner.receiptsFailure { fail(.receiptCache(error)) }
            return
        }
        core.prepared(id, prepared, now: turnTime, into: &actions)
    }

    private func call(_ id: EventID) {
        let slot = slots[id]
        let step = flow.step(of: slot)
        slot.attempts += 1
        slot.isProbe = false
        do {
            try caller.start(
                Request(
                    system: SystemIndex(rawValue: Int(step.system.index)), method: step.method, path: slot.path.bytes,
                    headers: slot.headers, body: slot.hasBody ? slot.body.bytes : nil),
                tag: id.rawValue)
        } catch {
            // Headers and path were checked when the event was prepared; what is left passes, such as memory.
            logger.error("call not started; trying again", metadata: ["step": "\(step.name)", "error": "\(error)"])
            core.finished(id, .notSent, now: turnTime, into: &actions)
        }
    }

    private func park(_ id: EventID, _ reason: ParkReason) {
        let slot = slots[id]
        slot.noteFailure()
        let fault = flow.fault(of: slot, reason)
        slot.fault = fault
        guard deadLetters.write(slot, fault: fault, tag: id.rawValue) else {
            return core.parked(id, succeeded: false, now: turnTime, into: &actions)
        }
    }

    /// Only now is the event parked (D10).
    func reportParked(_ id: EventID) {
        let slot = slots[id]
        if slot.fault?.reason == .compensation { reportHalfUndone(slot) }
        logger.notice(
            "event parked",
            metadata: [
                "partition": "\(slot.record.partition)", "offset": "\(slot.record.offset)",
                "reason": "\(slot.fault?.reason.name ?? "")", "stage": "\(slot.fault?.stage.rawValue ?? "")",
                "step": "\(slot.fault?.step ?? "")",
            ])
    }

    /// A system is left with a part of an event, and only people can tell what to do about that.
    private func reportHalfUndone(_ slot: EventSlot) {
        logger.error(
            "event parked half undone: a compensation failed; redrive it when its system takes it",
            metadata: [
                "partition": "\(slot.record.partition)", "offset": "\(slot.record.offset)",
                "step": "\(slot.fault?.step ?? "")", "undone": "\(slot.undoneSteps)", "left": "\(slot.stepsToUndo)",
            ])
    }

    // MARK: - Answers

    /// Remembers what the system answered, for the dead letter and for later steps.
    func note(_ completion: borrowing Completion, in slot: EventSlot) {
        callDurations.add(
            step: slot.isCompensating ? flow.steps.count + slot.step : slot.step, status: completion.answeredStatus,
            nanoseconds: completion.durationNanoseconds)
        guard case .answered(let status) = completion.outcome else { return slot.noteFailure() }
        tell(runner.note(status: status, body: completion.body, in: slot), of: slot)
    }

    /// What should have been remembered of an answer, and was not.
    func tell(_ problem: String?, of slot: EventSlot) {
        guard let problem else { return }
        logger.warning(
            "nothing remembered of an answer",
            metadata: ["step": "\(flow.step(of: slot).name)", "reason": "\(problem)"])
    }

    /// What the core is told.
    func outcome(of completion: borrowing Completion, step: CompiledStep) -> Outcome {
        switch completion.outcome {
        case .notSent(let reason):
            noteFault(reason, system: completion.system)
            return .notSent
        case .sentNoAnswer(let reason):
            noteFault(reason, system: completion.system)
            return .sentNoAnswer
        case .answered(let status):
            return step.outcome(status: status, retryAfterSeconds: completion.retryAfterSeconds)
        }
    }

    func noteFault(_ fault: CallFault, system: SystemIndex) {
        let name = settings.flow.systems[system.rawValue].name
        faultLog.note(fault, system: system, name: name, now: turnTime, logger: logger)
    }

    // MARK: - Telling the operator

    private func report(_ alarm: Alarm, of system: SystemID) {
        let name = settings.flow.systems[Int(system.index)].name
        switch alarm {
        case .refused(let status):
            logger.error(
                "system refuses us: its calls wait until it accepts again; check its credentials",
                metadata: ["system": "\(name)", "status": "\(status)"])
        case .redirected(let status):
            logger.error(
                "system redirects: its calls wait; check its base_url",
                metadata: ["system": "\(name)", "status": "\(status)"])
        case .cleared: logger.notice("system accepts us again", metadata: ["system": "\(name)"])
        }
    }

    private func report(_ state: CircuitState, of system: SystemID) {
        let name = settings.flow.systems[Int(system.index)].name
        switch state {
        case .open: logger.warning("circuit opened", metadata: ["system": "\(name)"])
        case .halfOpen: logger.debug("circuit half open", metadata: ["system": "\(name)"])
        case .closed: logger.notice("circuit closed", metadata: ["system": "\(name)"])
        }
    }
}

extension Completion {
    /// The status of a whole answer; 0 where there was none.
    var answeredStatus: Int {
        if case .answered(let status) = outcome { status } else { 0 }
    }
}
