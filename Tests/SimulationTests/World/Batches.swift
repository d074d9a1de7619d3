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
    /// The system makes the effects of a call in order, and of a key none behind one that it did not make.
    var takesSameKey = false
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

    /// In 15 of 100 seeds: a flow of one step, whose calls may carry several events of a key. Drawn apart as well.
    mutating func drawFollowing() {
        var dice = Dice(seed: seed ^ 0xF011_0117)
        guard dice.chance(15) else { return }
        steps = [steps[0]]
        compensations = []
        batches = [
            PlannedBatch(
                items: dice.pick([2, 3, 8, 100]), bytes: dice.pick([100, 300, 1 << 20]),
                linger: dice.pick([0, 2_000, 20_000]), isAtomic: dice.chance(30),
                silentPercent: dice.pick([0, 5, 20, 40]), faultPercent: dice.pick([0, 0, 5]), takesSameKey: true)
        ]
        if probing != nil, dice.chance(75) {
            // Where all is asked about, each event goes alone.
            probing?.startWindow = dice.pick([8, 20, 40])
            probing?.lateness = 100_000
        }
        // Drains, while several events of a key are under way. A crash that waits for its worker's next actions could take
        // the last worker after the healing.
        if dice.chance(50) {
            faults.removeAll { if case .crash = $0 { true } else { false } }
            for _ in 0..<dice.roll(2...8) {
                let time = dice.roll(0...max(0, healed - 900_000))
                faults.append(.stop(worker: dice.roll(0...3), at: time))
                faults.append(.start(at: time + dice.roll(1...60) * 1_000))
            }
        }
        // One of several receipts that are written side by side fails now and then.
        recordFaultPercent = dice.pick([0, 20, 40])
        let isOneKey = dice.chance(50)
        for index in records.indices {
            if isOneKey { records[index].key = records[index].partition }
            records[index].steps = [dice.chance(90)]
            records[index].version = nil
            switch records[index].kind {
            case .mappingFault(1...), .rejected(1..., _), .doubtful(1..., _), .stubborn(1...):
                records[index].kind = .normal
            default: break
            }
        }
    }

    /// Whether a call may carry several events of a key.
    var followsInBatches: Bool { batches.contains { $0?.takesSameKey == true } }

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
            let whole = answers[0]
            for index in answers.indices {
                answers[index].effectDelay = min(answers[index].effectDelay, whole.effectDelay)
            }
            if batch.takesSameKey { _ = keepOrder(&answers, of: records) }
            return BatchAnswer(
                result: .whole(whole.result), delay: delay, effects: answers.map { $0.applies ? $0.effectDelay : nil })
        }
        if batch.isAtomic, let fault = answers.first(where: { $0.result != .status(200, retryAfter: nil) }) {
            let told: CallResult = fault.result == .noAnswer ? .status(500, retryAfter: nil) : fault.result
            return BatchAnswer(result: .whole(told), delay: delay, effects: records.map { _ in nil })
        }
        if batch.isAtomic {
            if batch.takesSameKey { _ = keepOrder(&answers, of: records) }
            return BatchAnswer(
                result: .whole(.status(200, retryAfter: nil)), delay: delay, effects: answers.map(\.effectDelay))
        }
        let isHealed = now >= plan.healed
        var results = answers.indices.map { index -> CallResult? in
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
        if batch.takesSameKey {
            for index in keepOrder(&answers, of: records) {
                results[index] = dice.pick([nil, .status(424, retryAfter: nil), .status(500, retryAfter: nil)])
            }
        }
        return BatchAnswer(
            result: .items(results), delay: delay, effects: answers.map { $0.applies ? $0.effectDelay : nil })
    }

    /// Of each key the effects come in order, and none behind one that does not. Returns those that are left out for
    /// that reason.
    private func keepOrder(_ answers: inout [Answer], of records: [Int]) -> [Int] {
        var last: [Int: (applies: Bool, delay: Time)] = [:]
        var leftOut: [Int] = []
        for (index, record) in records.enumerated() {
            let key = plan.orderKey(record)
            if let last = last[key] {
                if !last.applies {
                    answers[index].applies = false
                    leftOut.append(index)
                }
                answers[index].effectDelay = max(answers[index].effectDelay, last.delay)
            }
            last[key] = (answers[index].applies, answers[index].effectDelay)
        }
        return leftOut
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
