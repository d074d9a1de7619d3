import JSON
import Kafka
import Logging
import Receipts
import Reconciliation

/// Sends keys that are missing or different through their flow again, each by the event that decides what should be
/// there.
///
/// It is a redrive of events that are no dead letters: the same steps, core and caller, the same limits and circuits.
/// Effects have names of their own, for under their usual ones a system that remembers them would answer and do nothing:
/// the name is made of the event, which is the state, and of the comparison, which is the repair. A repair that is gone on
/// with finds its own receipts, and calls the rest.
public final class Repair {
    private let flow: FlowDefinition
    private let knowledge: RedriveKnowledge?
    private let client: ClientProperties
    private let logger: Logger

    /// - Parameters:
    ///   - run: names the comparison whose findings are repaired.
    ///   - knowledge: what is recorded of effects and keys; `nil` where the flow records nothing.
    public init(
        _ flow: FlowDefinition, run: String, knowledge: RedriveKnowledge?, client: ClientProperties, logger: Logger
    ) {
        var flow = flow
        flow.effectRound = ReplayName.repair(run)
        self.flow = flow
        self.knowledge = knowledge
        self.client = client
        self.logger = logger
    }

    /// Keys that are repaired by the same steps.
    public struct Batch {
        let flow: FlowDefinition
        /// A key each, with its one event.
        public let lines: [RedrivePlan.Line]
        /// The keys among them of which the system holds nothing.
        let missing: Set<OrderKey>

        /// Without some of its keys.
        public func leaving(out isLeft: (OrderKey) -> Bool) -> Batch {
            Batch(flow: flow, lines: lines.filter { !isLeft($0.key) }, missing: missing)
        }

        /// In parts of so many keys at most.
        public func parts(of count: Int) -> [Batch] {
            stride(from: 0, to: lines.count, by: count).map { start in
                Batch(flow: flow, lines: Array(lines[start..<min(start + count, lines.count)]), missing: missing)
            }
        }
    }

    /// Findings that are not repaired, and why.
    public struct Refusal: Sendable {
        public let finding: Finding
        public let reason: String
    }

    /// Reads the events of findings from the topic, and puts them together by the steps that mend them.
    public func batches(_ findings: [Finding]) throws -> (batches: [Batch], refusals: [Refusal]) {
        let events = try events(of: findings)
        var groups: [Int?: [(Finding, DeadLetter)]] = [:]
        var refusals: [Refusal] = []
        let preview = try RedrivePreview(flow)
        for finding in findings {
            guard let place = finding.place, let letter = events[place] else {
                refusals.append(Refusal(finding: finding, reason: "its event is not in the topic any more"))
                continue
            }
            let step = step(for: finding)
            if step == nil, finding.isChanged, preview.calls(for: letter).calls.contains(where: { $0.method == "POST" })
            {
                refusals.append(Refusal(finding: finding, reason: Repair.twice))
                continue
            }
            groups[step, default: []].append((finding, letter))
        }
        // Creating comes first: it is the least likely to fail.
        let batches = groups.sorted { ($0.key ?? -1) < ($1.key ?? -1) }.map { batch($0.value, step: $0.key) }
        return (batches, refusals)
    }

    private static let twice =
        "its last event would POST, and it would be there twice: name the step that changes it by reconcile.repair.different"

    /// The step that the configuration names for a finding; what should be gone is left to its event's own.
    private func step(for finding: Finding) -> Int? {
        switch finding.verdict {
        case .missing: flow.reconcile?.missingStep
        case .different where finding.isChanged: flow.reconcile?.differentStep
        default: nil
        }
    }

    private func batch(_ keys: [(finding: Finding, letter: DeadLetter)], step: Int?) -> Batch {
        var flow = flow
        if let step {
            var only = flow.steps[step]
            only.when = nil
            only.createFirst = nil
            flow.steps = [only]
        }
        let lines = keys.map { finding, letter in
            let key = OrderKey(finding.key, of: letter.place)
            let entries = [DeadLetterBook.Entry(letter: letter, key: key, mark: nil)]
            return RedrivePlan.Line(key: key, letters: entries, progress: KeyProgress(entries))
        }
        let missing = keys.filter { $0.finding.verdict == .missing }.map {
            OrderKey($0.finding.key, of: $0.letter.place)
        }
        return Batch(flow: flow, lines: lines, missing: Set(missing))
    }

    private func events(of findings: [Finding]) throws -> [DeadLetter.Place: DeadLetter] {
        let places = Set(findings.compactMap(\.place))
        var parts: [Int32: TopicScan.Part] = [:]
        for place in places {
            let known = parts[place.partition] ?? TopicScan.Part(position: place.offset, end: place.offset + 1)
            parts[place.partition] = TopicScan.Part(
                position: min(known.position, place.offset), end: max(known.end, place.offset + 1))
        }
        var events: [DeadLetter.Place: DeadLetter] = [:]
        let scan = try TopicScan(flow.topic, parts, client: client, logger: logger)
        defer { scan.close() }
        _ = try scan.run { record, partition in
            let place = DeadLetter.Place(partition: partition, offset: record.offset)
            guard places.contains(place) else { return }
            events[place] = DeadLetter(repairing: record, of: flow, at: place)
        } afterBatch: {
            true
        }
        return events
    }

    /// What sends a batch.
    /// - Parameter effects: writes a receipt of each effect; `nil` where the flow keeps none.
    public func runner(_ batch: Batch, effects: EffectWriter?, pace: Pace?) throws -> RedriveRunner {
        try prepare(batch)
        let runner = try RedriveRunner(
            batch.flow, lines: batch.lines, knowledge: knowledge, effects: effects, pace: pace, logger: logger)
        runner.isNewest = true
        return runner
    }

    /// What tells of a batch what would be called.
    public func preview(_ batch: Batch) throws -> RedrivePreview {
        try prepare(batch)
        return try RedrivePreview(batch.flow, knowledge: knowledge)
    }

    /// No event is stale when it is sent again, and what is gone has no identifier in the system any more but the one that
    /// this repair was answered: a step that needs one has it created first.
    func prepare(_ batch: Batch) throws {
        guard let knowledge else { return }
        let names = try EventIdentifier(batch.flow)
        for line in batch.lines {
            guard batch.missing.contains(line.key), let event = line.letters.first?.letter else {
                try knowledge.keepReferences(of: line.key)
                continue
            }
            let effects = names.identity(of: event)?.effects ?? [:]
            let made = batch.flow.steps.compactMap { effects[$0.name].flatMap { EffectID($0) } }
            try knowledge.keepReferences(of: line.key, from: made)
        }
    }
}

extension Finding {
    /// Both sides have a document.
    fileprivate var isChanged: Bool { verdict == .different && reason == nil }

    /// Where its event was read.
    public var place: DeadLetter.Place? {
        origin.map { DeadLetter.Place(partition: $0.partition, offset: $0.offset) }
    }
}

extension DeadLetter {
    /// An event that is sent again although it was never parked.
    fileprivate init(repairing record: borrowing RecordView, of flow: FlowDefinition, at place: Place) {
        topic = flow.topic
        self.place = place
        self.flow = flow.name
        step = nil
        reason = "repair"
        stage = ""
        message = ""
        status = nil
        body = nil
        attempts = 0
        firstFailedAt = record.timestamp ?? 0
        position = place
        parkedAt = record.timestamp ?? 0
        key = record.key.map { Array($0) }
        value = record.value.map { Array($0) }
        headers = record.headers.map { header in
            Header(String(decoding: header.name, as: UTF8.self), header.value.map { Array($0) })
        }
    }
}
