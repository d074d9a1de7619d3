/// The simulated systems: how a request is answered, and what takes effect.
struct Systems {
    /// What becomes of a request that arrived.
    struct Answer {
        var result: CallResult
        var delay: Time
        var applies: Bool
    }

    private let plan: Plan
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

    private func mode(_ system: Int, _ now: Time) -> OutageMode? {
        for case .outage(let outageSystem, let from, let to, let mode) in plan.faults
        where outageSystem == system && from <= now && now < to { return mode }
        return nil
    }

    mutating func answer(system: Int, record: Int, step: Int, now: Time, dice: inout Dice) -> Answer {
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
