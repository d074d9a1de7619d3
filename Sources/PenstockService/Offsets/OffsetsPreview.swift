import Flows
import Kafka
import Logging

/// Counts what a change of offsets repeats and passes over, by the events and their receipts, and says it.
final class OffsetsPreview {
    private let changes: [OffsetChange]
    private let flow: FlowDefinition
    private let client: ClientProperties
    private let terminal: Terminal
    private let logger: Logger
    private var repeated = SurveyCounts()
    private var passedOver = SurveyCounts()
    /// Events among those passed over that are settled ahead of the committed offset.
    private var settledAhead = 0

    init(
        _ changes: [OffsetChange], flow: FlowDefinition, client: ClientProperties, terminal: Terminal, logger: Logger
    ) throws(CommandFailure) {
        self.changes = changes
        self.flow = flow
        self.client = client
        self.terminal = terminal
        self.logger = logger
    }

    /// - Returns: whether it was not stopped.
    func count(until stop: StopSignal) throws -> Bool {
        let again = OffsetRanges(ranges(\.repeated))
        let over = OffsetRanges(ranges(\.passedOver))
        guard again.count + over.count > 0 else { return true }
        let recorded = try RecordedState.load(
            flow, partitions: changes.map(\.partition), client: client, logger: logger)
        defer { recorded?.close() }
        let survey = try Survey(flow, EventFilter(), recorded?.knowledge, client: client, logger: logger)
        repeated = try survey.run(again, bar: "count", terminal: terminal, isStopped: { stop.isStopped }) { _, _ in }
        let ahead = Dictionary(uniqueKeysWithValues: changes.map { ($0.partition, $0.ahead) })
        passedOver = try survey.run(over, bar: "count", terminal: terminal, isStopped: { stop.isStopped }) {
            event, _ in
            if ahead[event.place.partition]?.contains(event.place.offset) == true { settledAhead += 1 }
        }
        return !stop.isStopped
    }

    private func ranges(_ part: (OffsetChange) -> Range<Int64>) -> [Int32: Range<Int64>] {
        Dictionary(uniqueKeysWithValues: changes.map { ($0.partition, part($0)) }.filter { !$0.1.isEmpty })
    }

    private var unsettled: Int { passedOver.selected - settledAhead }

    // MARK: - Saying it

    func print(isSet: Bool) {
        switch terminal.output {
        case .json: terminal.print(json(isSet: isSet))
        case .table where isSet: terminal.print("set \(counted(changes.count, "partition")) of \(flow.group)")
        case .table:
            printTable()
            for line in lines { terminal.print(line) }
        }
    }

    private func printTable() {
        var table = Table(["partition", "committed", "new", "repeats", "passes over"])
        for change in changes {
            table.add([
                String(change.partition), change.committed.map(String.init) ?? "-", String(change.offset),
                String(change.repeated.count), String(change.passedOver.count),
            ])
        }
        for line in table.lines { terminal.print(line) }
    }

    private var lines: [String] {
        var lines: [String] = []
        if repeated.selected > 0 {
            lines.append(
                "repeated: \(counted(repeated.selected, "event")), of which \(repeated.toCall) would be called "
                    + "(\(repeated.recorded) have receipts, \(repeated.byRule) need no call, "
                    + "\(repeated.keyParked) are of parked keys, \(repeated.faulty) would be parked)")
            if flow.receipts == nil { lines.append("the flow keeps no receipts: every effect would be repeated") }
        }
        if passedOver.selected > 0 {
            lines.append(
                "passed over: \(counted(passedOver.selected, "event")), of which \(unsettled) were never settled "
                    + "and would never run (\(settledAhead) are settled ahead)")
        }
        return lines
    }

    private func json(isSet: Bool) -> String {
        let object = JSONObject()
        object.add("flow", flow.name)
        object.add("group", flow.group)
        object.add("set", isSet)
        object.add(
            "partitions",
            changes.map { change in
                let object = JSONObject()
                object.add("partition", Int(change.partition))
                object.add("committed", json: change.committed.map(String.init) ?? "null")
                object.add("new", Int(change.offset))
                object.add("repeats", change.repeated.count)
                object.add("passes_over", change.passedOver.count)
                return object
            })
        object.add("repeated", repeated.selected)
        object.add("repeated_calls", repeated.toCall)
        object.add("repeated_with_receipts", repeated.recorded)
        object.add("passed_over", passedOver.selected)
        object.add("never_settled", unsettled)
        return object.text
    }
}
