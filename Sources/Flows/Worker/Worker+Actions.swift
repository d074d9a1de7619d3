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
        case .call(let id): call(id)
        case .park(let id, let reason): park(id, reason)
        case .release(let id, let settlement):
            slots[id].record.clear()
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
        let slot = slots[id]
        let prepared: Prepared
        switch runner.next(from: step, for: slot) {
        case .call(let system, let step):
            prepared = .call(system, step: Int32(step), byteCount: slot.requestByteCount)
        case .done: prepared = .done
        case .skip: prepared = .settled(.skipped)
        case .fault(let reason):
            slot.noteFailure()
            prepared = .fault(reason)
        }
        core.prepared(id, prepared, now: turnTime, into: &actions)
    }

    private func call(_ id: EventID) {
        let slot = slots[id]
        let step = flow.steps[slot.step]
        slot.attempts += 1
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
        let fault = slot.fault ?? rejection(of: slot, reason)
        slot.fault = fault
        guard deadLetters.write(slot, fault: fault, tag: id.rawValue) else {
            return core.parked(id, succeeded: false, now: turnTime, into: &actions)
        }
    }

    /// Only now is the event parked (D10).
    func reportParked(_ id: EventID) {
        let slot = slots[id]
        logger.notice(
            "event parked",
            metadata: [
                "partition": "\(slot.record.partition)", "offset": "\(slot.record.offset)",
                "reason": "\(slot.fault?.reason.name ?? "")", "stage": "\(slot.fault?.stage.rawValue ?? "")",
                "step": "\(slot.fault?.step ?? "")",
            ])
    }

    private func rejection(of slot: EventSlot, _ reason: ParkReason) -> EventFault {
        let step = flow.steps[slot.step]
        return EventFault(
            reason: reason, stage: .taskPut, step: step.name,
            message: "\(step.call) was answered with status \(slot.lastStatus)")
    }

    // MARK: - Answers

    /// Remembers what the system answered, for the dead letter and for the log.
    func note(_ completion: borrowing Completion, in slot: EventSlot) {
        guard case .answered(let status) = completion.outcome else { return slot.noteFailure() }
        guard !flow.steps[slot.step].isSuccess(status) else { return }
        slot.noteFailure()
        slot.lastStatus = status
        slot.lastAnswer.removeAll()
        slot.lastAnswer.append(UnsafeRawBufferPointer(rebasing: completion.body.prefix(DeadLetterHeaders.bodyLimit)))
    }

    /// What the core is told. Of an answer it knows 2xx as success and the rest as faults, so the statuses that a step
    /// declares to be success are told as 200, and a 2xx that it does not declare as a rejection.
    func outcome(of completion: borrowing Completion, step: CompiledStep) -> Outcome {
        switch completion.outcome {
        case .notSent(let reason):
            noteFault(reason, system: completion.system)
            return .notSent
        case .sentNoAnswer(let reason):
            noteFault(reason, system: completion.system)
            return .sentNoAnswer
        case .answered(let status):
            if step.isSuccess(status) { return .answered(status: 200, retryAfter: nil) }
            if (200..<300).contains(status) { return .answered(status: 422, retryAfter: nil) }
            return .answered(status: status, retryAfter: completion.retryAfterSeconds.map { .seconds($0) })
        }
    }

    private func noteFault(_ fault: CallFault, system: SystemIndex) {
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
