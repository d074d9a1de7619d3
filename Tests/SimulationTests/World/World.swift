import Delivery

/// One simulation: the broker, the systems and the workers on a virtual clock. Everything comes from the plan's seed.
final class World {
    struct Call {
        var worker: Int
        var event: UInt64
        var system: Int
        var record: Int
        var step: Int
        var started: Time
        var isProbe = false
        /// Of a call with several events: all of them.
        var items: [(event: UInt64, record: Int)] = []
        var batch: BatchID?
    }

    struct Commit {
        var worker: Int
        var member: Int?
        var partition: Int
        var offset: Int64
        var metadata: String
        var trouble: CommitTrouble?
    }

    let plan: Plan
    /// The topic of receipts.
    var receipts: ReceiptTopic
    var dice: Dice
    var now: Time = 0
    private var agenda = Agenda()
    private(set) var journal: [Entry] = []
    /// Hashes of the states that the workers' cores were in; `nil` where nobody asks.
    var sketches: Set<Int>?
    private(set) var broker: Broker
    var systems: Systems
    private var workers: [Worker] = []
    private(set) var calls: [Call] = []
    private var commits: [Commit] = []
    var recordWrites: [RecordWrite] = []
    /// The records of each partition, in order.
    private let topic: [[Int]]
    private var produced: [Int]
    private var isSettled: [Bool]
    private var unsettledCount: Int
    private var lastDelivery: [Int: Time] = [:]

    init(_ plan: Plan) {
        self.plan = plan
        dice = Dice(seed: plan.seed ^ 0x5EED)
        broker = Broker(plan)
        systems = Systems(plan)
        receipts = ReceiptTopic(plan)
        topic = (0..<plan.partitionCount).map { partition in
            plan.records.indices.filter { plan.records[$0].partition == partition }
        }
        produced = Array(repeating: 0, count: plan.partitionCount)
        isSettled = Array(repeating: false, count: plan.records.count)
        unsettledCount = plan.records.count
        journal.reserveCapacity(64 * plan.records.count + 1_000)
    }

    func log(_ what: Happening) {
        journal.append(Entry(time: now, what: what))
    }

    func later(_ delay: Time, _ what: Upcoming) {
        agenda.add(now + delay, what)
    }

    // MARK: Running

    /// Runs until everything is settled and committed, or long after the last fault.
    func run() -> [Entry] {
        for record in plan.records.indices { agenda.add(plan.records[record].time, .produce(record: record)) }
        for (index, fault) in plan.faults.enumerated() { agenda.add(time(of: fault), .fault(index)) }
        for _ in 0..<plan.workerCount { agenda.add(dice.roll(0...50_000), .start) }
        agenda.add(plan.healed, .start)
        let end = plan.healed + 20_000_000
        while let (time, what) = agenda.next(), time <= end {
            now = time
            handle(what)
            if journal.count > 100_000 {
                log(.misuse("the simulation runs away"))
                break
            }
            if unsettledCount == 0, now > plan.healed, isCommitted, workers.allSatisfy(\.isIdle) { break }
        }
        for worker in workers where worker.isAlive { worker.reportRest() }
        log(
            .ended(
                alive: workers.filter(\.isAlive).map(\.index), committed: broker.committed.map { $0?.offset }))
        return journal
    }

    private var isCommitted: Bool {
        topic.indices.allSatisfy { partition in
            guard let last = topic[partition].last else { return true }
            guard let committed = broker.committed[partition] else { return false }
            return committed.offset > plan.records[last].offset
        }
    }

    private func time(of fault: Fault) -> Time {
        switch fault {
        case .crash(_, let at, _), .stop(_, let at), .start(let at), .stall(_, let at, _), .tamper(_, let at, _),
            .expel(_, let at):
            at
        case .outage(_, let from, _, _), .deadLetterOutage(let from, _), .recordOutage(let from, _),
            .commitTrouble(let from, _, _):
            from
        }
    }

    private func handle(_ what: Upcoming) {
        switch what {
        case .produce(let record): produce(record)
        case .fault(let index): inflict(plan.faults[index])
        case .start: start()
        case .turn(let worker, let ticket): workers[worker].turn(ticket)
        case .callArrives(let call): arrive(call)
        case .callAnswered(let call, let result):
            workers[calls[call].worker].receive(.call(call, calls[call].event, result))
            if dice.chance(plan.repeatedAnswerPercent) {
                later(dice.roll(400...30_000), .callRepeated(call: call, result))
            }
        case .callRepeated(let call, let result):
            workers[calls[call].worker].receive(.repeated(calls[call].event, result))
        case .probeAnswered(let call, let result):
            workers[calls[call].worker].receive(.probe(call, calls[call].event, result))
            if dice.chance(plan.repeatedAnswerPercent) {
                later(dice.roll(400...30_000), .probeRepeated(call: call, result))
            }
        case .probeRepeated(let call, let result):
            workers[calls[call].worker].receive(.repeatedProbe(calls[call].event, result))
        case .effectComes(let call, let item): takeEffect(call, item: item)
        case .batchAnswered(let call, let result):
            workers[calls[call].worker].receive(.batch(call, result))
            if dice.chance(plan.repeatedAnswerPercent) {
                later(dice.roll(400...30_000), .batchRepeated(call: call, result))
            }
        case .batchRepeated(let call, let result):
            workers[calls[call].worker].receive(.repeatedBatch(call, result))
        case .parkAnswered(let worker, let event, let succeeded):
            workers[worker].receive(.park(event, succeeded))
        case .recordArrives(let write): arrive(write: write)
        case .recordAnswered(let worker, let event, let succeeded):
            workers[worker].receive(.record(event, succeeded))
        case .commitArrives(let commit): arrive(commit: commit)
        case .commitAnswered(let commit, let succeeded):
            workers[commits[commit].worker].receive(
                .commit(commit, commits[commit].partition, commits[commit].offset, succeeded))
        case .deliver(let worker, let message): workers[worker].receive(.message(message))
        case .sessionExpires(let worker):
            if !workers[worker].isAlive || workers[worker].stalledUntil > now { evict(worker) }
        case .revocationOverdue(let worker, let request):
            if broker.isOpen(request) { evict(worker) }
        }
    }

    // MARK: Records and faults

    private func produce(_ record: Int) {
        log(.produced(record: record))
        let partition = plan.records[record].partition
        produced[partition] += 1
        for worker in workers where worker.isAlive && worker.fetches(partition) { worker.wake(in: 100) }
    }

    /// The records of a partition that exist by now.
    func records(of partition: Int) -> ArraySlice<Int> {
        topic[partition].prefix(produced[partition])
    }

    private func inflict(_ fault: Fault) {
        let alive = workers.filter(\.isAlive)
        switch fault {
        case .crash(let worker, _, let afterActions):
            if !alive.isEmpty { alive[worker % alive.count].crash(afterActions: afterActions) }
        case .stop(let worker, _):
            if !alive.isEmpty { alive[worker % alive.count].stop() }
        case .stall(let worker, _, let duration):
            guard !alive.isEmpty else { return }
            alive[worker % alive.count].stall(duration)
            if duration > Plan.sessionTimeout {
                later(Plan.sessionTimeout, .sessionExpires(worker: alive[worker % alive.count].index))
            }
        case .expel(let worker, _):
            if !alive.isEmpty { evict(alive[worker % alive.count].index) }
        case .start: start()
        case .tamper(let partition, _, let tampering): broker.tamper(partition, tampering)
        case .outage, .deadLetterOutage, .recordOutage, .commitTrouble: break
        }
    }

    private func start() {
        // Enough have come, unless nobody is left, or soon will be: the one that comes at the healing always does.
        guard workers.count < 12 || now >= plan.healed || !workers.contains(where: \.isAlive) else { return }
        let worker = Worker(index: workers.count, world: self)
        workers.append(worker)
        log(.started(worker: worker.index))
        worker.wake(in: 0)
        join(worker)
    }

    // MARK: The group

    func join(_ worker: Worker) {
        worker.member = broker.join(worker: worker.index, salt: dice.roll(0...7))
        reconcile()
    }

    func leave(_ worker: Worker) {
        guard let member = worker.member else { return }
        worker.member = nil
        broker.remove(member, salt: dice.roll(0...7))
        reconcile()
    }

    /// The committed position, as a worker reads it.
    func position(of partition: Int) -> Broker.Committed? {
        broker.position(of: partition)
    }

    func acknowledge(_ request: Int) {
        broker.acknowledge(request)
        reconcile()
    }

    private func evict(_ index: Int) {
        let worker = workers[index]
        guard worker.member != nil else { return }
        leave(worker)
        guard worker.isAlive else { return }
        tell(index, .lost, delay: max(0, worker.stalledUntil - now) + dice.roll(1_000...80_000))
    }

    func died(_ worker: Worker) {
        later(dice.chance(30) ? 1_000 : Plan.sessionTimeout, .sessionExpires(worker: worker.index))
    }

    private func reconcile() {
        for (worker, message) in broker.reconcile() {
            tell(worker, message, delay: dice.roll(500...5_000))
            if case .revoked(let request, _) = message {
                later(Plan.sessionTimeout, .revocationOverdue(worker: worker, request: request))
            }
        }
    }

    /// Messages to one worker arrive in order.
    private func tell(_ worker: Int, _ message: Message, delay: Time) {
        let time = max(now + delay, lastDelivery[worker, default: 0] + 1)
        lastDelivery[worker] = time
        agenda.add(time, .deliver(worker: worker, message))
    }

    // MARK: Calls

    func add(_ call: Call) -> Int {
        calls.append(call)
        return calls.count - 1
    }

    func startCall(_ call: Call) {
        let number = add(call)
        if call.isProbe {
            log(.probeStarted(worker: call.worker, event: call.event, call: number))
        } else {
            log(.callStarted(worker: call.worker, event: call.event, call: number))
        }
        if systems.refuses(call.system, now) {
            let delay = dice.roll(100...3_000)
            later(
                delay,
                call.isProbe
                    ? .probeAnswered(call: number, .failed(.notSent)) : .callAnswered(call: number, .notSent))
        } else {
            later(dice.roll(100...3_000), .callArrives(call: number))
        }
    }

    private func arrive(_ number: Int) {
        let call = calls[number]
        guard !call.isProbe else { return arrive(probe: number) }
        if call.batch != nil, let batch = plan.batch(of: call.step) { return arrive(batch: number, batch) }
        var answer = systems.answer(
            system: call.system, record: call.record, step: call.step, now: now, dice: &dice)
        if answer.applies {
            if answer.effectDelay == 0 {
                takeEffect(number, item: 0)
            } else {
                later(answer.effectDelay, .effectComes(call: number, item: 0))
            }
        }
        let timeout = call.started + plan.callTimeout
        if now + answer.delay >= timeout { answer = .init(result: .noAnswer, delay: timeout - now, applies: false) }
        later(answer.delay, .callAnswered(call: number, answer.result))
    }

    func takeEffect(_ number: Int, item: Int) {
        let call = calls[number]
        let record = call.items.isEmpty ? call.record : call.items[item].record
        let isFirst = systems.apply(system: call.system, record: record, step: call.step)
        log(.effect(system: call.system, record: record, step: call.step, isFirst: isFirst))
    }

    private func arrive(probe number: Int) {
        let call = calls[number]
        var (result, delay) = systems.probe(
            system: call.system, record: call.record, step: call.step, now: now, dice: &dice)
        let timeout = call.started + plan.callTimeout
        if now + delay >= timeout { (result, delay) = (.failed(.noAnswer), timeout - now) }
        later(delay, .probeAnswered(call: number, result))
    }

    // MARK: Dead letters

    func startPark(_ worker: Int, _ event: UInt64, record: Int) {
        var isOut = now < plan.healed && dice.chance(plan.backgroundFaultPercent)
        for case .deadLetterOutage(let from, let to) in plan.faults where from <= now && now < to { isOut = true }
        // A write that failed may have taken place.
        if !isOut || dice.chance(30) { log(.deadLetter(record: record)) }
        later(dice.roll(300...6_000), .parkAnswered(worker: worker, event: event, succeeded: !isOut))
    }

    // MARK: Commits

    func startCommit(_ worker: Worker, partition: Int, offset: Int64, metadata: String) {
        var trouble: CommitTrouble?
        for case .commitTrouble(let from, let to, let kind) in plan.faults where from <= now && now < to {
            trouble = kind
        }
        let number = commits.count
        commits.append(
            Commit(
                worker: worker.index, member: worker.member, partition: partition, offset: offset, metadata: metadata,
                trouble: trouble))
        log(
            .commitAsked(
                worker: worker.index, partition: partition, offset: offset, metadataLength: metadata.utf8.count,
                commit: number))
        // One connection: commits of a worker arrive in order.
        worker.lastCommitArrival = max(now + dice.roll(100...4_000), worker.lastCommitArrival + 1)
        if trouble != .lost { agenda.add(worker.lastCommitArrival, .commitArrives(commit: number)) }
    }

    private func arrive(commit number: Int) {
        let commit = commits[number]
        var succeeded = false
        if commit.trouble != .refused, broker.owns(commit.member, commit.partition) {
            broker.accept(
                partition: commit.partition, offset: commit.offset, metadata: commit.metadata, commit: number)
            log(.commitAccepted(commit: number))
            succeeded = commit.trouble != .failedAnswer
        }
        if commit.trouble != .noAnswer {
            later(dice.roll(100...4_000), .commitAnswered(commit: number, succeeded: succeeded))
        }
    }

    func settled(_ record: Int) {
        guard !isSettled[record] else { return }
        isSettled[record] = true
        unsettledCount -= 1
    }
}
