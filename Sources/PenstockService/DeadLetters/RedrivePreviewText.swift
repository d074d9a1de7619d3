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
            for call in calls { for line in call.lines { terminal.print("  " + line) } }
            if let text = ending.text { terminal.print("  \(text)") }
        }
    }

    private func json(
        _ entry: DeadLetterBook.Entry, _ calls: [RedrivePreview.Call], _ ending: RedrivePreview.Ending
    ) -> String {
        let object = JSONObject()
        object.add("letter", entry.letter.place.description)
        if let key = entry.letter.key { object.add("key", DeadLetterRow.text(key)) }
        object.add("calls", calls.map(\.json))
        if let text = ending.text { object.add("then", text) }
        return object.text
    }
}

extension RedrivePreview.Call {
    /// `create-client: POST erp/clients`, and the body.
    var lines: [String] {
        let head = "\(step): \(method) \(system)\(path)"
        guard let body else { return [head] }
        return [head] + DeadLetterShowCommand.pretty(body).split(separator: "\n").map { "  \($0)" }
    }

    var json: JSONObject {
        let object = JSONObject()
        object.add("step", step)
        object.add("method", method)
        object.add("system", system)
        object.add("path", path)
        object.add("idempotency_key", idempotencyKey)
        // A mapped document is JSON by its making.
        if let body { object.add("body", json: String(decoding: body, as: UTF8.self)) }
        return object
    }
}

extension RedrivePreview.Ending {
    /// What is to be said of how the event would go on; `nil`: nothing.
    var text: String? {
        switch self {
        case .done: nil
        case .skipped: "no call: no step is for it, or it is passed over"
        case .fault(let fault): "would fail: \(fault.reason.name): \(fault.message)"
        case .dependsOnAnswers: "further steps depend on the answers"
        }
    }
}
