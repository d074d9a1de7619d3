import Flows
import Reconciliation

/// What a repair says: what it would call, what failed, and its account.
extension RepairStage {
    func tell(_ result: RedriveResult, _ fault: EventFault) {
        terminal.clearDrawing()
        let key = result.entry.key.bytes.map { String(decoding: $0, as: UTF8.self) } ?? "-"
        terminal.note("not repaired: \(key): \(fault.reason.name): \(fault.message)")
    }

    func preview(_ findings: [ReconcileFinding], _ repair: Repair) throws {
        let (batches, refusals) = try repair.batches(findings)
        let verdicts = Dictionary(findings.map { ($0.key, $0.verdict) }) { first, _ in first }
        for batch in batches {
            let preview = try repair.preview(batch)
            for line in batch.lines {
                guard let key = line.key.bytes, let letter = line.letters.first?.letter else { continue }
                let (calls, ending) = preview.calls(for: letter)
                let made = calls.map { "\($0.step): \($0.method) \($0.system)\($0.path)" }
                let then: String? = if case .fault(let fault) = ending { "would fail: \(fault.message)" } else { nil }
                printPreview(key, verdicts[key] ?? .missing, made, then)
            }
        }
        for refusal in refusals {
            printPreview(refusal.finding.key, refusal.finding.verdict, [], "is not repaired: \(refusal.reason)")
        }
    }

    private func printPreview(_ key: [UInt8], _ verdict: Verdict, _ calls: [String], _ then: String?) {
        let text = String(decoding: key, as: UTF8.self)
        guard terminal.output == .json else {
            let what = (calls + [then].compactMap(\.self)).joined(separator: ", ")
            return terminal.print("\(text) (\(verdict.title)): \(what)")
        }
        let object = JSONObject()
        object.add("repair", text)
        object.add("verdict", verdict.rawValue)
        object.add(
            "calls",
            calls.map { call in
                let object = JSONObject()
                object.add("call", call)
                return object
            })
        if let then { object.add("then", then) }
        terminal.print(object.text)
    }

    func tellPreview(_ count: Int) {
        guard terminal.output == .json else {
            return terminal.print("would send \(counted(count, "key")) again; nothing was called")
        }
        let object = JSONObject()
        object.add("would_repair", count)
        terminal.print(object.text)
    }

    func tell(_ account: Account, _ text: String?) {
        guard terminal.output == .json else {
            return terminal.print(text ?? self.text(account))
        }
        let figures = JSONObject()
        figures.add("repaired", account.sent)
        if account.isVerified { figures.add("verified", account.verified) }
        figures.add("failed", account.failed)
        figures.add("in_motion", account.moved)
        figures.add("held_back", account.heldBack)
        figures.add("held_back_left", account.heldBackLeft)
        let object = JSONObject()
        object.add("repair", figures)
        terminal.print(object.text)
    }

    private func text(_ account: Account) -> String {
        let verified =
            account.isVerified
            ? "verified: \(account.verified)" : "verified: not possible without `get`; compare again"
        var text =
            "repaired: \(account.sent), \(verified), failed: \(account.failed), in motion: \(account.moved)"
        if account.heldBack + account.heldBackLeft > 0 {
            text += "; new events that waited: \(account.heldBack) run after it, \(account.heldBackLeft) parked"
        }
        return text
    }
}
