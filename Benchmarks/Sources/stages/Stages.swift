import Foundation
import JQ
import JSON
import JSONSchema

/// CPU time of each stage of the transformation for one event, in nanoseconds: the reference example's files.
///
///     stages ROOT        (the repository's root)
///
/// Prints one JSON object a line: `{"stage": …, "nanoseconds": …}`; the median of several rounds.
@main
struct Stages {
    static let rounds = 15
    static let eventsPerRound = 20_000

    static func main() throws {
        let root = CommandLine.arguments.dropFirst().first ?? "."
        let event = [UInt8](
            try Data(contentsOf: URL(filePath: root + "/examples/crm-to-erp/events/customer-updated.json")))
        let mapping = try String(
            contentsOfFile: root + "/examples/crm-to-erp/mappings/customer-to-client.jq", encoding: .utf8)
        let registry = SchemaRegistry { uri in
            (try? Data(contentsOf: URL(filePath: root + "/Schemas/" + uri))).map { [UInt8]($0) }
        }
        let input = try Schema(uri: "crm/customer-event.v1.json", in: registry)
        let output = try Schema(uri: "erp/client.v2.json", in: registry)
        let program = try Program(mapping)

        let document = Document()
        let evaluator = Evaluator(arena: document.arena)
        let buffer = ByteBuffer()
        // Compact, as an event on a topic is.
        try event.withUnsafeBytes { buffer.write(try document.parse($0)) }
        let text = [UInt8](buffer.bytes)

        try text.withUnsafeBytes { bytes in
            measure("parse") { _ = try document.parse(bytes) }
            let value = try document.parse(bytes)
            measure("validate event") { guard input.isValid(value) else { throw Invalid() } }
            // Mapping needs fresh memory for each event, so parsing is measured with it and taken off.
            measure("parse and map") { _ = try evaluator.one(program, try document.parse(bytes)) }
            let mapped = try evaluator.one(program, try document.parse(bytes))
            measure("validate mapped") { guard output.isValid(mapped) else { throw Invalid() } }
            measure("write") {
                buffer.removeAll()
                buffer.write(mapped)
            }
            measure("whole transformation") {
                let value = try document.parse(bytes)
                guard input.isValid(value) else { throw Invalid() }
                let mapped = try evaluator.one(program, value)
                guard output.isValid(mapped) else { throw Invalid() }
                buffer.removeAll()
                buffer.write(mapped)
            }
        }
        print("{\"stage\":\"event size\",\"bytes\":\(text.count)}")
    }

    struct Invalid: Error {}

    static func measure(_ stage: String, _ body: () throws -> Void) {
        var times: [Double] = []
        for _ in 0..<rounds {
            let start = cpuNanoseconds()
            for _ in 0..<eventsPerRound {
                do { try body() } catch {
                    print("{\"stage\":\"\(stage)\",\"error\":\"\(error)\"}")
                    return
                }
            }
            times.append(Double(cpuNanoseconds() - start) / Double(eventsPerRound))
        }
        let median = times.sorted()[rounds / 2]
        print("{\"stage\":\"\(stage)\",\"nanoseconds\":\(Int(median.rounded()))}")
    }

    static func cpuNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
