import AllocationCounter
import JQ
import JSON
import JSONSchema

/// The reference example's event with its two schemas and its mapping.
final class ExampleEvent {
    /// The event, compact, as it stands on a topic.
    let text: [UInt8]
    private let program: Program
    private let input: Schema
    private let output: Schema
    private let document = Document()
    private let evaluator: Evaluator
    private let buffer = ByteBuffer()

    init(root: String) throws {
        let example = root + "/examples/crm-to-erp/"
        let event = try bytes(example + "events/customer-updated.json")
        let (pretty, compact) = (Document(), ByteBuffer())
        try event.withUnsafeBytes { compact.write(try pretty.parse($0)) }
        text = Array(compact.bytes)
        let registry = SchemaRegistry { try? bytes(root + "/Schemas/" + $0) }
        input = try Schema(uri: "crm/customer-event.v1.json", in: registry)
        output = try Schema(uri: "erp/client.v2.json", in: registry)
        program = try Program(String(decoding: bytes(example + "mappings/customer-to-client.jq"), as: UTF8.self))
        evaluator = Evaluator(arena: document.arena)
    }

    /// The whole transformation, once. What was written is in the result until the next time.
    @discardableResult
    func transform(_ bytes: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        let value = try document.parse(bytes)
        guard input.isValid(value) else { throw Invalid() }
        let mapped = try evaluator.one(program, value)
        guard output.isValid(mapped) else { throw Invalid() }
        buffer.removeAll()
        buffer.write(mapped)
        return buffer.bytes
    }

    func measureWhole(_ milliseconds: Int) throws {
        let nanoseconds = try text.withUnsafeBytes { bytes in
            try Clock.measure(milliseconds) { try transform(bytes) }
        }
        print("{\"nanoseconds\":\(nanoseconds)}")
    }

    func measureStages() throws {
        func measure(_ stage: String, _ body: () throws -> Void) rethrows {
            let rounds = try (0..<9).map { _ in try Clock.measure(60, body) }
            print("{\"stage\":\"\(stage)\",\"nanoseconds\":\(Int(rounds.sorted()[4].rounded()))}")
        }
        try text.withUnsafeBytes { bytes in
            try measure("parse") { _ = try document.parse(bytes) }
            let value = try document.parse(bytes)
            try measure("validate event") { guard input.isValid(value) else { throw Invalid() } }
            // Mapping needs fresh memory for each event, so parsing is measured with it.
            try measure("parse and map") { _ = try evaluator.one(program, try document.parse(bytes)) }
            let mapped = try evaluator.one(program, try document.parse(bytes))
            try measure("validate mapped") { guard output.isValid(mapped) else { throw Invalid() } }
            measure("write") {
                buffer.removeAll()
                buffer.write(mapped)
            }
            try measure("whole transformation") { try transform(bytes) }
        }
    }

    func countAllocations() throws {
        guard allocation_counter_is_active() != 0 else { return }
        let events = 10_000
        try text.withUnsafeBytes { bytes in
            for _ in 0..<100 { try transform(bytes) }
            var value = try document.parse(bytes)
            var mapped = Value.null
            func count(_ stage: String, _ body: () throws -> Void) rethrows {
                let start = allocation_count()
                for _ in 0..<events { try body() }
                let each = Double(allocation_count() - start) / Double(events)
                print("{\"stage\":\"\(stage)\",\"allocations\":\(each)}")
            }
            try count("parse") { value = try document.parse(bytes) }
            try count("validate event") { guard input.isValid(value) else { throw Invalid() } }
            try count("parse and map") { mapped = try evaluator.one(program, try document.parse(bytes)) }
            try count("validate mapped") { guard output.isValid(mapped) else { throw Invalid() } }
            count("write") {
                buffer.removeAll()
                buffer.write(mapped)
            }
            try count("whole transformation") { try transform(bytes) }
        }
    }
}
