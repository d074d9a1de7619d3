import Foundation
import JSON

/// Our side of the comparisons of the transformation. Each command prints JSON objects, one a line.
///
///     transformation map PROGRAM DOCUMENT MILLISECONDS       CPU time of parse + map + write
///     transformation validate SCHEMA DOCUMENT MILLISECONDS   CPU time of validating the parsed document
///     transformation whole ROOT MILLISECONDS                 CPU time of the example's event: parse to write
///     transformation call ROOT URL CALLS                     CPU time of the HTTP call of that event
///     transformation stages ROOT                             CPU time of each stage of it
///     transformation allocations ROOT                        heap allocations of each stage of it
@main
struct Transformation {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("map", 4): try Mapping(program: arguments[1], document: arguments[2]).measure(milliseconds(arguments[3]))
        case ("validate", 4):
            try Validation(schema: arguments[1], document: arguments[2]).measure(milliseconds(arguments[3]))
        case ("whole", 3): try ExampleEvent(root: arguments[1]).measureWhole(milliseconds(arguments[2]))
        case ("call", 4):
            try Call(event: ExampleEvent(root: arguments[1]), url: arguments[2]).measure(calls: Int(arguments[3]) ?? 1)
        case ("stages", 2): try ExampleEvent(root: arguments[1]).measureStages()
        case ("allocations", 2): try ExampleEvent(root: arguments[1]).countAllocations()
        default:
            FileHandle.standardError.write(Data("usage: see Transformation.swift\n".utf8))
            exit(64)
        }
    }

    private static func milliseconds(_ text: String) -> Int { Int(text) ?? 500 }
}

enum Clock {
    static func cpuNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The CPU time of one `body`, which runs for about so long after it has warmed up.
    static func measure(_ milliseconds: Int, _ body: () throws -> Void) rethrows -> Double {
        for _ in 0..<200 { try body() }
        var count = 0
        let start = cpuNanoseconds()
        var elapsed: Int64 = 0
        while elapsed < Int64(milliseconds) * 1_000_000 {
            for _ in 0..<200 { try body() }
            count += 200
            elapsed = cpuNanoseconds() - start
        }
        return Double(elapsed) / Double(count)
    }
}

struct Invalid: Error {}

func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
