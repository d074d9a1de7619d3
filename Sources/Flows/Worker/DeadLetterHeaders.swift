import Delivery
import JSON
import Kafka

/// The headers of a dead letter: the record's own, then Kafka Connect's names for what failed, then Penstock's.
///
/// Those of an earlier hop are replaced, never appended to, and every text is capped, so that an event that fails again
/// and again does not grow.
struct DeadLetterHeaders {
    /// The longest message, in bytes.
    static let messageLimit = 2_048
    /// The longest excerpt of a system's answer, in bytes.
    static let bodyLimit = 2_048

    let flow: String
    let topic: String
    let taskID: String

    /// All headers for the event in the slot, ready to be produced.
    func headers(for slot: EventSlot, fault: EventFault) -> ProducerHeaders {
        let context = context(of: slot, fault: fault)
        var headers = ProducerHeaders(capacity: slot.record.headerCount + context.count)
        slot.record.forEachHeader { name, value in
            if !DeadLetterHeaders.isOurs(String(decoding: name, as: UTF8.self)) { headers.add(name, value) }
        }
        for (name, value) in context { headers.add(name, value) }
        return headers
    }

    static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("__connect.errors.") || name.hasPrefix("penstock.")
    }

    private func context(of slot: EventSlot, fault: EventFault) -> [(String, String)] {
        var context = [
            ("__connect.errors.topic", topic),
            ("__connect.errors.partition", String(slot.record.partition)),
            ("__connect.errors.offset", String(slot.record.offset)),
            ("__connect.errors.connector.name", flow),
            ("__connect.errors.task.id", taskID),
            ("__connect.errors.stage", fault.stage.rawValue),
            ("__connect.errors.class.name", fault.step.map { "penstock.step.\($0)" } ?? "penstock.event"),
            ("__connect.errors.exception.class.name", "penstock.\(fault.reason.name)"),
            ("__connect.errors.exception.message", capped(fault.message, to: DeadLetterHeaders.messageLimit)),
            ("penstock.flow", flow),
            ("penstock.reason", fault.reason.name),
            ("penstock.attempts", String(slot.attempts)),
            ("penstock.first-failed-at", Timestamp.text(milliseconds: slot.firstFailedAt)),
        ]
        if let step = fault.step { context.append(("penstock.step", step)) }
        if !slot.undoneSteps.isEmpty { context.append(("penstock.compensated", slot.undoneSteps)) }
        if !slot.stepsToUndo.isEmpty { context.append(("penstock.uncompensated", slot.stepsToUndo)) }
        if slot.lastStatus != 0 {
            context.append(("penstock.http.status", String(slot.lastStatus)))
            let body = String(decoding: slot.lastAnswer.bytes, as: UTF8.self)
            context.append(("penstock.http.body", capped(body, to: DeadLetterHeaders.bodyLimit)))
        }
        return context
    }

    /// The text's beginning, whole characters of it, in at most `limit` bytes.
    private func capped(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let end = text.utf8.index(text.utf8.startIndex, offsetBy: limit - 3)
        var start = end
        while String.Index(start, within: text) == nil { start = text.utf8.index(before: start) }
        return String(text[..<start]) + "…"
    }
}

extension EventSlot {
    /// The steps that are undone, last first.
    var undoneSteps: String { failure.map { $0.undone.joined(separator: ",") } ?? "" }
    /// The steps that are to be undone still.
    var stepsToUndo: String {
        guard let failure else { return "" }
        return failure.undo.filter { !failure.undone.contains($0) }.joined(separator: ",")
    }
}
