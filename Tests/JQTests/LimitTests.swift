import JSON
import Testing

@testable import JQ

/// No program hangs a worker, exhausts its memory or crashes it.
@Suite struct LimitTests {
    private func kind(
        of text: String, _ input: Value = .null, arena: Arena = Arena(), steps: Int = 1_000_000
    ) throws -> EvaluationError.Kind? {
        let evaluator = Evaluator(arena: arena, limits: Evaluator.Limits(steps: steps))
        do {
            try evaluator.all(Program(text), input) { _ in true }
            return nil
        } catch let error as EvaluationError {
            return error.kind
        }
    }

    @Test(arguments: [
        "def f: f; f", "[repeat(1)]", "range(1e9)", "last(range(1e9))", "0 | until(false; . + 1)",
        "0 | [while(true; . + 1)]", "[recurse(. + 1)]", "reduce range(1e9) as $i (0; . + $i)", "def f: 1, f; f",
        "try repeat(1) catch 2", "label $x | repeat(1)", "[range(3000)] | map([range(3000)]) | length",
    ])
    func stepsAreMetered(_ program: String) throws {
        #expect(try kind(of: program, arena: Arena(byteLimit: 1 << 30)) == .stepLimit)
    }

    /// What each function doubles stays one node, so the program is small and only its steps are many.
    @Test func sharedFunctionsDoNotMultiplyTheProgram() throws {
        let definitions = (1...60).map { "def f\($0): f\($0 - 1) + f\($0 - 1);" }.joined()
        #expect(try kind(of: "def f0: 1; \(definitions) f60") == .stepLimit)
    }

    @Test func expansionIsBounded() throws {
        let definitions = (1...30).map { "def f\($0)(g): f\($0 - 1)(g) | f\($0 - 1)(g);" }.joined()
        #expect(try kind(of: "def f0(g): g; \(definitions) 0 | f30(. + 1)") == .depthLimit)
    }

    @Test func memoryIsBounded() throws {
        let arena = Arena(byteLimit: 4 << 20)
        #expect(try kind(of: "\"x\" * 100000000", arena: arena) == .memoryLimit)
        #expect(try kind(of: "[range(1e6)]", arena: arena, steps: 10_000_000) == .memoryLimit)
    }

    /// Recursion that is not in tail position ends with an error before the thread's stack does.
    @Test(arguments: [
        "def f: 1 + f; f", "def f: [f]; f", "def f: f | f; f", "def f(g): f(g) + 1; f(1)",
        "reduce range(400000) as $i (null; [.]) | flatten | length", "path(def f: .a | (f, .); f)",
        "reduce range(400000) as $i (null; [.]) | . == ., sort",
    ])
    func deepRecursionIsAnError(_ program: String) throws {
        let kind = try kind(of: program, arena: Arena(byteLimit: 1 << 30), steps: 100_000_000)
        #expect(kind == .depthLimit || kind == .raised)
    }

    @Test func theProgramsTextMayNotNestWithoutEnd() {
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        #expect(outputs(deep).hasPrefix("refused: nested too deeply"))
        #expect(outputs(String(repeating: "-", count: 5000) + "1").hasPrefix("refused: "))
    }

    /// Calls in tail position take no stack.
    @Test(arguments: [
        ("def f: if . > 100000 then . else . + 1 | f end; 0 | f", "100001"),
        ("0 | until(. >= 100000; . + 1)", "100000"),
        ("last(0 | while(. < 50000; . + 1))", "49999"),
        ("def f($n): if $n == 0 then \"done\" else f($n - 1) end; f(50000)", "\"done\""),
        ("def f: if . > 50000 then ., 1 else . + 1 | f end; [0 | f]", "[50001,1]"),
        ("def f(g): if . > 50000 then . else g | f(g) end; 0 | f(. + 1)", "50001"),
        ("last(0 | recurse(if . < 50000 then . + 1 else empty end))", "50000"),
    ])
    func tailCallsTakeNoStack(_ program: String, _ expected: String) {
        #expect(outputs(program, limits: Evaluator.Limits(steps: 10_000_000)) == expected)
    }

    /// Growing a container one step at a time takes memory in proportion to its size.
    @Test func growingIsNotQuadratic() throws {
        let arena = Arena(byteLimit: 64 << 20)
        let program = "reduce range(100000) as $i ([]; . + [$i]) | length"
        let evaluator = Evaluator(arena: arena)
        #expect(try evaluator.one(Program(program), .null).int == 100_000)
        #expect(
            try evaluator.one(Program("reduce range(100000) as $i (\"\"; . + \"ab\") | length"), .null).int == 200_000)
    }

    /// Two arrays that grow from the same start do not see each other.
    @Test func whatGrowsInPlaceIsSeenByItsOwnerOnly() {
        let program = "reduce range(20) as $i ([]; . + [$i]) | . as $a | [($a + [1]), ($a + [2]), $a] | map(.[19:])"
        #expect(outputs(program) == "[[19,1],[19,2],[19]]")
        let text = "(\"x\" * 300) as $s | [($s + \"a\"), ($s + \"b\"), ($s + \"a\" + \"c\")] | map(.[300:])"
        #expect(outputs(text) == #"["a","b","ac"]"#)
    }

    /// A pattern that would take for ever is given up.
    @Test func catastrophicPatternsAreGivenUp() {
        let input = "\"" + String(repeating: "a", count: 40) + "!\""
        #expect(outputs(#"test("^(a+)+$")"#, input).hasPrefix("error: Regex failure: "))
    }
}
