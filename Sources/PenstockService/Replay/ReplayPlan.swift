import Flows
import Kafka
import Logging

/// Which events of a range a replay runs: a first look at all of them, before anything is called.
final class ReplayPlan {
    /// The flow as the replay runs it.
    let flow: FlowDefinition
    /// What is recorded of effects and keys; `nil` where the flow keeps no receipts.
    let recorded: RecordedState?
    let ranges: OffsetRanges
    private(set) var counts = SurveyCounts()
    /// Whether all was looked at.
    private(set) var isWhole = false
    /// The offsets to be run, by partition, ascending.
    private var places: [Int32: [Int64]] = [:]
    /// The last offset of each key that is to be run.
    private(set) var lastOffsets: [OrderKey: Int64] = [:]
    /// Events at fault before any call, the first few.
    private var faults: [(DeadLetter.Place, EventFault)] = []
    private let command: ReplayCommand
    private let survey: Survey

    init(_ command: ReplayCommand, _ ranges: OffsetRanges, _ group: FlowGroup, _ stop: StopSignal) throws {
        self.command = command
        self.ranges = ranges
        flow = command.options.again ? command.flow.again(command.options.name) : command.flow
        recorded = try RecordedState.load(
            command.flow, partitions: ranges.ranges.keys, client: command.client, logger: command.logger)
        try recorded?.forgetHolds { $0.name == command.options.name }
        survey = try Survey(
            flow, command.options.filter, recorded?.knowledge, client: command.client, logger: command.logger)
        counts = try survey.run(
            ranges, bar: "count", terminal: command.terminal, isStopped: { stop.isStopped }
        ) { event, verdict in note(event, verdict) }
        isWhole = !stop.isStopped
    }

    func close() {
        recorded?.close()
    }

    private func note(_ event: DeadLetter, _ verdict: EventExaminer.Verdict) {
        switch verdict {
        case .call:
            places[event.place.partition, default: []].append(event.place.offset)
            lastOffsets[survey.key(of: event)] = event.place.offset
        case .fault(let fault): if faults.count < 5 { faults.append((event.place, fault)) }
        case .recorded, .byRule, .keyParked: break
        }
    }

    func key(of event: DeadLetter) -> OrderKey { survey.key(of: event) }

    // MARK: - The events

    /// The part of the ranges in which something is to be run.
    private var narrowed: OffsetRanges {
        OffsetRanges(
            places.compactMapValues { offsets in
                offsets.first.flatMap { first in offsets.last.map { first..<$0 + 1 } }
            })
    }

    /// Reads the events that are to be run; `isMine` tells which of them are.
    func reader() throws(CommandFailure) -> EventReader {
        try EventReader(flow, narrowed, selector: nil, client: command.client, logger: command.logger)
    }

    func isMine(_ place: DeadLetter.Place) -> Bool {
        guard let offsets = places[place.partition] else { return false }
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] < place.offset { low = middle + 1 } else { high = middle }
        }
        return low < offsets.count && offsets[low] == place.offset
    }

    func forEachCall(_ body: (DeadLetter) throws -> Void) throws {
        let events = try reader()
        defer { events.close() }
        while !events.isDone {
            for event in try events.next() where isMine(event.place) { try body(event) }
        }
    }

    // MARK: - Saying it

    /// Says what is about to be done.
    func tell() {
        let options = command.options
        var text =
            "replay \(options.name): \(counts.toCall) of \(counted(counts.selected, "event")) to be called "
            + "(with receipts: \(counts.recorded), by rule: \(counts.byRule), keys parked: \(counts.keyParked), "
            + "at fault: \(counts.faulty))"
        if let pace = options.pace, counts.toCall > 0 {
            text += ", in about \(pace.duration(of: counts.toCall)) s"
        }
        command.terminal.note(text)
        for (place, fault) in faults {
            command.terminal.note("at fault, not run: \(place): \(fault.reason.name): \(fault.message)")
        }
        if options.again, counts.toCall == 0, counts.recorded > 0 {
            command.terminal.note("this replay has made all effects already; to make them anew give another --name")
        }
    }
}
