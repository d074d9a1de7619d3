import Flows
import Kafka
import Logging

/// One pass over a plan: runs its letters and writes down what became of each.
final class RedriveRound {
    /// What is known already by who begins the round.
    struct Records {
        let knowledge: RedriveKnowledge
        let effects: EffectWriter?
    }

    private let flow: FlowDefinition
    private let plan: RedrivePlan
    private let pace: Pace?
    private let client: ClientProperties
    private let terminal: Terminal
    private let logger: Logger
    private let records: Records?
    private var progress: [KeyProgress]
    private var holdUp = HoldUpTelling()

    init(
        _ flow: FlowDefinition, _ plan: RedrivePlan, pace: Pace?, client: ClientProperties, terminal: Terminal,
        logger: Logger, records: Records? = nil
    ) {
        self.records = records
        self.flow = flow
        self.plan = plan
        self.pace = pace
        self.client = client
        self.terminal = terminal
        self.logger = logger
        progress = plan.lines.map(\.progress)
    }

    func run(until stop: StopSignal, _ archive: DeadLetterArchive, _ account: inout RedriveAccount) throws {
        let runner: RedriveRunner
        let effects = try records == nil ? makeEffects() : nil
        defer { effects?.close() }
        do {
            runner = try RedriveRunner(
                flow, lines: plan.lines, knowledge: try records?.knowledge ?? knowledge(),
                effects: records?.effects ?? effects, pace: pace, logger: logger)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
        let writer = try RedriveWriter(flow, client: client, logger: logger)
        defer { writer.close() }
        let keys = Set(plan.lines.map(\.key))
        account.keys.formUnion(keys)
        account.finishedKeys.formUnion(keys)
        var bar = ProgressBar("redrive", total: plan.letterCount, terminal: terminal)
        defer { bar.finish() }
        runner.onFailure = { failure, partition in
            try writer.write(.failure(failure), partition: partition)
            try writer.finish()
        }
        try runner.run(
            isStopped: { stop.isStopped },
            onResult: { try note($0, writer, archive, &account) },
            onStatus: { status in
                bar.update(status.settled)
                holdUp.tell(status.holdUp, terminal)
            })
        try writer.finish()
    }

    /// What is redriven has receipts as what workers do: a replay passes it over.
    private func makeEffects() throws -> EffectWriter? {
        try EffectWriter.make(flow, FlowGroup(flow, client: client, logger: logger), logger)
    }

    /// What workers have recorded of the keys' partitions: references that steps need, and effects that are made.
    private func knowledge() throws -> RedriveKnowledge? {
        guard let topic = flow.receipts?.topic else { return nil }
        let knowledge = RedriveKnowledge(partitions: Set(plan.lines.map(\.key.partition)))
        try read(topic) { record in
            guard let key = record.key else { return }
            let partition = record.header("partition").flatMap { Int32($0) } ?? record.partition.partition
            try knowledge.take(key: key, value: record.value, time: record.timestamp ?? 0, partition: partition)
        }
        guard flow.steps.contains(where: { $0.onFailure != nil }) else { return knowledge }
        // What earlier redrives found out about events that had failed.
        try read(RedriveRecord.topic(group: flow.group)) { record in
            guard let key = record.key, let value = record.value else { return }
            let read = key.withUnsafeBytes { key in
                value.withUnsafeBytes { value in try? RedriveRecord(key: key, value: value) }
            }
            guard case .failure(let failure) = read else { return }
            try knowledge.take(failure, partition: record.partition.partition)
        }
        return knowledge
    }

    /// Reads a topic, if it is there, to its end.
    private func read(_ topic: String, _ body: (TopicReader.Record) throws -> Void) throws {
        var failure: (any Error)?
        let isWhole = try Reaching.kafka(client) { () throws(KafkaError) in
            let admin = try Admin(properties: client, logger: logger)
            guard try admin.topicExists(topic, within: .seconds(10)) else { return true }
            let reader = try TopicReader(
                topic: topic, from: .earliest, client: client, timeout: .seconds(10), logger: logger)
            defer { reader.close() }
            return try reader.readOn(within: .seconds(3_600)) { record in
                do {
                    try body(record)
                } catch let error {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
        guard isWhole else {
            throw CommandFailure(
                "the topic \"\(topic)\" could not be read to its end; try again", status: .couldNotReach)
        }
    }

    // MARK: - Results

    private func note(
        _ result: RedriveResult, _ writer: RedriveWriter, _ archive: DeadLetterArchive,
        _ account: inout RedriveAccount
    ) throws {
        let letter = result.entry.letter
        var mark = DeadLetterMark(
            state: .redriven, redrives: result.entry.redrives + 1, time: Timestamp.now(), letter: letter.position)
        switch result.outcome {
        case .applied: account.applied += 1
        case .skipped: account.skipped += 1
        case .failed(let fault):
            account.failed += 1
            account.finishedKeys.remove(plan.lines[result.line].key)
            mark.state = .failed
            mark.reason = fault.reason.name
            tell(letter, fault)
        }
        try writer.write(.letter(letter.place, mark), partition: letter.place.partition)
        archive.add(mark, of: letter.place)
        guard mark.state == .redriven else { return }
        progress[result.line].finish(letter.place.offset)
        guard let key = result.entry.key.bytes, let through = progress[result.line].through else { return }
        let redriven = KeyRedriven(
            through: through, references: result.learned?.references, version: result.learned?.version)
        try writer.write(.key(key, redriven), partition: letter.place.partition)
    }

    private func tell(_ letter: DeadLetter, _ fault: EventFault) {
        terminal.clearDrawing()
        terminal.note("failed again: \(letter.place): \(fault.reason.name): \(fault.message)")
    }
}
