import JQ
import JSON

/// An expectation written from what a flow did.
///
/// It keeps the form of the one that it replaces where that still holds: a condition on a body stays a condition, the
/// headers that were compared are compared again, what was left out stays left out.
enum ExpectationText {
    /// The headers that a new call is written with.
    private static let headersOfNewCalls = ["idempotency-key"]

    static func json(of run: GoldenRun, like old: GoldenCase.Expectation?) -> [UInt8] {
        let buffer = ByteBuffer(capacity: 1_024)
        var object = ObjectWriter(buffer)
        object.member("outcome", run.outcome.rawValue)
        if run.outcome == .parked, let fault = run.fault, old?.parked != nil || old?.outcome != .parked {
            object.member("parked") { write(fault, run.status, like: old?.parked, to: $0) }
        }
        if old == nil || old?.calls != nil {
            object.member("calls") { buffer in
                buffer.append("[")
                for (index, call) in run.calls.enumerated() {
                    if index > 0 { buffer.append(",") }
                    let calls = old?.calls ?? []
                    write(call, like: index < calls.count ? calls[index] : nil, to: buffer)
                }
                buffer.append("]")
            }
        }
        object.end()
        return Array(buffer.bytes)
    }

    private static func write(
        _ fault: EventFault, _ status: Int, like old: GoldenCase.Parked?, to buffer: ByteBuffer
    ) {
        var object = ObjectWriter(buffer)
        if old == nil || old?.reason != nil { object.member("reason", fault.reason.name) }
        if let step = fault.step, old == nil || old?.step != nil { object.member("step", step) }
        if status != 0, old == nil || old?.status != nil { object.member("status") { $0.append(String(status)) } }
        if let pattern = old?.message {
            object.member(
                "message", GoldenComparison.matches(fault.message, pattern) ? pattern.text : escaped(fault.message))
        }
        object.end()
    }

    private static func write(_ call: GoldenRun.Call, like old: GoldenCase.Call?, to buffer: ByteBuffer) {
        var object = ObjectWriter(buffer)
        if old == nil || old?.step != nil { object.member("step", call.step) }
        if old == nil || old?.method != nil { object.member("method", call.method) }
        if old == nil || old?.path != nil { object.member("path", call.path) }
        let names = old?.headers.map { $0.name.lowercased() } ?? headersOfNewCalls
        let headers = call.headers.filter { names.contains($0.name.lowercased()) }
        if !headers.isEmpty {
            object.member("headers") { buffer in
                var fields = ObjectWriter(buffer)
                for header in headers { fields.member(header.name, header.value) }
                fields.end()
            }
        }
        if let condition = old?.bodyWhere, holds(condition, for: call.body) {
            object.member("body_where", condition.text)
        } else if let body = call.body, old == nil || old?.body != nil || old?.bodyWhere != nil {
            object.member("body") { buffer in body.withUnsafeBytes { buffer.append($0) } }
        }
        if let wait = old?.wait, call.wait >= wait { object.member("waits_at_least", DurationText.text(wait)) }
        object.end()
    }

    private static func holds(_ condition: Configuration.Expression, for body: [UInt8]?) -> Bool {
        let arena = Arena()
        guard let body = body?.value(in: arena), let program = try? Program(condition.text) else { return false }
        return (try? Evaluator(arena: arena).truth(program, body)) ?? false
    }

    /// A pattern that matches the text and nothing else.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { pattern, character in
            if #"\^$.|?*+()[]{}"#.contains(character) { pattern.append("\\") }
            pattern.append(character)
        }
    }
}

/// Writes an object member by member.
struct ObjectWriter {
    private let buffer: ByteBuffer
    private var isEmpty = true

    init(_ buffer: ByteBuffer) {
        self.buffer = buffer
        buffer.append("{")
    }

    mutating func member(_ name: String, _ value: String) {
        member(name) { $0.writeString(value) }
    }

    mutating func member(_ name: String, _ write: (ByteBuffer) -> Void) {
        if !isEmpty { buffer.append(",") }
        isEmpty = false
        buffer.writeString(name)
        buffer.append(":")
        write(buffer)
    }

    func end() { buffer.append("}") }
}
