import Flows
import JSON

/// Prints what a replay would call.
struct ReplayPreviewText {
    private let preview: RedrivePreview
    private let terminal: Terminal

    init(_ flow: FlowDefinition, _ knowledge: RedriveKnowledge?, terminal: Terminal) throws(CommandFailure) {
        do {
            preview = try RedrivePreview(flow, knowledge: knowledge)
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
        self.terminal = terminal
    }

    func print(_ event: DeadLetter, key: OrderKey) {
        let (calls, ending) = preview.calls(for: event, key: key.bytes)
        switch terminal.output {
        case .json:
            let object = JSONObject()
            object.add("event", event.place.description)
            if let key = key.bytes { object.add("key", DeadLetterRow.text(key)) }
            object.add("calls", calls.map(\.json))
            if let text = ending.text { object.add("then", text) }
            terminal.print(object.text)
        case .table:
            let name = key.bytes.map { " key \(DeadLetterRow.text($0))" } ?? ""
            terminal.print(terminal.styled("\(event.place)\(name)", .bold))
            for call in calls { for line in call.lines { terminal.print("  " + line) } }
            if let text = ending.text { terminal.print("  \(text)") }
        }
    }

    func printSummary(_ counts: SurveyCounts) {
        switch terminal.output {
        case .table:
            terminal.print(
                "would call \(counted(counts.toCall, "event")) of \(counts.selected) (with receipts: "
                    + "\(counts.recorded), by rule: \(counts.byRule), keys parked: \(counts.keyParked), "
                    + "at fault: \(counts.faulty)); nothing was called")
        case .json:
            let object = JSONObject()
            object.add("selected", counts.selected)
            object.add("would_call", counts.toCall)
            object.add("with_receipts", counts.recorded)
            object.add("by_rule", counts.byRule)
            object.add("keys_parked", counts.keyParked)
            object.add("at_fault", counts.faulty)
            terminal.print(object.text)
        }
    }
}
