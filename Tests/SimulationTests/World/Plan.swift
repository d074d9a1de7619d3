import Delivery

/// What a record of the topic asks for, and how systems answer it when they are well.
enum RecordKind: Equatable {
    case normal
    /// Settled by rule without a call.
    case skip
    /// A fault that is found when step `step` is prepared.
    case mappingFault(step: Int)
    /// The system answers step `step` with this status, always.
    case rejected(step: Int, status: Int)
    /// The system answers step `step` with the doubtful status this many times, then well.
    case doubtful(step: Int, times: Int)
    /// The system fails with 500 at step `step` of this one event until everything is healed.
    case stubborn(step: Int)
}

struct PlannedRecord {
    var partition: Int
    var offset: Int64
    var key: Int
    var time: Time
    var kind: RecordKind
    /// Which steps' conditions hold.
    var steps: [Bool]
    var byteCount: Int
    /// Of what is told of the key; `nil` where the flow has no versions.
    var version: Int?
    /// What becomes of undoing what its steps did.
    var undoing = Undoing.works
}

enum Undoing: Equatable {
    case works
    /// The system answers each compensation with this status, always.
    case rejected(status: Int)
    /// A fault that is found when a compensation is prepared.
    case mappingFault
}

enum OutageMode: Equatable {
    case status(Int, retryAfter: Time?)
    case hang(applies: Bool)
    case applyThenDrop
    case answerLate
    case refuseConnection
    case slow
}

enum Fault: Equatable {
    case crash(worker: Int, at: Time, afterActions: Int)
    case stop(worker: Int, at: Time)
    case start(at: Time)
    case stall(worker: Int, at: Time, duration: Time)
    /// The group goes on without the worker, which lives and hears of it later.
    case expel(worker: Int, at: Time)
    case outage(system: Int, from: Time, to: Time, OutageMode)
    case deadLetterOutage(from: Time, to: Time)
    case recordOutage(from: Time, to: Time)
    case commitTrouble(from: Time, to: Time, CommitTrouble)
    case tamper(partition: Int, at: Time, Tampering)
}

enum CommitTrouble: Equatable {
    /// Refused by the broker.
    case refused
    /// Never arrives.
    case lost
    /// Takes effect, but the answer is a failure.
    case failedAnswer
    /// Takes effect, but no answer comes.
    case noAnswer
}

/// What is done to the metadata that the broker keeps.
enum Tampering: Equatable {
    case foreign, otherVersion, damaged, emptied, otherOffset
}

struct PlannedSystem {
    var concurrency: Int
    var isIdempotent: Bool
    var failureThreshold: Int
    var openTime: Time
    /// `concurrency` is the ceiling of what the core finds out.
    var isAdaptive = false
    /// Calls that may start in a second, if that is limited, and those at once after a pause.
    var rate: (perSecond: Int, burst: Int)?

    /// What comes in a microsecond, in millionths of a call.
    var slack: Int { rate?.perSecond ?? 0 }
}

/// Everything about one simulation that is decided before it runs, drawn from the seed.
struct Plan {
    var seed: UInt64
    var order: Order
    var partitionCount: Int
    var isCooperative: Bool
    var workerCount: Int
    var systems: [PlannedSystem]
    /// The system that each step calls.
    var steps: [Int]
    var bufferEvents: Int
    var bufferBytes: Int
    var batch: Int
    /// Time between two batches.
    var fetchPause: Time
    var metadataLimit: Int
    var backgroundFaultPercent: Int
    /// Answers that come a second time, after the worker has taken the first.
    var repeatedAnswerPercent: Int
    /// Writes to the topic of receipts that fail, beside those of a background fault or an outage.
    var recordFaultPercent = 0
    /// When a worker stops waiting for a system. Longer than a drain, for some.
    var callTimeout: Time
    /// Whether effects and parked keys are recorded.
    var keepsReceipts = false
    /// The system that each step's compensation calls; `nil`: the step is not undone.
    var compensations: [Int?] = []
    /// Systems without idempotency keys are asked before a call is repeated; `nil`: no probes in this world.
    var probing: Probing?
    /// By step: which are sent several events in one call; empty in most worlds.
    var batches: [PlannedBatch?] = []
    var records: [PlannedRecord]
    var faults: [Fault]
    /// From here on nothing fails any more.
    var healed: Time

    static let doubtfulStatus = 409
    static let doubtfulCeiling = 3
    static let backOffInitial: Time = 5_000
    static let backOffMaximum: Time = 300_000
    static let commitInterval: Time = 40_000
    static let commitTimeout: Time = 120_000
    static let commitRetry: Time = 20_000
    static let drainTimeout: Time = 300_000
    static let sessionTimeout: Time = 900_000
    static let retryAfterCeiling: Time = 400_000
    static let maximumOpenTime: Time = 500_000
    static let maximumPollInterval: Time = 250_000

    /// - Parameter order: `nil` draws one.
    init(seed: UInt64, order: Order? = nil) {
        // A die of its own, so that a seed tells the same story under each order.
        var orderDice = Dice(seed: seed ^ 0x0DE2)
        self.order = order ?? orderDice.pick([.key, .key, .partition, .none])
        var dice = Dice(seed: seed)
        self.seed = seed
        partitionCount = dice.roll(1...4)
        isCooperative = dice.chance(50)
        workerCount = dice.roll(1...3)
        let systemCount = dice.roll(1...3)
        systems = (0..<systemCount).map { _ in
            PlannedSystem(
                concurrency: dice.pick([1, 2, 4, 8]), isIdempotent: dice.chance(70),
                failureThreshold: dice.roll(2...6), openTime: dice.roll(20...80) * 1_000)
        }
        steps = (0..<dice.roll(1...3)).map { _ in dice.roll(0...systemCount - 1) }
        bufferEvents = dice.pick([4, 10, 30, 200])
        bufferBytes = dice.pick([400, 2_000, 100_000])
        batch = dice.roll(1...12)
        fetchPause = dice.pick([300, 300, 10_000])
        // Room for a handful of runs, for some, and for everything.
        metadataLimit = dice.pick([24, 30, 48, 4096, 4096])
        backgroundFaultPercent = dice.pick([0, 0, 2, 10])
        repeatedAnswerPercent = dice.pick([0, 0, 5, 30])
        callTimeout = dice.pick([200_000, 200_000, 600_000])
        healed = dice.roll(1...4) * 1_000_000
        records = []
        faults = []
        records = Plan.drawRecords(&dice, self)
        faults = dice.chance(25) ? Plan.drawUnrest(&dice, self) : Plan.drawFaults(&dice, self)
        keepsReceipts = dice.chance(60)
        if keepsReceipts { drawReceipts(&dice) }
        drawLimits()
        drawProbing()
        drawBatches()
        drawCompensations()
        drawFollowing()
    }

    /// What stands beside the step's own number for its compensation, in calls, effects and receipts.
    static let undo = 4
    /// Stands for the decision that an event failed.
    static let failure = 7

    /// The system that a step calls, or a compensation.
    func system(of step: Int) -> Int? {
        if step < steps.count { return steps[step] }
        let undone = step - Plan.undo
        return compensations.indices.contains(undone) ? compensations[undone] : nil
    }

    /// In 30 of 100 seeds; from dice of their own.
    private mutating func drawCompensations() {
        var dice = Dice(seed: seed ^ 0x5A6A_5A6A)
        guard keepsReceipts, dice.chance(50) else { return }
        compensations = steps.map { step in dice.chance(80) ? dice.pick([step, step, 0]) : nil }
        for index in records.indices {
            if records[index].kind == .normal, dice.chance(30) {
                let step = dice.roll(0...steps.count - 1)
                records[index].kind =
                    dice.chance(50) ? .mappingFault(step: step) : .rejected(step: step, status: dice.pick([409, 422]))
            }
            switch dice.roll(0...9) {
            case 0: records[index].undoing = .rejected(status: dice.pick([404, 409, 422]))
            case 1: records[index].undoing = .mappingFault
            default: break
            }
        }
    }

    private mutating func drawReceipts(_ dice: inout Dice) {
        for _ in 0..<dice.roll(0...2) {
            let time = dice.roll(0...healed)
            faults.append(.recordOutage(from: time, to: min(healed, time + dice.roll(10...800) * 1_000)))
        }
        // What is the newest applied so far means nothing without an order.
        guard dice.chance(50), keepsOrder else { return }
        // Mostly newer than before, at times late.
        for index in records.indices {
            records[index].version = max(0, index - (dice.chance(25) ? dice.roll(0...20) : 0))
        }
    }

    /// Whether keys have an order, and with it marks of parked events (D9) and versions (D13).
    var keepsOrder: Bool { order != .none }

    /// What a record is ordered by, as the contract tells it: equal for two records of which one waits for the other.
    func orderKey(_ record: Int) -> Int {
        switch order {
        case .key: records[record].key
        case .partition: records[record].partition
        case .none: record
        }
    }

    /// From dice of their own, so that the rest of a seed's world does not depend on them.
    private mutating func drawLimits() {
        var dice = Dice(seed: seed ^ 0x6c69_6d69_7473)
        for index in systems.indices {
            systems[index].isAdaptive = dice.chance(30)
            if dice.chance(30) { systems[index].rate = (dice.pick([20, 60, 300, 2_000]), dice.pick([1, 1, 3, 10])) }
        }
    }

    private static func drawRecords(_ dice: inout Dice, _ plan: Plan) -> [PlannedRecord] {
        let count = dice.roll(5...70)
        let keys = dice.pick([1, 3, 10, 40])
        let plain = dice.chance(40)
        let gapPercent = dice.pick([0, 0, 20, 80])
        var next = (0..<plan.partitionCount).map { _ in Int64(dice.roll(0...1_000)) }
        var time = 0
        return (0..<count).map { _ in
            let key = dice.roll(0...keys - 1)
            let partition = key % plan.partitionCount
            if dice.chance(gapPercent) { next[partition] += Int64(dice.pick([1, 2, 5, 300, 1_000_000])) }
            let offset = next[partition]
            next[partition] += 1
            if dice.chance(50) { time += dice.roll(0...plan.healed / max(1, count)) }
            return PlannedRecord(
                partition: partition, offset: offset, key: key, time: time,
                kind: plain ? .normal : drawKind(&dice, plan), steps: plan.steps.map { _ in dice.chance(80) },
                byteCount: dice.roll(10...200))
        }
    }

    private static func drawKind(_ dice: inout Dice, _ plan: Plan) -> RecordKind {
        let step = dice.roll(0...plan.steps.count - 1)
        switch dice.roll(0...19) {
        case 0: return .skip
        case 1: return .mappingFault(step: step)
        case 2, 3: return .rejected(step: step, status: dice.pick([400, 404, 409, 410, 413, 422, 418]))
        case 4, 5: return .doubtful(step: step, times: dice.roll(1...5))
        case 6: return .stubborn(step: step)
        default: return .normal
        }
    }

    private static func drawFaults(_ dice: inout Dice, _ plan: Plan) -> [Fault] {
        (0..<dice.roll(0...8)).map { _ in
            let time = dice.roll(0...plan.healed)
            let end = min(plan.healed, time + dice.roll(10...1_500) * 1_000)
            let worker = dice.roll(0...3)
            switch dice.roll(0...13) {
            case 0, 1: return .crash(worker: worker, at: time, afterActions: dice.roll(0...12))
            case 2: return .stop(worker: worker, at: time)
            case 3, 4: return .start(at: time)
            case 5: return .stall(worker: worker, at: time, duration: dice.roll(50...1_500) * 1_000)
            case 12, 13: return .expel(worker: worker, at: time)
            case 6, 7, 8:
                return .outage(
                    system: dice.roll(0...plan.systems.count - 1), from: time, to: end, drawMode(&dice))
            case 9: return .deadLetterOutage(from: time, to: end)
            case 10:
                return .commitTrouble(
                    from: time, to: end, dice.pick([.refused, .lost, .failedAnswer, .noAnswer]))
            default:
                return .tamper(
                    partition: dice.roll(0...plan.partitionCount - 1), at: time,
                    dice.pick([.foreign, .otherVersion, .damaged, .emptied, .otherOffset]))
            }
        }
    }

    /// A world in which some systems honour no idempotency key, and their calls come late, but not later than a bound.
    struct Probing {
        var startWindow: Int
        /// A call may take effect this long after the worker gave it up.
        var lateness: Time
        /// After an assignment: what a former owner that does not know of its loss yet may still start.
        static let unawareness: Time = 500_000
        /// Longer pauses of a whole worker are beyond what probes promise.
        static let longestStall: Time = 400_000

        init(_ dice: inout Dice) {
            startWindow = dice.pick([1, 3, 8, 40, 10_000])
            lateness = dice.pick([0, 20_000, 100_000])
        }
    }

    /// Whether calls of the step are asked about.
    func isProbed(step: Int) -> Bool {
        step < steps.count && probing != nil && !systems[steps[step]].isIdempotent
    }

    /// No probe is sent so early that an effect may still come.
    var settleAfter: Time {
        callTimeout + (probing?.lateness ?? 0) + Probing.unawareness
    }

    /// Turns the plan into one with probes; drawn apart, so that the other plans are what they were.
    private mutating func drawProbing() {
        var dice = Dice(seed: seed ^ 0x09A0_BE00)
        guard dice.chance(30) else { return }
        probing = Probing(&dice)
        for system in systems.indices { systems[system].isIdempotent = dice.chance(20) }
        for case (let index, .stall(let worker, let at, let duration)) in zip(faults.indices, faults) {
            faults[index] = .stall(worker: worker, at: at, duration: min(duration, Probing.longestStall))
        }
    }

    /// Many restarts and rebalances in a row, with one system slow all the while, and metadata tampered with between.
    private static func drawUnrest(_ dice: inout Dice, _ plan: Plan) -> [Fault] {
        var faults: [Fault] = []
        var time = dice.roll(50...500) * 1_000
        let system = dice.roll(0...plan.systems.count - 1)
        for _ in 0..<dice.roll(3...10) where time < plan.healed {
            let worker = dice.roll(0...3)
            switch dice.roll(0...9) {
            case 0...4: faults.append(.crash(worker: worker, at: time, afterActions: dice.roll(0...12)))
            case 5, 6: faults.append(.stop(worker: worker, at: time))
            default: faults.append(.expel(worker: worker, at: time))
            }
            faults.append(.start(at: time + dice.roll(1...60) * 1_000))
            if dice.chance(40) {
                faults.append(
                    .tamper(
                        partition: dice.roll(0...plan.partitionCount - 1), at: time,
                        dice.pick([.foreign, .otherVersion, .damaged, .emptied, .otherOffset])))
            }
            time += dice.roll(80...700) * 1_000
        }
        let mode: OutageMode = dice.chance(50) ? .slow : .hang(applies: true)
        faults.append(.outage(system: system, from: dice.roll(0...300_000), to: min(time, plan.healed), mode))
        return faults
    }

    private static func drawMode(_ dice: inout Dice) -> OutageMode {
        switch dice.roll(0...9) {
        case 0: return .hang(applies: dice.chance(50))
        case 1: return .applyThenDrop
        case 2: return .answerLate
        case 3: return .refuseConnection
        case 4: return .slow
        case 5: return .status(dice.pick([401, 403]), retryAfter: nil)
        case 6: return .status(dice.pick([302, 308]), retryAfter: nil)
        case 7: return .status(dice.pick([429, 503]), retryAfter: dice.roll(1...600) * 1_000)
        default: return .status(dice.pick([408, 425, 429, 500, 502, 503, 504, 599, 100]), retryAfter: nil)
        }
    }
}
