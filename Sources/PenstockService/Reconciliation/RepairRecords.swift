import Flows
import Kafka
import Logging

/// What a repair knows of effects and keys, and what it writes: receipts of its effects, and what its keys have learnt by
/// them. Keys are held meanwhile, so that it and live traffic do not overtake each other.
///
/// Where the flow keeps no receipts nothing is written, and there and with `order: partition` keys cannot be held.
final class RepairRecords {
    let knowledge: RedriveKnowledge?
    let effects: EffectWriter?
    private let recorded: RecordedState?
    private let holder: KeyHolder?

    /// - Parameters:
    ///   - run: names the comparison whose findings are repaired.
    ///   - isReading: only what is recorded is read, and nothing is written.
    init(
        _ flow: FlowDefinition, run: String, isReading: Bool, client: ClientProperties, terminal: Terminal,
        logger: Logger, until stop: StopSignal
    ) throws {
        let group = try FlowGroup(flow, client: client, logger: logger)
        recorded = try RecordedState.load(flow, partitions: group.watermarks().keys, client: client, logger: logger)
        knowledge = recorded?.knowledge
        guard let recorded, !isReading else {
            effects = nil
            holder = nil
            return
        }
        try recorded.forgetHolds { ReplayName.isRepair($0.name) }
        let effects = try EffectWriter.make(flow, group, logger)
        self.effects = effects
        guard flow.order == .key else {
            holder = nil
            return
        }
        let context = KeyHolder.Context(
            name: ReplayName.repair(run), recorded: recorded, group: group, effects: effects, terminal: terminal,
            logger: logger)
        holder = try KeyHolder(context, until: stop)
    }

    /// Lets go what a repair held that was killed, lest its keys count as parked.
    static func letGo(
        _ flow: FlowDefinition, client: ClientProperties, terminal: Terminal, logger: Logger, until stop: StopSignal
    ) throws {
        guard flow.receipts != nil, flow.order == .key else { return }
        let holds = try RecordedState.holds(of: flow, client: client, logger: logger)
        guard holds.values.contains(where: { ReplayName.isRepair($0.name) }) else { return }
        let records = try RepairRecords(
            flow, run: "", isReading: false, client: client, terminal: terminal, logger: logger, until: stop)
        defer { records.close() }
        try records.finish()
        terminal.note("let go: \(counted(holds.count, "key")) that a repair held which did not come to its end")
    }

    /// Holds the keys of these lines.
    /// - Returns: `false`: it was stopped while that was waited for.
    func hold(_ lines: [RedrivePlan.Line]) throws -> Bool {
        let places = lines.compactMap { line in line.letters.first.map { (line.key, $0.letter.place.offset) } }
        return try holder?.hold(Dictionary(places, uniquingKeysWith: max)) ?? true
    }

    /// Tells the workers what the keys have learnt, and lets them go on.
    func release(_ lines: [RedrivePlan.Line]) throws {
        try holder?.release(Set(lines.map(\.key)))
    }

    /// Lets go all that is held, whatever was held by. The keys that are parked afterwards wait for an operator.
    func finish() throws {
        try holder?.releaseAll()
    }

    /// New events that waited: how many were run afterwards, and how many are parked.
    var waited: (run: Int, parked: Int) { holder.map { ($0.account.redriven, $0.account.left) } ?? (0, 0) }

    func close() {
        effects?.close()
        holder?.close()
        recorded?.close()
    }
}
