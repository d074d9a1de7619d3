import Flows
import JSON
import Reconciliation

/// What a comparison found, for people and for programs.
struct ReconcileText {
    private static let exampleLimit = 5

    private let outcome: Reconciler.Outcome
    private let flow: FlowDefinition
    private let terminal: Terminal

    init(_ outcome: Reconciler.Outcome, _ flow: FlowDefinition, _ terminal: Terminal) {
        self.outcome = outcome
        self.flow = flow
        self.terminal = terminal
    }

    private var entity: String { flow.reconcile?.entity ?? "" }

    // MARK: - For people

    func print() throws {
        let tally = outcome.tally
        terminal.print(
            terminal.styled("\(flow.name): \(tally.total) keys of \(flow.topic) against \(entity)", .bold))
        let listed = outcome.listed.map { "\($0) records listed" } ?? "read one by one"
        let again = outcome.isResumed ? ", gone on with" : ""
        terminal.print("\(outcome.events) events, \(listed), \(Self.seconds(outcome.spent))\(again)")
        if outcome.eventsWithoutKey > 0 {
            terminal.print("\(outcome.eventsWithoutKey) events without a key are not compared")
        }
        terminal.print("")
        terminal.print(bar(tally))
        terminal.print("")
        var table = Table(["verdict", "keys", "share", "what"])
        for verdict in Verdict.allCases {
            table.add([
                "\(Self.mark(verdict)) \(verdict.title)", "\(tally[verdict])", Self.share(tally[verdict], tally.total),
                details(verdict),
            ])
        }
        for line in table.lines { terminal.print(line) }
        try printExamples()
    }

    private func bar(_ tally: Tally) -> String {
        let verdicts = Verdict.allCases
        let widths = ProportionBar.widths(verdicts.map { tally[$0] }, width: 60)
        let parts = zip(verdicts, widths).map { verdict, width in
            let character = terminal.hasColour ? "█" : Self.mark(verdict)
            return terminal.styled(String(repeating: character, count: width), Self.style(verdict))
        }
        return "[" + parts.joined() + "]"
    }

    private func details(_ verdict: Verdict) -> String {
        let tally = outcome.tally
        let names = verdict == .different ? tally.members : tally.reasons[verdict] ?? [:]
        let ranking = Tally.ranking(names)
        let shown = ranking.prefix(4).map { "\($0.name.isEmpty ? "(whole)" : $0.name) \($0.count)" }
        return shown.joined(separator: ", ") + (ranking.count > 4 ? ", …" : "")
    }

    private func printExamples() throws {
        var shown: [Verdict: Int] = [:]
        var lines: [String] = []
        try FindingsFile.read(outcome.findings) { finding in
            guard finding.verdict != .inMotion, shown[finding.verdict, default: 0] < Self.exampleLimit else {
                return true
            }
            shown[finding.verdict, default: 0] += 1
            lines.append("\(Self.mark(finding.verdict)) \(finding.keyText)  \(Self.what(finding))")
            return true
        }
        guard !lines.isEmpty else { return }
        terminal.print("")
        for line in lines.sorted() { terminal.print(line) }
        if outcome.tally.total - outcome.tally[.equal] > lines.count {
            terminal.print("--output json or csv lists all; --report FILE.html shows them")
        }
    }

    private static func what(_ finding: ReconcileFinding) -> String {
        if let reason = finding.reason { return reason }
        let shown = finding.differences.prefix(3).map { difference in
            switch (difference.expected, difference.actual) {
            case (let expected?, let actual?): "\(difference.pointer) \(short(expected)) ≠ \(short(actual))"
            case (let expected?, nil): "\(difference.pointer) \(short(expected)) is not there"
            case (nil, let actual?): "\(difference.pointer) has \(short(actual))"
            case (nil, nil): difference.pointer
            }
        }
        return shown.joined(separator: ", ") + (finding.differences.count > 3 ? ", …" : "")
    }

    private static func short(_ text: String) -> String {
        text.count > 40 ? text.prefix(39) + "…" : text
    }

    private static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .equal: "="
        case .different: "!"
        case .missing: "-"
        case .unknown: "+"
        case .notComparable: "?"
        case .inMotion: "~"
        }
    }

    private static func style(_ verdict: Verdict) -> Terminal.Style {
        switch verdict {
        case .equal: .green
        case .different: .yellow
        case .missing: .red
        case .unknown, .inMotion: .cyan
        case .notComparable: .dim
        }
    }

    private static func share(_ count: Int, _ total: Int) -> String {
        guard total > 0 else { return "-" }
        let hundredths = (count * 10_000 + total / 2) / total
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)%"
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
    }

    // MARK: - For programs

    /// A line for each finding, and one with the figures at the end.
    func printJSON() throws {
        let line = ByteBuffer(capacity: 1_024)
        try FindingsFile.read(outcome.findings) { finding in
            line.removeAll()
            finding.write(to: line)
            terminal.print(line.text)
            return true
        }
        let figures = JSONObject()
        figures.add("flow", flow.name)
        figures.add("entity", entity)
        figures.add("run", outcome.run)
        figures.add("started_at", Timestamp.text(milliseconds: outcome.startedAt))
        figures.add("finished_at", Timestamp.text(milliseconds: outcome.finishedAt))
        figures.add("events", outcome.events)
        if let listed = outcome.listed { figures.add("listed", listed) }
        figures.add("keys", outcome.tally.total)
        for verdict in Verdict.allCases { figures.add(verdict.rawValue, outcome.tally[verdict]) }
        let object = JSONObject()
        object.add("summary", figures)
        terminal.print(object.text)
    }

    /// A row for each member that differs, and one for each finding that has none.
    func printCSV() throws {
        terminal.print("key,verdict,reason,partition,offset,pointer,expected,actual")
        try FindingsFile.read(outcome.findings) { finding in
            let head = [
                finding.keyText, finding.verdict.rawValue, finding.reason ?? "",
                finding.origin.map { "\($0.partition)" } ?? "", finding.origin.map { "\($0.offset)" } ?? "",
            ]
            let rows = finding.differences.map { [$0.pointer, $0.expected ?? "", $0.actual ?? ""] }
            for row in rows.isEmpty ? [["", "", ""]] : rows {
                terminal.print((head + row).map(Self.field).joined(separator: ","))
            }
            return true
        }
    }

    /// A field as RFC 4180 has it.
    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    // MARK: - The report

    var summary: ReportSummary {
        var facts: [ReportSummary.Fact] = [
            .init("flow", flow.name), .init("topic", flow.topic), .init("system", entity),
            .init("begun", Timestamp.text(milliseconds: outcome.startedAt)),
            .init("finished", Timestamp.text(milliseconds: outcome.finishedAt)), .init("events", "\(outcome.events)"),
        ]
        facts.append(.init("records", outcome.listed.map { "\($0) listed" } ?? "read one by one"))
        facts.append(.init("comparison", outcome.run))
        return ReportSummary(title: "\(flow.name) ↔ \(entity)", facts: facts, tally: outcome.tally)
    }
}
