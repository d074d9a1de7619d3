import Flows
import Kafka
import Logging

/// What is parked and why: in groups, by key, or letter by letter.
public struct DeadLetterListCommand {
    public enum View: Sendable {
        case groups, keys, letters
    }

    private let selection: DeadLetterSelection
    private let view: View
    /// Whether letters that are redriven or discarded are listed too.
    private let listsDone: Bool
    private let terminal: Terminal
    private let logger: Logger

    public init(
        _ selection: DeadLetterSelection, view: View, listsDone: Bool, terminal: Terminal, logger: Logger
    ) {
        self.selection = selection
        self.view = view
        self.listsDone = listsDone
        self.terminal = terminal
        self.logger = logger
    }

    public func run() throws -> ExitStatus {
        var rows: [DeadLetterRow] = []
        for flow in selection.flows {
            let archive = try DeadLetterArchive(
                flow, keepsContent: false, client: selection.client, logger: logger)
            defer { archive.close() }
            let entries = archive.book.entries(selection.filter, openOnly: !listsDone)
            rows += DeadLetterRow.rows(entries, flow: flow.name, view: view)
        }
        print(rows)
        return .done
    }

    private func print(_ rows: [DeadLetterRow]) {
        switch terminal.output {
        case .json:
            for row in rows { terminal.print(row.json) }
        case .table:
            guard !rows.isEmpty else { return terminal.print("no dead letters") }
            var table = Table(DeadLetterRow.headings(view))
            for row in rows { table.add(row.cells.map { $0.text ?? "-" }) }
            for line in table.lines { terminal.print(line) }
        }
    }
}
