import Delivery
import HTTPCalls
import JSON

/// One event's way through a delivery core of its own, from its record to where it ends, in virtual time.
struct EventLife {
    /// The time that an answer takes.
    private static let latency = Duration.milliseconds(10)
    /// More turns than any event takes that ends.
    private static let turnLimit = 100_000
    private static let partition = PartitionID(0)

    private let flow: CompiledFlow
    private let runner: StepRunner
    private let slot: EventSlot
    private let timeouts: [Duration]
    private let answers: [String: [GoldenCase.Answer]]
    /// The case's time, in milliseconds since 1970.
    private let wallClock: Int64

    private var core: Core
    private var actions: [Action] = []
    private var now = Instant.zero
    private var answeredAt: Instant?
    private var attempts: [String: Int] = [:]
    private var isOver = false
    private(set) var result = GoldenRun()

    init(
        definition: FlowDefinition, flow: CompiledFlow, runner: StepRunner, slot: EventSlot, golden: GoldenCase
    ) {
        self.flow = flow
        self.runner = runner
        self.slot = slot
        wallClock = golden.now
        answers = Dictionary(golden.answers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        timeouts = definition.systems.map { .milliseconds($0.endpoint.timeoutMilliseconds) }
        var configuration = definition.coreConfiguration
        // One event: no need for the tables of ten thousand.
        configuration.buffer.events = 4
        // Nobody has sent its calls before, and nothing is left without an answer but what the case says.
        configuration.probes = []
        configuration.batches = definition.unbatchedPolicies
        core = Core(configuration, seed: 1)
    }

    mutating func run(_ meter: inout CoverageMeter) {
        core.assigned(EventLife.partition, position: nil, now: now, into: &actions)
        _ = core.fetched(
            EventLife.partition, offset: 0, key: 0, byteCount: slot.record.byteCount, now: now, into: &actions)
        for _ in 0..<EventLife.turnLimit {
            perform(&meter)
            guard !isOver, let deadline = core.nextDeadline else { break }
            now = max(now, deadline)
            core.advance(to: now, into: &actions)
        }
        noteUnusedAnswers()
    }

    private mutating func perform(_ meter: inout CoverageMeter) {
        var index = 0
        while index < actions.count, !isOver {
            let action = actions[index]
            index += 1
            switch action {
            case .prepare(let id, let step):
                let before = meter.before(slot)
                guard let prepared = runner.prepare(slot, from: Int(step)) else { break }
                meter.note(slot, since: before)
                core.prepared(id, prepared, now: now, into: &actions)
            case .prepareCompensation(let id, let reason):
                core.prepared(id, runner.prepareCompensation(slot, reason), now: now, into: &actions)
            case .takeBack: slot.takeBack()
            case .call(let id): call(id, nil, &meter)
            case .callBatch(let batch, let events): call(events[0], batch, &meter)
            case .record(let id, _): core.recorded(id, succeeded: true, now: now, into: &actions)
            case .park(let id, let reason):
                result.fault = flow.fault(of: slot, reason)
                result.status = slot.lastStatus
                core.parked(id, succeeded: true, now: now, into: &actions)
            case .release(_, let settlement): end(settlement)
            case .commit(let partition, let offset, _):
                core.committed(partition, offset: offset, succeeded: true, now: now, into: &actions)
            default: break
            }
        }
        actions.removeAll(keepingCapacity: true)
    }

    private mutating func end(_ settlement: Settlement?) {
        isOver = true
        switch settlement {
        case .applied: result.outcome = .applied
        case .skipped: result.outcome = .skipped
        case .parked: result.outcome = .parked
        case nil: result.outcome = .waiting
        }
    }

    // MARK: - Calls

    /// - Parameter batch: a call that might have had more events than this one.
    private mutating func call(_ id: EventID, _ batch: BatchID?, _ meter: inout CoverageMeter) {
        let step = flow.step(of: slot)
        let attempt = attempts[step.name, default: 0]
        let given = answers[step.name]
        guard given.map({ attempt < $0.count }) ?? true else {
            isOver = true
            return
        }
        attempts[step.name] = attempt + 1
        meter.noteCall(in: slot)
        slot.attempts += 1
        guard let batch else {
            record(step)
            let outcome = take(given?[attempt] ?? .answered(GoldenCase.Reply()), step)
            answeredAt = now
            return core.finished(id, outcome, now: now, into: &actions)
        }
        let outcome = takeBatch(given?[attempt], step)
        answeredAt = now
        core.finished(batch, outcome, now: now, into: &actions)
    }

    private mutating func takeBatch(_ given: GoldenCase.Answer?, _ step: CompiledStep) -> BatchOutcome {
        let request = BatchRequest()
        do {
            try runner.batchWriter.write([slot], of: step, to: request)
        } catch {
            slot.fault = error
            return .whole(.answered(status: 422, retryAfter: nil))
        }
        result.calls.append(
            GoldenRun.Call(
                step: step.name, method: "\(step.method)", path: request.path.text, headers: request.headers.fields,
                body: Array(request.body.bytes), wait: answeredAt.map { now - $0 } ?? .zero))
        // A status alone is the event's.
        guard let given, case .answered(let reply) = given, reply.body.bytes != GoldenCase.Reply().body.bytes else {
            return .whole(take(given ?? .answered(GoldenCase.Reply()), step))
        }
        now = now + EventLife.latency
        return reply.body.bytes.withUnsafeBytes { body in
            runner.judgeBatch(
                status: reply.status, retryAfterSeconds: reply.retryAfterSeconds(now: wallClock / 1_000), body: body,
                [slot]
            ) { _, _ in }.outcome
        }
    }

    private mutating func record(_ step: CompiledStep) {
        result.calls.append(
            GoldenRun.Call(
                step: step.name, method: "\(step.method)", path: slot.path.text,
                headers: slot.headers.fields, body: slot.hasBody ? Array(slot.body.bytes) : nil,
                wait: answeredAt.map { now - $0 } ?? .zero))
    }

    /// What comes of an answer, and the time that it takes.
    private mutating func take(_ answer: GoldenCase.Answer, _ step: CompiledStep) -> Outcome {
        switch answer {
        case .refused:
            slot.noteFailure()
            return .notSent
        case .timeout:
            now = now + timeouts[Int(step.system.index)]
            slot.noteFailure()
            return .sentNoAnswer
        case .answered(let reply):
            now = now + EventLife.latency
            reply.body.bytes.withUnsafeBytes { _ = runner.note(status: reply.status, body: $0, in: slot) }
            return step.outcome(
                status: reply.status, retryAfterSeconds: reply.retryAfterSeconds(now: wallClock / 1_000))
        }
    }

    private mutating func noteUnusedAnswers() {
        for step in flow.steps + flow.steps.compactMap(\.onFailure) {
            let used = attempts[step.name, default: 0]
            for position in used..<max(used, answers[step.name]?.count ?? 0) {
                result.unusedAnswers.append((step.name, position))
            }
        }
    }
}

extension GoldenCase.Reply {
    /// What the answer's headers ask for, read as a worker reads them.
    fileprivate func retryAfterSeconds(now: Int64) -> Int? {
        RetryAfter.seconds(status: status, now: { now }) { name in
            headers.last { $0.name.lowercased() == name.lowercased() }?.value
        }
    }
}
