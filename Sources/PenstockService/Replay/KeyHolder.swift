import Delivery
import Flows
import Foundation
import Kafka
import Logging

/// Keeps live traffic of a key and its replay or repair from overtaking each other.
///
/// Before anything of a key is run, the worker that owns it is told to hold it (`KeyHold`): new events are parked behind,
/// and when nothing of the key is in flight, the worker says so by writing the key's state. When the command is through
/// with a key, what was parked behind it is run in order, as by a redrive, and the key goes on. Where no worker runs
/// there is nothing to wait for: one that starts meanwhile reads what is held before it takes any event.
final class KeyHolder {
    /// For whom keys are held, and what is known of them.
    struct Context {
        /// Under what name keys are held.
        let name: String
        let recorded: RecordedState
        let group: FlowGroup
        let effects: EffectWriter?
        let terminal: Terminal
        let logger: Logger
    }

    /// How long workers of a group that cannot be asked for its members may be silent.
    private static let silence = Duration.seconds(5)
    /// How long a worker may take until it is asked again.
    private static let patience = Duration.seconds(10)
    /// How long is waited at the end for workers to let go, and to park nothing more.
    private static let settlePatience = Duration.seconds(60)

    private let context: Context
    private let recorded: RecordedState
    private let group: FlowGroup
    private let terminal: Terminal
    private let stop: StopSignal
    private let writer: RedriveWriter
    private var archive: DeadLetterArchive?
    /// The keys that are held, and through which offset; at first those that an earlier run of the command left.
    private var held: [OrderKey: Int64]
    /// Those among them that this run has asked for.
    private var asked: Set<OrderKey> = []
    /// Keys that were let go, of which something may have been parked while that was done.
    private var released: Set<OrderKey> = []
    /// The keys of ours that are parked, as far as their workers have said.
    private var parked: Set<OrderKey>
    /// Nobody of the group was heard, where its members are not known.
    private var isSilent = false
    /// What became of new events that were parked meanwhile.
    private(set) var account = RedriveAccount()

    /// - Throws: ``CommandFailure``.
    init(_ context: Context, until stop: StopSignal) throws {
        self.context = context
        self.stop = stop
        recorded = context.recorded
        group = context.group
        terminal = context.terminal
        writer = try RedriveWriter(group.flow, client: group.client, logger: context.logger)
        held = recorded.holds.mapValues(\.through)
        parked = recorded.parkedByHolds
    }

    func close() {
        writer.close()
        archive?.close()
    }

    // MARK: - Holding

    /// Holds keys until they are released.
    /// - Parameter keys: with the last offset of each that may be run.
    /// - Returns: whether nothing of them is in flight any more; `false`: it was stopped while that was waited for.
    func hold(_ keys: [OrderKey: Int64]) throws -> Bool {
        let new = Set(keys.keys.filter { $0.bytes != nil && !asked.contains($0) })
        for key in new { held[key] = max(keys[key] ?? 0, held[key] ?? 0) }
        asked.formUnion(new)
        try ask(new)
        guard try isAnybodyThere(), !isSilent else { return true }
        return try waitForWorkers(new)
    }

    private func ask(_ keys: Set<OrderKey>) throws(CommandFailure) {
        for key in keys {
            guard let bytes = key.bytes, let through = held[key] else { continue }
            let hold = KeyHold(name: context.name, through: through, time: Timestamp.now())
            try writer.write(.hold(bytes, hold), partition: key.partition)
        }
        try writer.finish()
    }

    /// Whether workers run, or may run.
    private func isAnybodyThere() throws(CommandFailure) -> Bool { try group.isStopped() != true }

    private func waitForWorkers(_ keys: Set<OrderKey>) throws -> Bool {
        var pending = keys
        let start = ContinuousClock.now
        var nextAsking = start + KeyHolder.patience
        while !pending.isEmpty, !stop.isStopped {
            pending.subtract(try hear())
            let now = ContinuousClock.now
            if try pending.count == keys.count && now - start > KeyHolder.silence && group.isStopped() == nil {
                isSilent = true
                terminal.note("no worker answers: it is taken that none runs")
                return true
            }
            guard now >= nextAsking, !pending.isEmpty else { continue }
            nextAsking = now + KeyHolder.patience
            guard try isAnybodyThere() else { return true }
            terminal.clearDrawing()
            terminal.note("waiting: workers have events of \(counted(pending.count, "key")) in flight")
            try ask(pending)
        }
        return pending.isEmpty
    }

    /// Takes in what workers have said of keys meanwhile.
    /// - Returns: the keys that they say are parked.
    private func hear() throws -> [OrderKey] {
        let news = try recorded.refresh()
        for key in news where held[key.name] != nil || released.contains(key.name) {
            if key.isParked { parked.insert(key.name) } else { parked.remove(key.name) }
        }
        return news.filter(\.isParked).map(\.name)
    }

    // MARK: - Letting go

    /// Runs what was parked behind these keys, and lets them go on with what is known of them now.
    func release(_ keys: Set<OrderKey>) throws {
        let keys = keys.filter { held[$0] != nil }
        guard !keys.isEmpty else { return }
        let behind = try redrive(keys)
        for key in keys where !behind.contains(key) {
            guard let bytes = key.bytes, let through = held[key] else { continue }
            // What an earlier redrive came through must not be taken back: a worker may not have read it yet.
            let known = recorded.knowledge.learned(of: key)
            let redriven = KeyRedriven(
                through: max(through, recorded.redrivenThrough[key] ?? 0), references: known?.references,
                version: known?.version)
            try writer.write(.key(bytes, redriven), partition: key.partition)
        }
        try writer.finish()
        for key in keys {
            if let bytes = key.bytes { try writer.write(.hold(bytes, nil), partition: key.partition) }
            held[key] = nil
            asked.remove(key)
        }
        try writer.finish()
        released.formUnion(keys)
    }

    /// Lets go everything that is held, and waits until the workers have done so: what they parked until then is run as
    /// well. Afterwards a key that is parked waits for an operator.
    func releaseAll() throws {
        try release(Set(held.keys))
        guard !released.isEmpty else { return }
        if try isAnybodyThere(), !isSilent { try settle() }
        let left = try letters().map { RedrivePlan($0.book, keys: released.intersection(account.keys)).letterCount }
        account.left += left ?? 0
        parked.subtract(released)
        released = []
    }

    private func settle() throws {
        let deadline = ContinuousClock.now + KeyHolder.settlePatience
        var open = released
        var quietRounds = 0
        while quietRounds < 2, ContinuousClock.now < deadline, try isAnybodyThere() {
            usleep(300_000)
            _ = try hear()
            let behind = try redrive(open)
            // Those stay parked until an operator comes.
            open.subtract(stuck(open))
            let isLetGo = parked.isDisjoint(with: open) || stop.isStopped
            quietRounds = behind.isEmpty && isLetGo ? quietRounds + 1 : 0
        }
        if !parked.isDisjoint(with: open) {
            let count = parked.intersection(open).count
            terminal.note("\(counted(count, "key")) let go, but no worker has said yet that they go on")
        }
    }

    /// The keys among these whose first letter was not parked behind them, or failed when it was run.
    private func stuck(_ keys: Set<OrderKey>) -> Set<OrderKey> {
        guard let archive else { return [] }
        let open = RedrivePlan(archive.book, keys: keys)
        return Set(open.lines.filter { !$0.isBehindParked }.map(\.key))
    }

    /// - Returns: the keys of which something was parked behind.
    private func redrive(_ keys: Set<OrderKey>) throws -> Set<OrderKey> {
        guard let archive = try letters() else { return [] }
        let plan = waiting(in: archive, keys)
        guard plan.letterCount > 0 else { return [] }
        let round = RedriveRound(
            group.flow, plan, pace: nil, client: group.client, terminal: terminal, logger: context.logger,
            records: .init(knowledge: recorded.knowledge, effects: context.effects))
        // The command may be stopped; what waits for it is not to be left behind.
        try round.run(until: StopSignal(), archive, &account)
        return Set(plan.lines.map(\.key))
    }

    /// What was parked behind these keys only because they were held. A key whose first letter has another reason waits
    /// for an operator.
    private func waiting(in archive: DeadLetterArchive, _ keys: Set<OrderKey>) -> RedrivePlan {
        let open = RedrivePlan(archive.book, keys: keys)
        return RedrivePlan(archive.book, keys: Set(open.lines.filter(\.isBehindParked).map(\.key)))
    }

    private func letters() throws -> DeadLetterArchive? {
        if let archive {
            try archive.refresh(group.client)
            return archive
        }
        let exists = try Reaching.kafka(group.client) { () throws(KafkaError) in
            try group.admin.topicExists(group.flow.deadLetterTopic, within: FlowGroup.timeLimit)
        }
        guard exists else { return nil }
        let opened = try DeadLetterArchive(
            group.flow, keepsContent: true, client: group.client, logger: context.logger)
        archive = opened
        return opened
    }
}

extension RedrivePlan.Line {
    /// Its first letter waits for nothing but the key.
    fileprivate var isBehindParked: Bool { letters.first?.reason == ParkReason.behindParked.name }
}
