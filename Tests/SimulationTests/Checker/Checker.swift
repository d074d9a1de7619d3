/// A promise that a run broke.
struct Violation: CustomStringConvertible {
    var promise: String
    var time: Time
    var detail: String

    var description: String { "\(promise) at \(time) µs: \(detail)" }
}

/// The violations of one run.
final class Findings {
    var violations: [Violation] = []
}

/// Replays a journal and checks the delivery contract. It knows the plan and the journal only, and shares no code with
/// the module under test: what is settled, what may start, and what a restart must repeat it works out for itself.
struct Checker {
    let plan: Plan
    var now: Time = 0
    let findings = Findings()

    var workers: [Int: WorkerView] = [:]
    var assignments: [AssignmentView] = []
    var commits: [CommitView] = []
    /// The settled events, by record: some worker's core has released them as settled.
    var isSettled: [Bool]
    var hasDeadLetter: [Bool]
    var wasParked: [Bool]
    /// Parked for a fault of its own that any worker would meet.
    var wasFaulty: [Bool]
    /// Effects that the topic of receipts holds.
    var receipts: Set<Int> = []
    /// Effects that were made, whatever is recorded of them.
    var made: Set<Int> = []
    var hasMark: [Bool]
    /// Parked because it could not be undone.
    var isHalfUndone: [Bool]
    var isProduced: [Bool]
    /// The last record of each system, step and key whose effect was made for the first time.
    var lastEffect: [EffectKey: Int] = [:]
    var callCount = 0
    /// The events of the call that is being started, by name, those looked at already.
    var startedInCall: [UInt64] = []
    /// Calls that reached for the network, by any worker; records times 8 and steps.
    var called: Set<Int> = []

    struct EffectKey: Hashable {
        var system: Int
        var step: Int
        var key: Int
    }

    static func check(_ plan: Plan, _ journal: [Entry]) -> [Violation] {
        var checker = Checker(plan)
        for entry in journal {
            checker.now = entry.time
            checker.take(entry.what)
            // The first break explains the others.
            if checker.findings.violations.count > 3 { break }
        }
        return checker.findings.violations
    }

    private init(_ plan: Plan) {
        self.plan = plan
        isSettled = Array(repeating: false, count: plan.records.count)
        hasDeadLetter = isSettled
        wasParked = isSettled
        wasFaulty = isSettled
        hasMark = isSettled
        isHalfUndone = isSettled
        isProduced = isSettled
    }

    func expect(_ holds: Bool, _ promise: String, _ detail: @autoclosure () -> String) {
        if !holds { findings.violations.append(Violation(promise: promise, time: now, detail: detail())) }
    }

    private mutating func take(_ what: Happening) {
        switch what {
        case .produced(let record): isProduced[record] = true
        case .started(let worker): workers[worker] = WorkerView(plan, started: now)
        case .crashed(let worker), .drained(let worker):
            if case .drained = what { checkDrained(worker) }
            workers[worker]?.isAlive = false
        case .stalled(let worker): workers[worker]?.lastPoll = nil
        case .polled(let worker): polled(worker)
        case .turnEnded(let worker, let deadline): turnEnded(worker, deadline)
        case .shutdownAsked(let worker): shutdownAsked(worker)
        case .assigned(let worker, let partition, let commit, let tampered, let mustWarn):
            assigned(worker, partition, commit, tampered)
            let isTaken = workers[worker]?.isShuttingDown == false
            workers[worker]?.mustWarn = mustWarn && isTaken ? partition : nil
        case .metadataIgnored(let worker, let partition): metadataIgnored(worker, partition)
        case .revokeAsked(let worker, let request, let partitions, let lost):
            revokeAsked(worker, request, partitions, lost)
        case .revokeAcknowledged(let worker, let request): revokeAcknowledged(worker, request)
        case .fetched(let worker, let record, let event): fetched(worker, record, event)
        case .prepareAsked(let worker, let event, let step): prepareAsked(worker, event, step)
        case .prepared(let worker, let event, let answer): prepared(worker, event, answer)
        case .takenBack(let worker, let event): takenBack(worker, event)
        case .callStarted(let worker, let event, _): callStarted(worker, event)
        case .callEnded(let worker, let event, _, let result): callEnded(worker, event, result)
        case .batchStarted(let worker, let events, _): batchStarted(worker, events)
        case .batchEnded(let worker, let events, _, let result): batchEnded(worker, events, result)
        case .probeStarted(let worker, let event, _): probeStarted(worker, event)
        case .probeEnded(let worker, let event, _, let result): probeEnded(worker, event, result)
        case .effect(let system, let record, let step, let isFirst): effect(system, record, step, isFirst)
        case .compensationAsked(let worker, let event, let status): compensationAsked(worker, event, status)
        case .parkAsked(let worker, let event, let status, let isCompensation):
            parkAsked(worker, event, status, isCompensation)
        case .parkEnded(let worker, let event, let succeeded): parkEnded(worker, event, succeeded)
        case .deadLetter(let record): hasDeadLetter[record] = true
        case .recordAsked(let worker, let event, let step): recordAsked(worker, event, step)
        case .recordEnded(let worker, let event, let succeeded): recordEnded(worker, event, succeeded)
        case .receipt(let record, let step): receipts.insert(record * 8 + step)
        case .mark(let record): hasMark[record] = true
        case .released(let worker, let event, let settled): released(worker, event, settled)
        case .commitAsked(let worker, let partition, let offset, let length, let commit):
            commitAsked(worker, partition, offset, length, commit)
        case .commitAccepted(let commit): commitAccepted(commit)
        case .commitEnded(_, let commit, let succeeded): commitEnded(commit, succeeded)
        case .paused(let worker, let partition): workers[worker]?.paused.insert(partition)
        case .resumed(let worker, let partition): workers[worker]?.paused.remove(partition)
        case .circuit(let worker, let system, let state): circuit(worker, system, state)
        case .alarm(let worker, let system, let isRaised): workers[worker]?.systems[system].hasAlarm = isRaised
        case .ended(let alive, let committed): ended(alive, committed)
        case .misuse(let text): expect(false, "interface", text)
        }
    }

    // MARK: At the end

    /// Once nothing fails any more, everything is settled and committed: no event is lost, no partition stalls.
    private mutating func ended(_ alive: [Int], _ committed: [Int64?]) {
        for record in plan.records.indices {
            expect(isSettled[record], "no loss", "record \(record) is never settled")
            if wasParked[record] { expect(hasDeadLetter[record], "D10", "record \(record) has no dead letter") }
        }
        for partition in 0..<plan.partitionCount {
            let last = plan.records.last { $0.partition == partition }
            guard let last else { continue }
            expect(
                (committed[partition] ?? .min) > last.offset, "no stall",
                "partition \(partition) is committed to \(committed[partition] ?? -1), not beyond \(last.offset)")
        }
        expect(!alive.isEmpty, "no stall", "no worker is left")
        checkUndone()
    }

    /// The first time that an idempotent system makes the changes of a key, it makes them in order (D2, end to end).
    private mutating func effect(_ system: Int, _ record: Int, _ step: Int, _ isFirst: Bool) {
        made.insert(record * 8 + step)
        expect(
            isFirst || !plan.isProbed(step: step), "D4",
            "the effect of step \(step) of record \(record) is made twice at a system that is asked first")
        guard plan.systems[system].isIdempotent, isFirst else { return }
        let key = EffectKey(system: system, step: step, key: plan.orderKey(record))
        if let last = lastEffect[key] {
            expect(
                plan.records[last].offset < plan.records[record].offset || wasParked[record] || isDoubtful(record),
                "D2", "the effect of record \(record) is made after that of record \(last) of the same key")
        }
        if !isDoubtful(record) { lastEffect[key] = record }
    }

    /// May be parked by one worker and applied by the next.
    func isDoubtful(_ record: Int) -> Bool {
        if case .doubtful = plan.records[record].kind { true } else { false }
    }
}
