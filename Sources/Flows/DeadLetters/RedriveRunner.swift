import Delivery
import HTTPCalls
import JQ
import JSON
import Kafka
import Logging
import Receipts

/// Sends dead letters through their flow again: the same compiled steps, the same delivery core and the same caller as
/// in a worker, without a consumer.
///
/// One letter of a key is under way at a time; the key's next one starts when it is settled, and none after one that
/// failed (D9). A target fault backs off as ever (D5). Like a worker it belongs to the one thread that makes it.
public final class RedriveRunner {
    /// More letters are not begun at once: each holds its event and its prepared call.
    private static let buffer = 256

    let flow: CompiledFlow
    let definition: FlowDefinition
    let runner: StepRunner
    let caller: HTTPCaller
    let logger: Logger
    private let lines: [RedrivePlan.Line]
    private var pace: Pace?

    var core: Core
    var slots = EventSlots()
    var actions: [Action] = []
    private(set) var now = Instant.now
    var batchRequests = BatchRequests()
    private var faultLog = FaultLog()

    /// How many letters of each line are settled.
    private var cursors: [Int]
    /// Lines whose next letter may start, first come first served.
    private var ready: ArraySlice<Int>
    /// Which line the events under way are of.
    private var linesUnderWay: [EventID: Int] = [:]
    private var nextOffset: Int64 = 0
    private var isDrained = false
    private var results: [RedriveResult] = []
    private var status = RedriveStatus()
    private var failure: (any Error)?
    /// Makes durable what becomes of an event that fails behind a step with an effect, before any of that is undone;
    /// told the source partition.
    public var onFailure: (EventFailure, Int32) throws -> Void = { _, _ in }
    /// Whether answers tell more of a key than those to its later events did, because they are newer.
    var isNewest = false
    private let knowledge: RedriveKnowledge?
    private let effects: EffectWriter?

    /// The core of a redrive has one partition, whose offsets number the letters in the order of their starts.
    private static let partition = PartitionID(0)

    /// - Parameters:
    ///   - lines: the keys and their letters, with their content.
    ///   - knowledge: what is recorded of effects and keys; `nil` where the flow records nothing.
    ///   - effects: writes a receipt of each effect, which counts only then; `nil`: none is written.
    ///   - pace: how fast letters start; `nil`: as fast as the systems bear.
    /// - Throws: what is wrong with the flow.
    public init(
        _ definition: FlowDefinition, lines: [RedrivePlan.Line], knowledge: RedriveKnowledge?,
        effects: EffectWriter? = nil, pace: Pace?, logger: Logger
    ) throws {
        let document = Document(limits: Limits(byteCount: definition.eventByteLimit))
        self.definition = definition
        flow = try CompiledFlow(definition, document: document)
        runner = StepRunner(flow: flow, document: document, evaluator: Evaluator(arena: document.arena))
        caller = try HTTPCaller(logger: logger)
        for system in definition.systems { _ = try caller.add(system.endpoint) }
        self.lines = lines
        self.knowledge = knowledge
        self.effects = effects
        runner.receipts = knowledge?.store
        runner.beginsAnew = true
        try knowledge?.unpark(lines.map(\.key))
        self.pace = pace
        self.logger = logger
        cursors = lines.map { _ in 0 }
        ready = ArraySlice(lines.indices)
        var configuration = definition.coreConfiguration
        configuration.batches = definition.unbatchedPolicies
        core = Core(configuration, seed: .random(in: 0 ... .max))
    }

    /// Runs until every letter is settled or its key has stopped, or until it is told to stop: then what is in flight is
    /// waited for, as long as a worker's drain would.
    ///
    /// - Parameters:
    ///   - isStopped: asked several times a second.
    ///   - onResult: told of each letter that is settled, in the order of each key, before the key's next one starts.
    ///   - onStatus: told how it goes, several times a second.
    public func run(
        isStopped: () -> Bool, onResult: (RedriveResult) throws -> Void, onStatus: (RedriveStatus) -> Void
    ) throws {
        core.assigned(RedriveRunner.partition, position: nil, now: now, into: &actions)
        var isStopping = false
        while !isDrained {
            now = .now
            if !isStopping, isStopped() || isOver {
                isStopping = true
                core.shutdown(now: now, into: &actions)
            }
            if !isStopping { startLetters() }
            core.advance(to: now, into: &actions)
            perform()
            try deliver(onResult)
            onStatus(currentStatus)
            if let failure { throw failure }
            guard !isDrained else { return }
            _ = caller.poll(
                timeoutMilliseconds: timeoutMilliseconds, also: effects.map { [$0.wakeupDescriptor] } ?? [])
            now = .now
            takeAnswers()
            try takeReceiptReports()
        }
        // What came with the last answers of a drain.
        try deliver(onResult)
    }

    private func deliver(_ onResult: (RedriveResult) throws -> Void) rethrows {
        for result in results { try onResult(result) }
        results.removeAll(keepingCapacity: true)
    }

    /// Nothing is under way, and nothing is left to start.
    private var isOver: Bool { linesUnderWay.isEmpty && ready.isEmpty }

    private var timeoutMilliseconds: Int32 {
        var deadline = core.nextDeadline ?? .distantFuture
        if let pace, !ready.isEmpty { deadline = min(deadline, pace.deadline) }
        return Int32(clamping: min(100, max(0, (deadline.nanoseconds - Instant.now.nanoseconds + 999_999) / 1_000_000)))
    }

    // MARK: - Letters

    private func startLetters() {
        while let line = ready.first, linesUnderWay.count < RedriveRunner.buffer {
            if pace?.take(now: now) == false { return }
            ready.removeFirst()
            start(line)
        }
    }

    private func start(_ line: Int) {
        let letter = lines[line].letters[cursors[line]].letter
        let id = core.fetched(
            RedriveRunner.partition, offset: nextOffset, key: UInt64(line),
            byteCount: (letter.key?.count ?? 0) + (letter.value?.count ?? 0), now: now, into: &actions)
        nextOffset += 1
        // The partition is assigned and the offset is new, so the core takes it.
        guard let id else { return }
        let slot = slots[id]
        slot.begin()
        letter.restore(into: slot.record)
        slot.evaluatedKey = lines[line].letters[cursors[line]].key.bytes
        linesUnderWay[id] = line
        status.started += 1
        perform()
    }

    private func settled(_ id: EventID, _ settlement: Settlement?) {
        guard let line = linesUnderWay.removeValue(forKey: id) else { return }
        let slot = slots[id]
        let entry = lines[line].letters[cursors[line]]
        slot.release()
        guard let settlement else { return }
        if settlement != .parked, slot.round > 0 { keepApplied(slot) }
        var result = RedriveResult(line: line, entry: entry, outcome: .applied)
        switch settlement {
        case .applied: status.applied += 1
        case .parked:
            result.outcome = .failed(flow.fault(of: slot, .malformed))
            status.failed += 1
        default:
            result.outcome = .skipped
            status.skipped += 1
        }
        result.learned = knowledge?.learned(of: entry.key)
        results.append(result)
        guard settlement != .parked else { return }
        cursors[line] += 1
        if cursors[line] < lines[line].letters.count { ready.append(line) }
    }

    // MARK: - What the core decides

    private func perform() {
        var index = 0
        while index < actions.count {
            let action = actions[index]
            index += 1
            perform(action)
        }
        actions.removeAll(keepingCapacity: true)
    }

    private func perform(_ action: Action) {
        switch action {
        case .prepare(let id, let step):
            guard let prepared = runner.prepare(slots[id], from: Int(step)) else {
                failure = failure ?? runner.receiptsFailure
                return
            }
            core.prepared(id, prepared, now: now, into: &actions)
        case .prepareCompensation(let id, let reason):
            core.prepared(id, runner.prepareCompensation(slots[id], reason), now: now, into: &actions)
        case .takeBack(let id): slots[id].takeBack()
        case .call(let id): call(id)
        case .callBatch(let batch, let events): callBatch(batch, events)
        case .probe(let id): probe(id)
        case .park(let id, let reason):
            // It lies in the dead-letter topic already, and is not written again.
            let slot = slots[id]
            slot.fault = flow.fault(of: slot, reason)
            core.parked(id, succeeded: true, now: now, into: &actions)
        case .record(let id, let recording): record(id, recording)
        case .release(let id, let settlement): settled(id, settlement)
        case .commit(let partition, let offset, _):
            core.committed(partition, offset: offset, succeeded: true, now: now, into: &actions)
        case .drained: isDrained = true
        case .alarm(let system, let alarm): note(alarm, of: system)
        case .circuit(let system, let state):
            status.circuits[definition.systems[Int(system.index)].name] = state == .closed ? nil : state
        case .pause, .resume, .acknowledgeRevocation, .metadataIgnored: break
        }
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
            logger.error("call not started; trying again", metadata: ["step": "\(step.name)", "error": "\(error)"])
            core.finished(id, .notSent, now: now, into: &actions)
        }
    }

    /// A parked event may have been called before: where the step has a probe, the system is asked first (D4).
    private func probe(_ id: EventID) {
        let slot = slots[id]
        let step = flow.steps[slot.step]
        slot.isProbe = true
        do {
            try caller.start(
                Request(
                    system: SystemIndex(rawValue: Int(step.system.index)), method: .get, path: slot.probePath.bytes),
                tag: id.rawValue)
        } catch {
            logger.error("probe not started; trying again", metadata: ["step": "\(step.name)", "error": "\(error)"])
            core.probed(id, .failed(.notSent), now: now, into: &actions)
        }
    }

    private func outcome(ofProbe status: Int, _ retryAfter: Int?, _ body: UnsafeRawBufferPointer, _ slot: EventSlot)
        -> ProbeOutcome
    {
        let judged = runner.judgeProbe(
            status: status, retryAfter: retryAfter.map { .seconds($0) }, body: body, slot)
        switch judged {
        case .hit: tell(runner.noteSuccess(status: status, body: body, in: slot), of: slot)
        case .miss: break
        case .failed, .fault: slot.noteRefusal(status: status, body: body)
        }
        return judged
    }

    /// What is recorded serves the later events of the key, and is durable before its event goes on.
    private func record(_ id: EventID, _ recording: Recording) {
        let slot = slots[id]
        do {
            switch recording {
            case .receipt:
                try knowledge?.note(slot, in: flow)
                // The failure itself tells what of it is undone: not every redrive writes receipts.
                if slot.isCompensating { try keepFailure(slot) }
            case .failure: try keepFailure(slot)
            case .parkedMark: break
            }
        } catch {
            // Nothing may be undone that is not known to have failed.
            failure = failure ?? error
            return
        }
        guard case .receipt = recording, let effects else {
            return core.recorded(id, succeeded: true, now: now, into: &actions)
        }
        var receipt = slot.receipt(of: flow.step(of: slot))
        if isNewest { receipt.offset = nil }
        guard !effects.write(receipt, partition: slot.record.partition, slot: slot, tag: id.rawValue) else { return }
        core.recorded(id, succeeded: false, now: now, into: &actions)
    }

    private func takeReceiptReports() throws(KafkaError) {
        guard let effects else { return }
        effects.collect { tag, succeeded in
            core.recorded(EventID(rawValue: tag), succeeded: succeeded, now: now, into: &actions)
        }
        perform()
        if let error = effects.fatalError() { throw error }
    }

    private func keepFailure(_ slot: EventSlot) throws {
        guard let known = slot.failure else { return }
        try onFailure(known, slot.record.partition)
        try knowledge?.take(known, partition: slot.record.partition)
    }

    /// The round that succeeded: a replay of the event has nothing left to do.
    private func keepApplied(_ slot: EventSlot) {
        guard let id = slot.failureID else { return }
        var known = EventFailure(event: id, round: slot.round, time: Timestamp.now())
        known.isApplied = true
        do {
            try onFailure(known, slot.record.partition)
        } catch {
            failure = failure ?? error
        }
    }

    private func noteAnswer(_ answer: Int, _ body: UnsafeRawBufferPointer, in slot: EventSlot) {
        tell(runner.note(status: answer, body: body, in: slot), of: slot)
    }

    func tell(_ problem: String?, of slot: EventSlot) {
        guard let problem else { return }
        logger.warning(
            "nothing remembered of an answer",
            metadata: ["step": "\(flow.step(of: slot).name)", "reason": "\(problem)"])
    }

    private func takeAnswers() {
        caller.collect { completion in
            core.honourLimit(of: completion, now: now)
            let id = EventID(rawValue: completion.tag)
            let slot = slots[id]
            let step = flow.step(of: slot)
            if let request = slot.batch { return takeBatchAnswer(completion, of: request, in: slot) }
            let outcome: Outcome
            switch completion.outcome {
            case .notSent(let fault):
                note(fault, of: completion.system)
                slot.noteFailure()
                outcome = .notSent
            case .sentNoAnswer(let fault):
                note(fault, of: completion.system)
                slot.noteFailure()
                outcome = .sentNoAnswer
            case .answered(let answer) where slot.isProbe:
                let judged = self.outcome(ofProbe: answer, completion.retryAfterSeconds, completion.body, slot)
                return core.probed(id, judged, now: now, into: &actions)
            case .answered(let answer):
                noteAnswer(answer, completion.body, in: slot)
                outcome = step.outcome(status: answer, retryAfterSeconds: completion.retryAfterSeconds)
            }
            if slot.isProbe {
                core.probed(id, .failed(outcome), now: now, into: &actions)
            } else {
                core.finished(id, outcome, now: now, into: &actions)
            }
        }
        perform()
    }

    // MARK: - How it goes

    func note(_ fault: CallFault, of system: SystemIndex) {
        let name = definition.systems[system.rawValue].name
        status.trouble[name] = "no answer: \(fault.kind.rawValue)"
        faultLog.note(fault, system: system, name: name, now: now, logger: logger)
    }

    private func note(_ alarm: Alarm, of system: SystemID) {
        let name = definition.systems[Int(system.index)].name
        switch alarm {
        case .refused(let answer): status.trouble[name] = "refuses us (\(answer)): check its credentials"
        case .redirected(let answer): status.trouble[name] = "redirects (\(answer)): check its base_url"
        case .cleared: status.trouble[name] = nil
        }
    }

    private var currentStatus: RedriveStatus {
        status.inFlight = caller.inFlight
        status.backingOff = core.status.backingOff
        return status
    }
}
