/// The simulated systems: how a request is answered, and what takes effect.
struct Systems {
    /// What becomes of a request that arrived.
    struct Answer {
        var result: CallResult
        var delay: Time
        var applies: Bool
        /// The effect comes this long after the request, answered or not.
        var effectDelay: Time = 0
    }

    let plan: Plan
    private var applied: [Set<Int>]
    private var doubtfulAnswers: [Int: Int] = [:]

    init(_ plan: Plan) {
        self.plan = plan
        applied = plan.systems.map { _ in [] }
    }

    /// True when the connection is refused at this time.
    func refuses(_ system: Int, _ now: Time) -> Bool {
        mode(system, now) == .refuseConnection
    }

    /// Whether an outage is what a request meets now.
    func isUnwell(_ system: Int, _ now: Time) -> Bool {
        switch mode(system, now) {
        case nil, .slow, .answerLate: false
        default: true
        }
    }

    private func mode(_ system: Int, _ now: Time) -> OutageMode? {
        for case .outage(let outageSystem, let from, let to, let mode) in plan.faults
        where outageSystem == system && from <= now && now < to { return mode }
        return nil
    }

    /// How the system answers a request. In a world with probes an error says nothing about the effect, and what gets no
    /// answer may take effect after the worker has given it up.
    mutating func answer(system: Int, record: Int, step: Int, now: Time, dice: inout Dice) -> Answer {
        var answer = plainAnswer(system: system, record: record, step: step, now: now, dice: &dice)
        guard let probing = plan.probing else { return answer }
        switch answer.result {
        case .notSent: break
        case .noAnswer: answer.effectDelay = dice.roll(0...answer.delay + probing.lateness)
        case .status(let status, _):
            if answer.delay > plan.callTimeout { answer.effectDelay = dice.roll(0...answer.delay) }
            if status >= 300, mode(system, now) != nil, dice.chance(20) { answer.applies = true }
        }
        return answer
    }

    /// How the system answers the question whether a call took effect: with what it holds at that moment, where it
    /// answers at all.
    func probe(system: Int, record: Int, step: Int, now: Time, dice: inout Dice) -> (ProbeResult, delay: Time) {
        let quick = dice.roll(200...12_000)
        if now < plan.healed, dice.chance(plan.backgroundFaultPercent) { return (.failed(.noAnswer), quick) }
        switch mode(system, now) {
        case .status(let status, let retryAfter): return (.failed(.status(status, retryAfter: retryAfter)), quick)
        case .hang, .answerLate: return (.failed(.noAnswer), plan.callTimeout)
        case .applyThenDrop: return (.failed(.noAnswer), quick)
        case .refuseConnection: return (.failed(.notSent), quick)
        case .slow: return (found(system, record, step), dice.roll(20_000...plan.callTimeout - 10_000))
        case nil: return (found(system, record, step), quick)
        }
    }

    private func found(_ system: Int, _ record: Int, _ step: Int) -> ProbeResult {
        if applied[system].contains(record * 8 + step) { return .hit }
        // The systems have two ways to say no, and some refuse what they are asked for.
        if case .rejected(step, let status) = plan.records[record].kind, status != 404, record % 3 == 0 {
            return .failed(.status(status, retryAfter: nil))
        }
        return record % 2 == 0 ? .miss : .failed(.status(404, retryAfter: nil))
    }

    private mutating func plainAnswer(system: Int, record: Int, step: Int, now: Time, dice: inout Dice) -> Answer {
        let quick = dice.roll(200...12_000)
        if now < plan.healed, dice.chance(plan.backgroundFaultPercent) {
            return Answer(
                result: dice.chance(50) ? .status(503, retryAfter: nil) : .noAnswer, delay: quick,
                applies: dice.chance(30))
        }
        switch mode(system, now) {
        case .status(let status, let retryAfter):
            return Answer(result: .status(status, retryAfter: retryAfter), delay: quick, applies: false)
        case .hang(let applies):
            return Answer(result: .noAnswer, delay: plan.callTimeout, applies: applies)
        case .applyThenDrop:
            return Answer(result: .noAnswer, delay: quick, applies: true)
        case .refuseConnection:
            return Answer(result: .notSent, delay: quick, applies: false)
        case .answerLate:
            var late = healthy(record, step, quick, now)
            late.delay += plan.callTimeout
            return late
        case .slow:
            var slow = healthy(record, step, quick, now)
            slow.delay = dice.roll(20_000...plan.callTimeout - 10_000)
            return slow
        case nil:
            return healthy(record, step, quick, now)
        }
    }

    private mutating func healthy(_ record: Int, _ step: Int, _ delay: Time, _ now: Time) -> Answer {
        if step >= Plan.undo, case .rejected(let status) = plan.records[record].undoing {
            return Answer(result: .status(status, retryAfter: nil), delay: delay, applies: false)
        }
        switch plan.records[record].kind {
        case .rejected(step, let status):
            return Answer(result: .status(status, retryAfter: nil), delay: delay, applies: false)
        case .doubtful(step, let times):
            let count = doubtfulAnswers[record, default: 0]
            guard count < times else { break }
            doubtfulAnswers[record] = count + 1
            return Answer(result: .status(Plan.doubtfulStatus, retryAfter: nil), delay: delay, applies: false)
        case .stubborn(step) where now < plan.healed:
            return Answer(result: .status(500, retryAfter: nil), delay: delay, applies: false)
        default: break
        }
        return Answer(result: .status(200, retryAfter: nil), delay: delay, applies: true)
    }

    /// Makes the change, unless the system knows the idempotency key. True when it was made.
    mutating func apply(system: Int, record: Int, step: Int) -> Bool {
        let isNew = applied[system].insert(record * 8 + step).inserted
        return isNew || !plan.systems[system].isIdempotent
    }
}
