import Delivery

/// A worker process: the real core under a simulated shell.
final class Worker {
    enum Input {
        case message(Message)
        case call(Int, UInt64, CallResult)
        /// An answer that was given before: it must change nothing.
        case repeated(UInt64, CallResult)
        case probe(Int, UInt64, ProbeResult)
        case repeatedProbe(UInt64, ProbeResult)
        case batch(Int, BatchResult)
        case repeatedBatch(Int, BatchResult)
        case park(UInt64, Bool)
        case record(UInt64, Bool)
        case commit(Int, Int, Int64, Bool)
    }

    struct Content {
        var event: UInt64
        var record: Int
        var call: (system: Int, step: Int)?
        /// What is being recorded, and in which assignment.
        var writes: [ReceiptTopic.Write] = []
        var assignment = 0
        /// What is to be undone of it.
        var failure: ReceiptTopic.Failure?
    }

    let index: Int
    unowned let world: World
    private var core: Core
    private var actions: [Action] = []
    private var inbox: [Input] = []
    var slots: [Content?] = []
    /// What is known of each assigned partition's effects and keys.
    var known: [Int: (assignment: Int, view: ReceiptTopic.View)] = [:]
    private var assignments = 0
    /// Where each assigned partition is read, and whether fetching is paused.
    private(set) var reading: [Int: (next: Int, isPaused: Bool)] = [:]
    var member: Int?
    private(set) var isAlive = true
    private(set) var stalledUntil: Time = 0
    var lastCommitArrival: Time = 0
    private var actionsToLive: Int?
    private var isStopping = false
    private var losses = 0
    private var ticket = 0
    private var wakesAt: Time?

    init(index: Int, world: World) {
        self.index = index
        self.world = world
        core = Core(Worker.compensating(world.plan), seed: world.plan.seed &+ UInt64(index))
    }

    private var now: Instant { Instant(nanoseconds: Int64(world.now) * 1_000) }

    static func configuration(_ plan: Plan) -> CoreConfiguration {
        func duration(_ time: Time) -> Duration { .microseconds(time) }
        var configuration = CoreConfiguration(
            systems: plan.systems.map { system in
                SystemLimits(
                    concurrency: system.isAdaptive
                        ? .adaptive(ceiling: system.concurrency) : .fixed(system.concurrency),
                    rate: system.rate.map { RateLimit(perSecond: Double($0.perSecond), burst: Double($0.burst)) },
                    circuit: CircuitLimits(
                        failureThreshold: system.failureThreshold, openTime: duration(system.openTime),
                        maximumOpenTime: duration(Plan.maximumOpenTime)),
                    retryAfterCeiling: duration(Plan.retryAfterCeiling))
            },
            retryPolicies: plan.steps.enumerated().map { step, _ in
                let isDoubtful = plan.records.contains {
                    if case .doubtful(step, _) = $0.kind { true } else { false }
                }
                return isDoubtful
                    ? RetryPolicy(statuses: [Plan.doubtfulStatus], attempts: Plan.doubtfulCeiling) : RetryPolicy()
            },
            order: plan.order,
            probes: plan.steps.indices.map { step in
                plan.isProbed(step: step) ? ProbePolicy(settleAfter: duration(plan.settleAfter)) : nil
            },
            startWindow: plan.probing?.startWindow ?? 10_000,
            backOff: BackOff(initial: duration(Plan.backOffInitial), maximum: duration(Plan.backOffMaximum)),
            buffer: BufferLimits(events: plan.bufferEvents, bytes: plan.bufferBytes),
            commitInterval: duration(Plan.commitInterval),
            commitTimeout: duration(Plan.commitTimeout),
            commitRetryInterval: duration(Plan.commitRetry),
            drainTimeout: duration(Plan.drainTimeout),
            metadataByteLimit: plan.metadataLimit,
            records: plan.keepsReceipts
        )
        configuration.batches = plan.batches.map { batch in
            batch.map {
                BatchPolicy(
                    items: $0.items, bytes: $0.bytes, linger: duration($0.linger), takesSameKey: $0.takesSameKey)
            }
        }
        return configuration
    }

    private static func compensating(_ plan: Plan) -> CoreConfiguration {
        var configuration = configuration(plan)
        configuration.compensations = plan.compensations.map { $0.map { _ in RetryPolicy() } }
        return configuration
    }

    func take(_ prepared: Prepared, for event: EventID) {
        core.prepared(event, prepared, now: now, into: &actions)
    }

    // MARK: From the world

    func fetches(_ partition: Int) -> Bool {
        reading[partition].map { !$0.isPaused } ?? false
    }

    func receive(_ input: Input) {
        guard isAlive else { return }
        inbox.append(input)
        wake(in: world.dice.roll(0...300))
    }

    func crash(afterActions count: Int) {
        actionsToLive = count
        wake(in: 0)
        if count == 0 { die() }
    }

    func stop() {
        guard !isStopping else { return }
        isStopping = true
        wake(in: 0)
    }

    func stall(_ duration: Time) {
        stalledUntil = world.now + duration
        world.log(.stalled(worker: index))
        wake(in: duration)
    }

    func wake(in delay: Time) {
        let time = max(world.now + delay, stalledUntil)
        if let wakesAt, wakesAt <= time, wakesAt >= stalledUntil { return }
        wakesAt = time
        ticket += 1
        world.later(time - world.now, .turn(worker: index, ticket: ticket))
    }

    private func die() {
        guard isAlive else { return }
        isAlive = false
        world.log(.crashed(worker: index))
        world.died(self)
    }

    // MARK: A turn of the loop

    func turn(_ ticket: Int) {
        guard isAlive, ticket == self.ticket else { return }
        guard world.now >= stalledUntil else { return }
        wakesAt = nil
        world.log(.polled(worker: index))
        if isStopping, !core.status.isShuttingDown {
            world.log(.shutdownAsked(worker: index))
            core.shutdown(now: now, into: &actions)
            perform()
        }
        let inputs = inbox
        inbox.removeAll(keepingCapacity: true)
        for input in inputs where isAlive {
            take(input)
            perform()
        }
        guard isAlive else { return }
        core.advance(to: now, into: &actions)
        perform()
        sketch()
        let hasMore = isAlive && fetch()
        guard isAlive else { return }
        endTurn(hasMore)
    }

    private func sketch() {
        guard world.sketches != nil else { return }
        let plan = world.plan
        world.sketches?.insert(
            StateSketch(core, systems: plan.systems.count, partitions: plan.partitionCount, now: now).hashValue)
    }

    private func endTurn(_ hasMore: Bool) {
        let deadline = core.nextDeadline.map { Time(($0.nanoseconds + 999) / 1_000) }
        world.log(.turnEnded(worker: index, nextDeadline: deadline))
        var delay = 200_000
        if let deadline { delay = min(delay, max(1, deadline - world.now)) }
        if hasMore { delay = min(delay, world.plan.fetchPause) }
        wake(in: delay)
    }

    private func take(_ input: Input) {
        switch input {
        case .message(.assigned(let partitions)):
            for partition in partitions { assign(partition) }
        case .message(.revoked(let request, let partitions)):
            revoke(partitions, request: request, lost: false)
        case .message(.lost):
            losses += 1
            revoke(reading.keys.sorted(), request: 1_000_000 + losses, lost: true)
        case .call(let call, let event, let result):
            world.log(.callEnded(worker: index, event: event, call: call, result: result))
            core.finished(EventID(rawValue: event), outcome(result), now: now, into: &actions)
        case .repeated(let event, let result):
            // Only a name that is out of use is sure to be told apart; so is it in a shell.
            guard content(of: event) == nil else { return }
            core.finished(EventID(rawValue: event), outcome(result), now: now, into: &actions)
        case .probe(let call, let event, let result):
            world.log(.probeEnded(worker: index, event: event, call: call, result: result))
            core.probed(EventID(rawValue: event), probeOutcome(result), now: now, into: &actions)
        case .repeatedProbe(let event, let result):
            guard content(of: event) == nil else { return }
            core.probed(EventID(rawValue: event), probeOutcome(result), now: now, into: &actions)
        case .batch(let call, let result):
            let call = (number: call, content: world.calls[call])
            world.log(
                .batchEnded(
                    worker: index, events: call.content.items.map(\.event), call: call.number, result: result))
            finishBatch(call.content, result)
        case .repeatedBatch(let call, let result): finishBatch(world.calls[call], result)
        case .park(let event, let succeeded):
            world.log(.parkEnded(worker: index, event: event, succeeded: succeeded))
            core.parked(EventID(rawValue: event), succeeded: succeeded, now: now, into: &actions)
        case .record(let event, let succeeded):
            world.log(.recordEnded(worker: index, event: event, succeeded: succeeded))
            if succeeded { noteRecorded(event) }
            core.recorded(
                EventID(rawValue: event), succeeded: succeeded, isLast: succeeded && isLast(event), now: now,
                into: &actions)
        case .commit(let commit, let partition, let offset, let succeeded):
            world.log(.commitEnded(worker: index, commit: commit, succeeded: succeeded))
            core.committed(id(partition), offset: offset, succeeded: succeeded, now: now, into: &actions)
        }
    }

    private func finishBatch(_ call: World.Call, _ result: BatchResult) {
        guard let batch = call.batch else { return }
        core.finished(batch, batchOutcome(result), now: now, into: &actions)
    }

    func outcome(_ result: CallResult) -> Outcome {
        switch result {
        case .notSent: .notSent
        case .noAnswer: .sentNoAnswer
        case .status(let status, let retryAfter):
            .answered(status: status, retryAfter: retryAfter.map { .microseconds($0) })
        }
    }

    private func probeOutcome(_ result: ProbeResult) -> ProbeOutcome {
        switch result {
        case .hit: .hit
        case .miss: .miss
        case .failed(let result): .failed(outcome(result))
        }
    }

    private func id(_ partition: Int) -> PartitionID {
        PartitionID(UInt32(partition))
    }

    // MARK: Partitions

    private func assign(_ partition: Int) {
        let position = world.position(of: partition)
        let records = world.records(of: partition)
        let start =
            position.map { position in
                records.firstIndex { world.plan.records[$0].offset >= position.offset } ?? records.endIndex
            } ?? records.startIndex
        // The rebalance forgets any pause.
        reading[partition] = (start, false)
        assignments += 1
        known[partition] = (assignments, world.receipts.view(of: partition))
        let isTampered = position?.tampering != nil
        world.log(
            .assigned(
                worker: index, partition: partition, commit: position?.commit, tampered: isTampered,
                mustWarn: isTampered && position?.metadata != ""))
        core.assigned(
            id(partition), position: position.map { CommittedPosition(offset: $0.offset, metadata: $0.metadata) },
            now: now, into: &actions)
    }

    private func revoke(_ partitions: [Int], request: Int, lost: Bool) {
        world.log(.revokeAsked(worker: index, request: request, partitions: partitions, lost: lost))
        if lost { for partition in partitions { reading[partition] = nil } }
        revocations[request] = partitions
        core.revoked(
            partitions.map(id), request: RevocationID(UInt32(request)), lost: lost, now: now, into: &actions)
    }

    private var revocations: [Int: [Int]] = [:]

    /// Hands in a batch. True when there is more.
    private func fetch() -> Bool {
        var room = world.dice.roll(1...world.plan.batch)
        for partition in reading.keys.sorted() {
            let records = world.records(of: partition)
            while room > 0, isAlive, let state = reading[partition], !state.isPaused,
                state.next < records.endIndex
            {
                room -= 1
                reading[partition]?.next += 1
                hand(in: records[state.next], of: partition)
                perform()
            }
        }
        return reading.contains { !$0.value.isPaused && $0.value.next < world.records(of: $0.key).endIndex }
    }

    private func hand(in record: Int, of partition: Int) {
        let planned = world.plan.records[record]
        let event = core.fetched(
            id(partition), offset: planned.offset, key: UInt64(planned.key), byteCount: planned.byteCount, now: now,
            into: &actions)
        world.log(.fetched(worker: index, record: record, event: event?.rawValue))
        guard let event else { return }
        while slots.count <= event.slot { slots.append(nil) }
        if slots[Int(event.slot)] != nil { world.log(.misuse("slot \(event.slot) is given twice")) }
        slots[Int(event.slot)] = Content(
            event: event.rawValue, record: record, assignment: known[partition]?.assignment ?? 0)
    }

    // MARK: Actions

    private func perform() {
        var position = 0
        while position < actions.count, isAlive {
            let action = actions[position]
            position += 1
            if let left = actionsToLive {
                if left == 0 {
                    die()
                    break
                }
                actionsToLive = left - 1
            }
            perform(action)
        }
        actions.removeAll(keepingCapacity: true)
    }

    private func perform(_ action: Action) {
        switch action {
        case .prepare(let event, let step): prepare(event, Int(step))
        case .prepareCompensation(let event, let reason): prepareCompensation(event, reason)
        case .takeBack(let event):
            world.log(.takenBack(worker: index, event: event.rawValue))
            slots[Int(event.slot)]?.call = nil
        case .call(let event): call(event, isProbe: false)
        case .callBatch(let batch, let events): callBatch(batch, events)
        case .probe(let event): call(event, isProbe: true)
        case .park(let event, let reason): park(event, reason)
        case .record(let event, let recording): record(event, recording)
        case .release(let event, let settlement): release(event, settlement)
        case .commit(let partition, let offset, let metadata):
            world.startCommit(self, partition: Int(partition.index), offset: offset, metadata: metadata)
        case .pause(let partition):
            world.log(.paused(worker: index, partition: Int(partition.index)))
            reading[Int(partition.index)]?.isPaused = true
        case .resume(let partition):
            world.log(.resumed(worker: index, partition: Int(partition.index)))
            reading[Int(partition.index)]?.isPaused = false
        case .acknowledgeRevocation(let request): acknowledge(Int(request.number))
        case .drained:
            world.log(.drained(worker: index))
            isAlive = false
            world.leave(self)
        case .alarm(let system, let alarm):
            world.log(.alarm(worker: index, system: Int(system.index), isRaised: alarm != .cleared))
        case .circuit(let system, let state):
            let view: CircuitView =
                switch state {
                case .closed: .closed
                case .open: .open
                case .halfOpen: .halfOpen
                }
            world.log(.circuit(worker: index, system: Int(system.index), view))
        case .metadataIgnored(let partition, _):
            world.log(.metadataIgnored(worker: index, partition: Int(partition.index)))
        }
    }

    private func acknowledge(_ request: Int) {
        world.log(.revokeAcknowledged(worker: index, request: request))
        for partition in revocations.removeValue(forKey: request) ?? [] where request < 1_000_000 {
            reading[partition] = nil
        }
        if request >= 1_000_000 {
            if !isStopping { world.join(self) }
        } else {
            world.acknowledge(request)
        }
    }

    func content(of event: UInt64) -> Content? {
        let slot = Int(EventID(rawValue: event).slot)
        guard slot < slots.count, let content = slots[slot], content.event == event else { return nil }
        return content
    }

    func content(_ event: EventID, _ what: String) -> Content? {
        guard let content = content(of: event.rawValue) else {
            world.log(.misuse("\(what) of an event that was released"))
            return nil
        }
        return content
    }

    private func prepare(_ event: EventID, _ step: Int) {
        guard let content = content(event, "prepare") else { return }
        world.log(.prepareAsked(worker: index, event: event.rawValue, step: step))
        let (answer, prepared) = evaluate(content.record, from: step)
        if case .call(let system, let step) = answer { slots[Int(event.slot)]?.call = (system, step) }
        world.log(.prepared(worker: index, event: event.rawValue, answer: answer))
        core.prepared(event, prepared, now: now, into: &actions)
    }

    private func call(_ event: EventID, isProbe: Bool) {
        guard let content = content(event, "call") else { return }
        guard let (system, step) = content.call else {
            world.log(.misuse("call of an event that is not prepared"))
            return
        }
        world.startCall(
            .init(
                worker: index, event: event.rawValue, system: system, record: content.record, step: step,
                started: world.now, isProbe: isProbe))
    }

    private func park(_ event: EventID, _ reason: ParkReason) {
        guard let content = content(event, "park") else { return }
        var status: Int?
        if case .rejected(let code) = reason { status = Int(code) }
        world.log(
            .parkAsked(
                worker: index, event: event.rawValue, status: status, isCompensation: reason == .compensation))
        world.startPark(index, event.rawValue, record: content.record)
    }

    private func release(_ event: EventID, _ settlement: Settlement?) {
        guard let content = content(event, "release") else { return }
        let settled: Settled? =
            switch settlement {
            case .applied: .applied
            case .skipped: .skipped
            case .parked: .parked
            case nil: nil
            }
        world.log(.released(worker: index, event: event.rawValue, settled: settled))
        slots[Int(event.slot)] = nil
        if settled != nil { world.settled(content.record) }
    }

    /// Has nothing buffered and nothing to hear.
    var isIdle: Bool {
        !isAlive || (inbox.isEmpty && revocations.isEmpty && !isStopping && core.status.bufferedEvents == 0)
    }

    /// At the end: nothing may be left over.
    func reportRest() {
        let status = core.status
        if status.bufferedEvents != 0 || status.bufferedBytes != 0 || status.backingOff != 0 || status.activeKeys != 0 {
            world.log(.misuse("worker \(index) is left with \(status)"))
        }
        for partition in reading.keys {
            if let wait = core.status(of: id(partition))?.waitsFor {
                world.log(.misuse("worker \(index): partition \(partition) waits for \(wait)"))
            }
        }
    }
}
