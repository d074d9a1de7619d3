import Flows
import JSON

/// Prints what a redrive would call.
struct RedrivePreviewText {
    private let preview: RedrivePreview
    private let flow: FlowDefinition
    private let terminal: Terminal

    init(_ flow: FlowDefinition, terminal: Terminal) throws(CommandFailure) {
        do {
            preview = try RedrivePreview(flow)
        } catch {
            throw CommandFailure("\(error)", status: .usedWrongly)
        }
        self.flow = flow
        self.terminal = terminal
    }

    func print(_ plan: RedrivePlan) {
        for line in plan.lines {
            for entry in line.letters { print(entry) }
        }
        guard terminal.output == .table else { return }
        terminal.print(
            "would redrive \(counted(plan.letterCount, "dead letter")) of \(counted(plan.lines.count, "key")); "
                + "nothing was called")
    }

    private func print(_ entry: DeadLetterBook.Entry) {
        let (calls, ending) = preview.calls(for: entry.letter)
        switch terminal.output {
        case .json: terminal.print(json(entry, calls, ending))
        case .table:
            let key = entry.letter.key.map { " key \(DeadLetterRow.text($0))" } ?? ""
            terminal.print(terminal.styled("\(entry.letter.place)\(key) (\(entry.reason))", .bold))
            for call in calls { print(call) }
            if let text = text(ending) { terminal.print("  \(text)") }
        }
    }

    private func print(_ call: RedrivePreview.Call) {
        terminal.print("  \(call.step): \(call.method) \(call.system)\(call.path)")
        guard let body = call.body else { return }
        for line in DeadLetterShowCommand.pretty(body).split(separator: "\n") { terminal.print("    \(line)") }
    }

    private func text(_ ending: RedrivePreview.Ending) -> String? {
        switch ending {
        case .done: nil
        case .skipped: "no call: no step is for it, or it is passed over"
        case .fault(let fault): "would fail: \(fault.reason.name): \(fault.message)"
        case .dependsOnAnswers: "further steps depend on the answers"
        }
    }

    private func json(
        _ entry: DeadLetterBook.Entry, _ calls: [RedrivePreview.Call], _ ending: RedrivePreview.Ending
    ) -> String {
        let object = JSONObject()
        object.add("letter", entry.letter.place.description)
        if let key = entry.letter.key { object.add("key", DeadLetterRow.text(key)) }
        object.add(
            "calls",
            calls.map { call in
                let object = JSONObject()
                object.add("step", call.step)
                object.add("method", call.method)
                object.add("system", call.system)
                object.add("path", call.path)
                object.add("idempotency_key", call.idempotencyKey)
                // A mapped document is JSON by its making.
                if let body = call.body { object.add("body", json: String(decoding: body, as: UTF8.self)) }
                return object
            })
        if let text = text(ending) { object.add("then", text) }
        return object.text
    }
}
