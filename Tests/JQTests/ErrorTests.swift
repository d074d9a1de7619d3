import JSON
import Testing

@testable import JQ

/// Faults of programs and of what they are given: said with line, column and the line itself.
@Suite struct ErrorTests {
    @Test func aCompileErrorShowsTheLineWithACaret() throws {
        let error = try #require(throws: CompileError.self) {
            try Program("{\n  name: .name,\n  total: $sum\n}", name: "order.jq")
        }
        #expect(error.line == 3)
        #expect(error.column == 10)
        #expect(error.description == "order.jq:3:10: $sum is not defined\n      total: $sum\n             ^^^^")
    }

    @Test(arguments: [
        (".[", "syntax error: unexpected end of program"),
        ("{a b}", "an object's key that is computed needs parentheses around it"),
        ("{(0): 1}", "a number cannot be an object's key"),
        ("if . then 1", "this 'if' has no 'end'"),
        (". as [] | 1", "syntax error: unexpected ']', expecting a variable, '[' or '{'"),
        ("1 == 2 == 3", "'==' cannot follow '==' without parentheses"),
        ("break $x", "$*label-x is not defined"),
        (#""\q""#, "invalid escape"),
        (#""abc"#, "unterminated string"),
        ("@nonsense", "nonsense is not a valid format"),
        ("nosuch(1; 2)", "nosuch/2 is not defined"),
        ("def f: nosuch; 1", "nosuch/0 is not defined"),
        ("input", "`input` reaches outside the event and is not available"),
        ("$ENV.HOME", "`$ENV` reaches outside the event and is not available"),
        ("halt", "`halt` would end the process and is not available"),
        (#"import "a" as a; ."#, #"there is no module "a" in the flow's folder"#),
    ])
    func isRefused(_ program: String, _ message: String) {
        #expect(outputs(program) == "refused: " + message)
    }

    /// A fault in an argument of a builtin that is itself written in jq is the argument's, not the builtin's.
    @Test func aFaultInAnArgumentHasItsOwnPlace() throws {
        let error = try #require(throws: CompileError.self) { try Program("map(select($x))") }
        #expect(error.column == 12)
    }

    @Test func anEvaluationErrorNamesItsPlace() throws {
        let arena = Arena()
        let evaluator = Evaluator(arena: arena)
        let program = try Program("{\n  name: .name,\n  total: (.a + .b)\n}", name: "order.jq")
        let input = try JSON.Parser().parse(#"{"a":1,"b":"x"}"#, into: arena)
        let error = try #require(throws: EvaluationError.self) { try evaluator.one(program, input) }
        #expect(error.kind == .raised)
        #expect(error.message == #"number (1) and string ("x") cannot be added"#)
        #expect(error.line == 3)
        #expect(error.description.hasPrefix("order.jq:3:10: number (1)"))
    }

    /// The caret stands under the fault, whatever bytes stand before it.
    @Test func theCaretCountsCharacters() throws {
        let compile = try #require(throws: CompileError.self) { try Program("\t\"Zoë\" + $strasse", name: "a.jq") }
        #expect(
            compile.description
                == "a.jq:1:11: $strasse is not defined\n    \t\"Zoë\" + $strasse\n    \t        ^^^^^^^^")
        let evaluator = Evaluator(arena: Arena())
        let program = try Program("\"Zoë\" | .name", name: "b.jq")
        let error = try #require(throws: EvaluationError.self) { try evaluator.one(program, .null) }
        #expect(error.description.hasSuffix("    \"Zoë\" | .name\n            ^"), "\(error.description)")
    }

    /// A program that must yield one document yields exactly one.
    @Test func oneMeansOne() throws {
        let evaluator = Evaluator(arena: Arena())
        let none = try #require(throws: EvaluationError.self) { try evaluator.one(Program("empty"), .null) }
        #expect(none.kind == .noOutput)
        let many = try #require(throws: EvaluationError.self) { try evaluator.one(Program("1, 2"), .null) }
        #expect(many.kind == .manyOutputs)
        let program = try Program("1, 2 | select(. > 1)")
        #expect(try evaluator.one(program, .null).int == 2)
    }

    @Test func truthIsThatOfTheOneOutput() throws {
        let evaluator = Evaluator(arena: Arena())
        #expect(try evaluator.truth(Program(". == null"), .null))
        #expect(try !evaluator.truth(Program("."), .null))
        #expect(throws: EvaluationError.self) { try evaluator.truth(Program("empty"), .null) }
    }

    @Test func variablesAreGivenInOrder() throws {
        let evaluator = Evaluator(arena: Arena())
        let program = try Program("$event + $headers", variables: ["event", "headers"])
        #expect(try evaluator.one(program, .null, variables: [.number(1), .number(2)]).double == 3)
        #expect(throws: EvaluationError.self) { try evaluator.one(program, .null, variables: [.null]) }
    }

    @Test(arguments: [
        (".a", "5", #"Cannot index number with string ("a")"#),
        (".[]", "5", "Cannot iterate over number (5)"),
        (".[]", "null", "Cannot iterate over null"),
        ("1 / 0", "null", "number (1) and number (0) cannot be divided because the divisor is zero"),
        ("error", #""x""#, "x"),
        ("error", #"{"a":1}"#, #"{"a":1} (not a string)"#),
        ("fromdate", #""yesterday""#, #"date "yesterday" does not match format "%Y-%m-%dT%H:%M:%SZ""#),
        (#"test("(")"#, #""a""#, "Regex failure: missing closing parenthesis (at offset 1 of the pattern)"),
    ])
    func isRaised(_ program: String, _ input: String, _ message: String) {
        #expect(outputs(program, input) == "error: " + message)
    }
}
