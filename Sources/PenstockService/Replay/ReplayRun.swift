import Delivery
import Flows
import Kafka
import Logging

/// Runs the events of a plan, window by window: holds the keys of the window's events, runs these, commits how far the
/// replay is, and lets go the keys that are through.
final class ReplayRun {
    /// The most events, and bytes of them, that are in memory at once.
    private static let windowCount = 2_000
    private static let windowByteCount = 16 << 20

    private typealias Window = [(key: OrderKey, event: DeadLetter)]

    private let command: ReplayCommand
    private let plan: ReplayPlan
    private let group: FlowGroup
    private let stop: StopSignal
    private let holder: KeyHolder?
    private let effects: EffectWriter?
    private var account: ReplayAccount
    /// Keys of which an event failed: nothing more of them is run.
    private var failedKeys: Set<OrderKey> = []
    /// The first offset of each partition in the current window that is not done.
    private var undone: [Int32: Int64] = [:]
    private var bar: ProgressBar
    /// What was said last about what holds the replay up.
    private var holdUp = HoldUpTelling()

    init(_ command: ReplayCommand, _ plan: ReplayPlan, _ group: FlowGroup, _ stop: StopSignal) throws {
        self.command = command
        self.plan = plan
        self.group = group
        self.stop = stop
        account = ReplayAccount(plan.counts)
        bar = ProgressBar("replay", total: plan.counts.toCall, terminal: command.terminal)
        effects = plan.counts.toCall == 0 ? nil : try EffectWriter.make(plan.flow, group, command.logger)
        holder = try ReplayRun.makeHolder(command, plan, group, effects, stop)
    }

    /// `nil`: there is nothing to hold, because the flow knows no order or nothing is to be run.
    /// - Throws: ``CommandFailure`` where keys cannot be held and workers run.
    private static func makeHolder(
        _ command: ReplayCommand, _ plan: ReplayPlan, _ group: FlowGroup, _ effects: EffectWriter?, _ stop: StopSignal
    ) throws -> KeyHolder? {
        let isNeeded = plan.counts.toCall > 0 || plan.recorded?.holds.isEmpty == false
        guard isNeeded, command.flow.order != .none else { return nil }
        guard let recorded = plan.recorded, command.flow.order == .key else {
            try requireStopped(group, because: plan.recorded == nil ? "without receipts" : "with order: partition")
            return nil
        }
        let context = KeyHolder.Context(
            name: command.options.name, recorded: recorded, group: group, effects: effects,
            terminal: command.terminal, logger: command.logger)
        return try KeyHolder(context, until: stop)
    }

    private static func requireStopped(_ group: FlowGroup, because reason: String) throws(CommandFailure) {
        guard try group.isStopped() == false else { return }
        throw CommandFailure(
            "\(reason) keys cannot be held back while they are replayed: stop the workers of \(group.flow.group) first",
            status: .foundProblems)
    }

    func run(_ progress: inout ReplayProgress) throws -> ReplayAccount {
        defer {
            effects?.close()
            holder?.close()
        }
        do {
            if plan.counts.toCall > 0 { try runWindows(&progress) }
            try holder?.releaseAll()
        } catch {
            // What was held is let go whatever has happened; what cannot be let go is by the next run.
            try? holder?.releaseAll()
            throw error
        }
        bar.finish()
        account.left =
            account.selected
            - (account.applied + account.recorded + account.byRule + account.keyParked + account.faulty
                + account.failed + account.behind)
        if let holder { (account.heldBack, account.heldBackLeft) = (holder.account.redriven, holder.account.left) }
        if !stop.isStopped { try progress.finish(group) }
        return account
    }

    // MARK: - Windows

    private func runWindows(_ progress: inout ReplayProgress) throws {
        let events = try plan.reader()
        defer { events.close() }
        while !stop.isStopped {
            let window = try next(events)
            if !window.isEmpty { try run(window) }
            var positions = events.positions
            guard !stop.isStopped else {
                // As far as everything is done; beyond, what is done has receipts.
                for (number, offset) in undone { positions[number] = min(positions[number] ?? offset, offset) }
                return try progress.save(positions, to: group)
            }
            // Beyond the last event that is to be run there is nothing to do.
            if events.isDone { for (number, range) in plan.ranges.ranges { positions[number] = range.upperBound } }
            try progress.save(positions, to: group)
            if events.isDone { return }
        }
    }

    private func next(_ events: EventReader) throws -> Window {
        var window: Window = []
        var byteCount = 0
        while !events.isDone, window.count < ReplayRun.windowCount, byteCount < ReplayRun.windowByteCount,
            !stop.isStopped
        {
            for event in try events.next() where plan.isMine(event.place) {
                let key = plan.key(of: event)
                if failedKeys.contains(key) {
                    account.behind += 1
                } else {
                    window.append((key, event))
                    byteCount += event.byteCount
                }
            }
        }
        return window
    }

    private func run(_ window: Window) throws {
        let keys = Set(window.map(\.key))
        var done: Set<DeadLetter.Place> = []
        defer { undone = ReplayRun.first(of: window.map(\.event.place).filter { !done.contains($0) }) }
        let throughs = keys.map { ($0, plan.lastOffsets[$0] ?? 0) }
        guard try holder?.hold(Dictionary(uniqueKeysWithValues: throughs)) ?? true else { return }
        let lines = RedrivePlan.Line.replaying(window, order: plan.flow.order)
        let runner: RedriveRunner
        do {
            runner = try RedriveRunner(
                plan.flow, lines: lines, knowledge: plan.recorded?.knowledge, effects: effects,
                pace: command.options.pace, logger: command.logger)
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
        try runner.run(
            isStopped: { stop.isStopped },
            onResult: { result in
                done.insert(result.entry.letter.place)
                note(result)
            },
            onStatus: { status in
                bar.update(account.applied + account.failed + account.behind)
                holdUp.tell(status.holdUp, command.terminal)
            })
        guard !stop.isStopped else { return }
        // Lines end at their first failure; nothing else is left of a window that ran to its end.
        account.behind += window.count - done.count
        let over = keys.filter { key in
            failedKeys.contains(key)
                || window.contains { $0.key == key && $0.event.place.offset == plan.lastOffsets[key] }
        }
        try holder?.release(over)
    }

    private static func first(of places: [DeadLetter.Place]) -> [Int32: Int64] {
        Dictionary(places.map { ($0.partition, $0.offset) }, uniquingKeysWith: min)
    }

    private func note(_ result: RedriveResult) {
        let key = result.entry.key
        switch result.outcome {
        case .applied: account.applied += 1
        case .skipped: account.byRule += 1
        case .failed(let fault):
            account.failed += 1
            failedKeys.insert(key)
            command.terminal.clearDrawing()
            command.terminal.note("failed: \(result.entry.letter.place): \(fault.reason.name): \(fault.message)")
        }
    }
}
