import Delivery

/// The topic of receipts: what outlives workers of effects and keys. Whoever reads a partition's records from the
/// beginning knows all that was acknowledged, and perhaps more.
struct ReceiptTopic {
    struct KeyState {
        var version: Int?
        /// The first and the last parked event.
        var parked: ClosedRange<Int64>?
        /// Behind what it was written: an event's offset, and how far the event was.
        var moment: (offset: Int64, stage: Int) = (-1, 0)

        mutating func write(at offset: Int64, _ stage: Int) { if moment < (offset, stage) { moment = (offset, stage) } }
    }

    enum Write {
        case key(Int, KeyState, mark: Int?)
        case effect(record: Int, step: Int)
        case failure(record: Int, Failure)
    }

    /// That a record failed, and what of it is to be undone, in this order.
    struct Failure {
        var status: Int?
        var undo: [Int]
    }

    struct View {
        var effects: Set<Int> = []
        var keys: [Int: KeyState] = [:]
        var failures: [Int: Failure] = [:]

        mutating func take(_ write: Write) {
            switch write {
            case .effect(let record, let step): effects.insert(record * 8 + step)
            case .key(let key, let state, _):
                // Not what a worker writes that was taken for dead and knows less.
                if let known = keys[key], known.moment > state.moment { return }
                keys[key] = state
            case .failure(let record, let failure): failures[record] = failure
            }
        }
    }

    private var views: [View]

    init(_ plan: Plan) {
        views = Array(repeating: View(), count: plan.partitionCount)
    }

    /// What a worker learns that is given the partition.
    func view(of partition: Int) -> View { views[partition] }

    mutating func take(_ write: Write, partition: Int) {
        views[partition].take(write)
    }
}

/// Records of one event on their way to the topic.
struct RecordWrite {
    var worker: Int
    var event: UInt64
    var partition: Int
    var writes: [ReceiptTopic.Write]
    /// How many of them land.
    var landing: Int
    var succeeded: Bool
}

extension World {
    func startRecord(_ worker: Int, _ event: UInt64, partition: Int, _ writes: [ReceiptTopic.Write]) {
        var isOut = now < plan.healed && dice.chance(max(plan.backgroundFaultPercent, plan.recordFaultPercent))
        for case .recordOutage(let from, let to) in plan.faults where from <= now && now < to { isOut = true }
        recordWrites.append(
            RecordWrite(
                worker: worker, event: event, partition: partition, writes: writes,
                // A write that failed may have taken place, or the first of it.
                landing: isOut ? dice.roll(0...writes.count) : writes.count, succeeded: !isOut))
        later(dice.roll(100...3_000), .recordArrives(write: recordWrites.count - 1))
    }

    func arrive(write number: Int) {
        let write = recordWrites[number]
        for landed in write.writes.prefix(write.landing) {
            receipts.take(landed, partition: write.partition)
            switch landed {
            case .effect(let record, let step): log(.receipt(record: record, step: step))
            case .failure(let record, _): log(.receipt(record: record, step: Plan.failure))
            case .key(_, _, let mark?): log(.mark(record: mark))
            case .key: break
            }
        }
        later(
            dice.roll(100...3_000),
            .recordAnswered(worker: write.worker, event: write.event, succeeded: write.succeeded))
    }
}

/// What a worker knows of effects and keys, and what it writes of them.
extension Worker {
    func state(_ record: PlannedRecord) -> ReceiptTopic.KeyState? {
        world.plan.keepsOrder ? known[record.partition]?.view.keys[record.key] : nil
    }

    /// The answer for an event of a key that has parked events (D9).
    func answerOfKey(_ record: PlannedRecord) -> (PreparedAnswer, Prepared)? {
        guard let parked = state(record)?.parked else { return nil }
        if parked.contains(record.offset) { return (.alreadyParked, .settled(.parked)) }
        return record.offset > parked.upperBound ? (.behindParked, .fault(.behindParked)) : nil
    }

    func isStale(_ record: PlannedRecord) -> Bool {
        guard let version = record.version, let applied = state(record)?.version else { return false }
        return version < applied
    }

    func hasReceipt(_ record: Int, _ step: Int) -> Bool {
        known[world.plan.records[record].partition]?.view.effects.contains(record * 8 + step) ?? false
    }

    func record(_ event: EventID, _ recording: Recording) {
        guard let content = content(event, "record") else { return }
        let planned = world.plan.records[content.record]
        var state = state(planned) ?? ReceiptTopic.KeyState()
        var writes: [ReceiptTopic.Write] = []
        switch recording {
        case .failure:
            guard let failure = content.failure else { return world.log(.misuse("a failure without a plan")) }
            writes = [.failure(record: content.record, failure)]
            world.log(.recordAsked(worker: index, event: event.rawValue, step: Plan.failure))
        case .receipt:
            let step = content.call?.step ?? 0
            // What an undone event told of its key stays: the key is parked, and no later event looks at it.
            if step < Plan.undo, let version = planned.version {
                state.version = max(state.version ?? version, version)
            }
            // What undoes steps comes behind them, the last step's first.
            state.write(at: planned.offset, step < Plan.undo ? step : 4 * Plan.undo - step)
            // The key first: a receipt without it would hide the event from what its key is to remember.
            writes = [.key(planned.key, state, mark: nil), .effect(record: content.record, step: step)]
            // Events that follow one another tell their key nothing.
            if world.plan.followsInBatches { writes.removeFirst() }
            world.log(.recordAsked(worker: index, event: event.rawValue, step: step))
        case .parkedMark:
            let parked = state.parked ?? planned.offset...planned.offset
            state.parked = min(parked.lowerBound, planned.offset)...max(parked.upperBound, planned.offset)
            state.write(at: planned.offset, 4 * Plan.undo)
            writes = [.key(planned.key, state, mark: content.record)]
            world.log(.recordAsked(worker: index, event: event.rawValue, step: nil))
        }
        slots[Int(event.slot)]?.writes = writes
        world.startRecord(index, event.rawValue, partition: planned.partition, writes)
    }

    /// Unless the partition was lost meanwhile: then what was read of it is newer.
    func noteRecorded(_ event: UInt64) {
        guard let content = content(of: event) else { return }
        let partition = world.plan.records[content.record].partition
        guard known[partition]?.assignment == content.assignment else { return }
        for write in content.writes { known[partition]?.view.take(write) }
    }
}
