import Delivery

/// A step of a plan whose events are sent several in one call.
struct PlannedBatch: Equatable {
    var items: Int
    var bytes: Int
    var linger: Time
    /// The system takes all or none, and answers for all at once.
    var isAtomic: Bool
    /// Events that the system's answer says nothing of, in 100.
    var silentPercent: Int
    /// Events that the system has no room for although it answers, in 100.
    var faultPercent: Int
}

extension Plan {
    /// Drawn apart, so that the other plans are what they were.
    mutating func drawBatches() {
        var dice = Dice(seed: seed ^ 0xBA7C_4E50)
        guard dice.chance(25) else { return }
        batches = steps.map { _ in
            guard dice.chance(75) else { return nil }
            return PlannedBatch(
                items: dice.pick([1, 2, 3, 8, 100]), bytes: dice.pick([60, 300, 1 << 20]),
                linger: dice.pick([0, 2_000, 20_000]), isAtomic: dice.chance(30),
                silentPercent: dice.pick([0, 0, 5, 20]), faultPercent: dice.pick([0, 0, 5]))
        }
    }

    func batch(of step: Int) -> PlannedBatch? {
        step < batches.count ? batches[step] : nil
    }
}

/// What the simulated network told a worker about a call with several events.
enum BatchResult: Equatable {
    case whole(CallResult)
    /// In the order of the call; `nil`: no word of this one.
    case items([CallResult?])
}

extension Systems {
    /// What becomes of a call with several events that arrived.
    struct BatchAnswer {
        var result: BatchResult
        var delay: Time
        /// Of each event: when its effect comes, if it does.
        var effects: [Time?]
    }

    mutating func answer(
        batch: PlannedBatch, system: Int, records: [Int], step: Int, now: Time, dice: inout Dice
    ) -> BatchAnswer {
        var answers = records.map { answer(system: system, record: $0, step: step, now: now, dice: &dice) }
        let delay = answers[0].delay
        // What ails the system ails the call; of a call that got no answer a part may have taken effect.
        if isUnwell(system, now) || answers[0].result == .noAnswer {
            return BatchAnswer(
                result: .whole(answers[0].result), delay: delay,
                effects: answers.map { $0.applies ? min($0.effectDelay, answers[0].effectDelay) : nil })
        }
        if batch.isAtomic, let fault = answers.first(where: { $0.result != .status(200, retryAfter: nil) }) {
            let told: CallResult = fault.result == .noAnswer ? .status(500, retryAfter: nil) : fault.result
            return BatchAnswer(result: .whole(told), delay: delay, effects: records.map { _ in nil })
        }
        if batch.isAtomic {
            return BatchAnswer(
                result: .whole(.status(200, retryAfter: nil)), delay: delay, effects: answers.map(\.effectDelay))
        }
        let isHealed = now >= plan.healed
        let results = answers.indices.map { index -> CallResult? in
            if !isHealed, dice.chance(batch.faultPercent) {
                answers[index].applies = false
                return .status(dice.pick([429, 500, 503, 401]), retryAfter: nil)
            }
            if answers[index].result == .noAnswer { return nil }
            if !isHealed, dice.chance(batch.silentPercent) {
                answers[index].applies = answers[index].applies && dice.chance(50)
                return nil
            }
            return answers[index].result
        }
        return BatchAnswer(
            result: .items(results), delay: delay, effects: answers.map { $0.applies ? $0.effectDelay : nil })
    }
}

// MARK: The world

extension World {
    func startBatch(_ call: Call, _ batch: PlannedBatch) {
        let number = add(call)
        log(.batchStarted(worker: call.worker, events: call.items.map(\.event), call: number))
        if systems.refuses(call.system, now) {
            later(dice.roll(100...3_000), .batchAnswered(call: number, .whole(.notSent)))
        } else {
            later(dice.roll(100...3_000), .callArrives(call: number))
        }
    }

    func arrive(batch number: Int, _ batch: PlannedBatch) {
        let call = calls[number]
        var answer = systems.answer(
            batch: batch, system: call.system, records: call.items.map(\.record), step: call.step, now: now,
            dice: &dice)
        for (item, delay) in answer.effects.enumerated() {
            guard let delay else { continue }
            if delay == 0 {
                takeEffect(number, item: item)
            } else {
                later(delay, .effectComes(call: number, item: item))
            }
        }
        let timeout = call.started + plan.callTimeout
        if now + answer.delay >= timeout { (answer.result, answer.delay) = (.whole(.noAnswer), timeout - now) }
        later(answer.delay, .batchAnswered(call: number, answer.result))
    }
}

// MARK: The shell

extension Worker {
    func callBatch(_ batch: BatchID, _ events: [EventID]) {
        var items: [(event: UInt64, record: Int)] = []
        var call: (system: Int, step: Int)?
        for event in events {
            guard let content = content(event, "call") else { return }
            if let call, let other = content.call, call != other {
                world.log(.misuse("a batch of several steps"))
            }
            call = content.call
            items.append((event.rawValue, content.record))
        }
        guard let call, let first = items.first, let planned = world.plan.batch(of: call.step) else {
            world.log(.misuse("a batch of events that are not prepared for one"))
            return
        }
        world.startBatch(
            .init(
                worker: index, event: first.event, system: call.system, record: first.record, step: call.step,
                started: world.now, items: items, batch: batch), planned)
    }

    func batchOutcome(_ result: BatchResult) -> BatchOutcome {
        switch result {
        case .whole(let result): .whole(outcome(result))
        case .items(let results): .items(results.map { $0.map(outcome) })
        }
    }
}
