import Flows
import Kafka
import Logging

/// Gives dead letters up: they are marked and not redriven any more. The records stay in the dead-letter topic.
public struct DeadLetterDiscardCommand {
    private let selection: DeadLetterSelection
    private let isDryRun: Bool
    private let confirmation: Confirmation
    private let terminal: Terminal
    private let logger: Logger

    public init(
        _ selection: DeadLetterSelection, isDryRun: Bool, confirmation: Confirmation, terminal: Terminal,
        logger: Logger
    ) {
        self.selection = selection
        self.isDryRun = isDryRun
        self.confirmation = confirmation
        self.terminal = terminal
        self.logger = logger
    }

    public func run() throws -> ExitStatus {
        let flow = try selection.onlyFlow()
        let archive = try DeadLetterArchive(flow, keepsContent: false, client: selection.client, logger: logger)
        defer { archive.close() }
        let chosen = archive.book.entries(selection.filter)
        let plan = RedrivePlan(archive.book, selection.filter)
        guard !chosen.isEmpty, !isDryRun else {
            report(chosen.count, plan, flow)
            return .done
        }
        let question =
            "discard \(counted(chosen.count, "dead letter")) of \(counted(plan.lines.count, "key")) "
            + "of the flow \(flow.name)"
        guard try confirmation.obtain(question, terminal: terminal) else { return .foundProblems }
        try discard(chosen, plan, flow)
        report(chosen.count, plan, flow)
        return .done
    }

    private func discard(_ chosen: [DeadLetterBook.Entry], _ plan: RedrivePlan, _ flow: FlowDefinition) throws {
        let writer = try RedriveWriter(flow, client: selection.client, logger: logger)
        defer { writer.close() }
        for entry in chosen {
            let place = entry.letter.place
            let mark = DeadLetterMark(
                state: .discarded, redrives: entry.redrives, time: Timestamp.now(), letter: entry.letter.position)
            try writer.write(.letter(place, mark), partition: place.partition)
        }
        // The marks are there before a worker lets the key go on.
        try writer.finish()
        let places = Set(chosen.map(\.letter.place))
        for line in plan.lines {
            var progress = line.progress
            for entry in line.letters where places.contains(entry.letter.place) {
                progress.finish(entry.letter.place.offset)
            }
            guard let key = line.key.bytes, let through = progress.through else { continue }
            try writer.write(.key(key, KeyRedriven(through: through)), partition: line.key.partition)
        }
        try writer.finish()
    }

    private func report(_ count: Int, _ plan: RedrivePlan, _ flow: FlowDefinition) {
        switch terminal.output {
        case .table:
            let verb = isDryRun ? "would be discarded" : "discarded"
            terminal.print("\(counted(count, "dead letter")) of \(counted(plan.lines.count, "key")) \(verb)")
        case .json:
            let object = JSONObject()
            object.add("flow", flow.name)
            object.add(isDryRun ? "would_discard" : "discarded", count)
            object.add("keys", plan.lines.count)
            terminal.print(object.text)
        }
    }
}

/// `1 key`, `2 keys`.
func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}
