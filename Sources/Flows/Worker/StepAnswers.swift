import JSON

/// What systems answered to the earlier steps of an event, kept for `$steps` until the event is settled.
///
/// It lives as long as the process: after a restart an event starts again with its first step, under the same
/// idempotency keys (D3, D4), and gets its answers anew. A body is bounded by its system's response limit.
final class StepAnswers {
    private struct Answer {
        let step: Int
        let status: Int
        let body: Range<Int>
    }

    private var answers: [Answer] = []
    private let bodies = ByteBuffer(capacity: 256, retainedCapacity: 2_048)

    /// Bytes held.
    var byteCount: Int { bodies.count }

    func keep(step: Int, status: Int, body: UnsafeRawBufferPointer) {
        let start = bodies.count
        bodies.append(body)
        answers.append(Answer(step: step, status: status, body: start..<bodies.count))
    }

    func removeAll() {
        answers.removeAll(keepingCapacity: true)
        bodies.removeAll()
    }

    /// `{ "create-client": { "status": 201, "body": {…} } }`, by the steps' names. Valid until an answer is added.
    func value(names: [String], arena: Arena) throws -> Value {
        let members = try arena.allocate(Member.self, count: answers.count)
        for (index, answer) in answers.enumerated() {
            let content = try arena.allocate(Member.self, count: 2)
            content.initialize(to: Member(key: try arena.string("status"), value: .number(Double(answer.status))))
            (content + 1).initialize(to: Member(key: try arena.string("body"), value: try body(answer, arena)))
            let value = try arena.object(UnsafeBufferPointer(start: content, count: 2))
            (members + index).initialize(to: Member(key: try arena.string(names[answer.step]), value: value))
        }
        return try arena.object(UnsafeBufferPointer(start: members, count: answers.count))
    }

    /// The body as JSON; as a string where it is none, and `null` where it is empty.
    private func body(_ answer: Answer, _ arena: Arena) throws -> Value {
        let bytes = UnsafeRawBufferPointer(rebasing: bodies.bytes[answer.body])
        if bytes.isEmpty { return .null }
        if let value = try? Parser().parse(bytes, into: arena) { return value }
        return bytes.isUTF8 ? .string(bytes) : try arena.string(String(decoding: bytes, as: UTF8.self))
    }
}
