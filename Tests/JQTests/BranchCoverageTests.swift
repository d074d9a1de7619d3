import JSON
import Testing

@testable import JQ

/// Which branches of a program were taken.
@Suite("Coverage of branches")
struct BranchCoverageTests {
    /// The branches in the order of the text, each as `line:column kind count`.
    private func branches(_ text: String, _ inputs: String...) throws -> [String] {
        let program = try Program(text, measuresCoverage: true)
        let document = Document()
        let evaluator = Evaluator(arena: document.arena)
        for input in inputs {
            Array(input.utf8).withUnsafeBytes { bytes in
                try? evaluator.all(program, try document.parse(bytes)) { _ in true }
            }
        }
        let counts = program.branchCounts.sorted {
            ($0.key.line, $0.key.column, $0.key.kind.rawValue) < ($1.key.line, $1.key.column, $1.key.kind.rawValue)
        }
        return counts.map { "\($0.key.line):\($0.key.column) \($0.key.kind.rawValue) \($0.value)" }
    }

    @Test("an if has two branches, also without an else; an elif is an if in the else")
    func conditions() throws {
        #expect(try branches("if . then 1 else 2 end", "true") == ["1:11 then 1", "1:18 else 0"])
        #expect(try branches("1 |\nif . then 1 end", "0", "0") == ["2:1 else 0", "2:11 then 2"])
        #expect(
            try branches("if . == 1 then 1 elif . == 2 then 2 else 3 end", "2", "2", "3")
                == ["1:16 then 0", "1:18 else 3", "1:35 then 2", "1:42 else 1"])
    }

    @Test("a // has two branches: its left side gave a value, or its right side was asked")
    func alternatives() throws {
        #expect(try branches(".a // .b", "{}", #"{"a":1}"#, #"{"a":2}"#) == ["1:1 left of // 2", "1:7 right of // 1"])
        #expect(try branches("(.a // .b) |= 1", "{}") == ["1:2 left of // 0", "1:8 right of // 1"])
        #expect(try branches(".[] // 7", "[1,2]", "[]") == ["1:1 left of // 1", "1:8 right of // 1"])
    }

    @Test("a function that is called in several places has each branch once; a function that is never called, too")
    func functions() throws {
        #expect(
            try branches("def f: if . then 1 else 2 end; [.[] | f], (.[0] | f)", "[true,false]")
                == ["1:18 then 2", "1:25 else 1"])
        #expect(try branches("def f: if . then 1 else 2 end; 7", "1") == ["1:18 then 0", "1:25 else 0"])
    }

    @Test("a branch of a module is told with the module's file")
    func modules() throws {
        let environment = Environment(modules: { $0 == "lib/m" ? "def f: if . then 1 else 2 end;" : nil })
        let program = try Program(
            "import \"lib/m\" as m; m::f // 7", environment: environment, measuresCoverage: true)
        _ = try Evaluator(arena: Arena()).one(program, .true)
        let places = program.branchCounts.map { "\($0.key.module ?? "-") \($0.key.kind.rawValue) \($0.value)" }.sorted()
        #expect(places == ["- left of // 1", "- right of // 0", "lib/m.jq else 0", "lib/m.jq then 1"])
    }

    @Test("marks change no output, no path and no depth of recursion, and builtins have none")
    func sameResults() throws {
        let programs = [
            "(if .a then .b else .c end) |= 9", "[paths]", "map_values(if . == 1 then 5 else empty end)",
            "[limit(3; .[] // empty)]", "def f: if . < 30000 then . + 1 | f else . end; 0 | f",
            "[.[] | select(. == 1)]", "if (true, false) then 1 else (2, 3) end", "{a: (.a // .b // 7), b: 1}",
            "try (if .a then error(\"x\") else . end) catch .",
        ]
        for text in programs {
            var outputs: [[String]] = []
            for measures in [false, true] {
                let document = Document()
                let program = try Program(text, measuresCoverage: measures)
                var lines: [String] = []
                try Array(#"{"a":1,"b":2}"#.utf8).withUnsafeBytes { bytes in
                    try Evaluator(arena: document.arena).all(program, try document.parse(bytes)) { value in
                        let buffer = ByteBuffer()
                        buffer.write(value)
                        lines.append(buffer.text)
                        return true
                    }
                }
                outputs.append(lines)
            }
            #expect(outputs[0] == outputs[1], "\(text)")
        }
        #expect(try branches("map(select(. > 1)) | first(.[])", "[1,2]") == [])
        #expect(try Program("if . then 1 else 2 end").branchCounts.isEmpty, "not asked for")
    }
}
