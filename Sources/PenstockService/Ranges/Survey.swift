import Flows
import Foundation
import Kafka
import Logging

/// What running a part of a topic now would do, event by event.
struct SurveyCounts: Equatable {
    /// Records of the range, chosen or not.
    var read = 0
    var selected = 0
    /// With an effect that has no receipt: they would be called.
    var toCall = 0
    /// All effects have receipts.
    var recorded = 0
    /// No step is for them, they are stale, or tombstones.
    var byRule = 0
    /// Their key is parked.
    var keyParked = 0
    /// At fault before any call.
    var faulty = 0
}

/// Reads a part of a flow's topic and tells of each event how it stands, by what is recorded.
final class Survey {
    private let flow: FlowDefinition
    private let client: ClientProperties
    private let logger: Logger
    private let selector: EventSelector?
    private let examiner: EventExaminer

    /// - Throws: ``CommandFailure`` when the flow or the filter does not compile.
    init(
        _ flow: FlowDefinition, _ filter: EventFilter, _ knowledge: RedriveKnowledge?, client: ClientProperties,
        logger: Logger
    ) throws(CommandFailure) {
        self.flow = flow
        self.client = client
        self.logger = logger
        do {
            selector = filter.isEmpty ? nil : try EventSelector(flow, filter)
            examiner = try EventExaminer(flow, knowledge)
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
    }

    func key(of event: DeadLetter) -> OrderKey { examiner.key(of: event) }

    /// - Parameters:
    ///   - isStopped: asked now and then; ends the survey early.
    ///   - body: told of each chosen event, in the order of each partition.
    /// - Returns: what was counted.
    func run(
        _ ranges: OffsetRanges, bar label: String?, terminal: Terminal, isStopped: () -> Bool,
        _ body: (DeadLetter, EventExaminer.Verdict) throws -> Void
    ) throws -> SurveyCounts {
        var counts = SurveyCounts()
        var bar = label.map { ProgressBar($0, total: ranges.count, terminal: terminal) }
        defer { bar?.finish() }
        let events = try EventReader(flow, ranges, selector: selector, client: client, logger: logger)
        defer { events.close() }
        while !events.isDone, !isStopped() {
            for event in try events.next() {
                let verdict = try examiner.examine(event)
                counts.note(verdict)
                try body(event, verdict)
            }
            counts.read = events.passed
            bar?.update(events.passed)
        }
        return counts
    }
}

extension SurveyCounts {
    mutating func note(_ verdict: EventExaminer.Verdict) {
        selected += 1
        switch verdict {
        case .call: toCall += 1
        case .recorded: recorded += 1
        case .byRule: byRule += 1
        case .keyParked: keyParked += 1
        case .fault: faulty += 1
        }
    }
}

/// Reads a part of a flow's topic as events, those that a filter chooses.
final class EventReader {
    private let flow: FlowDefinition
    private let client: ClientProperties
    private let selector: EventSelector?
    private let reader: RangeReader
    private let count: Int
    private let starts: [Int32: Int64]

    init(
        _ flow: FlowDefinition, _ ranges: OffsetRanges, selector: EventSelector?, client: ClientProperties,
        logger: Logger
    ) throws(CommandFailure) {
        self.flow = flow
        self.client = client
        self.selector = selector
        count = ranges.count
        starts = ranges.ranges.mapValues(\.lowerBound)
        reader = try Reaching.kafka(client) { () throws(KafkaError) in
            try RangeReader(topic: flow.topic, ranges, client: client, logger: logger)
        }
    }

    var isDone: Bool { reader.isDone }
    /// The offset to be read next, by partition.
    var positions: [Int32: Int64] { reader.positions }
    /// Offsets that are behind us.
    var passed: Int { positions.reduce(0) { $0 + Int($1.value - (starts[$1.key] ?? 0)) } }

    func next() throws(CommandFailure) -> [DeadLetter] {
        let records = try Reaching.kafka(client) { () throws(KafkaError) in try reader.next() }
        return records.compactMap { record in
            let event = DeadLetter(
                event: .init(partition: record.partition.partition, offset: record.offset), topic: flow.topic,
                flow: flow.name, time: record.timestamp, key: record.key, value: record.value,
                headers: record.headers.map { .init($0.name, $0.value) })
            return selector?.isChosen(event) ?? true ? event : nil
        }
    }

    func close() { reader.close() }
}
