import JSON
import Testing

@testable import JQ

/// No output of any program is outside of the shape that its analysis gives. Programs and documents are made at random
/// from few names and constants, so that conditions, narrowing and updates meet often.
@Suite struct RandomProgramTests {
    @Test(arguments: [1, 2, 3, 4])
    func everyOutputIsInTheShapeOfTheAnalysis(seed: UInt64) throws {
        var maker = ProgramMaker(seed: seed)
        var runs = 0
        var outputs = 0
        for _ in 0..<400 {
            let text = maker.program()
            let documents = maker.documents()
            guard let program = try? Program(text) else {
                Issue.record("does not compile: \(text)")
                continue
            }
            let arena = Arena()
            let values = try documents.map { text throws in try JSON.Parser().parse(text, into: arena) }
            let all = values.reduce(Shape.nothing) { $0.union(Shape(of: $1)) }
            var work = ShapeWork()
            let analysis = program.analyse(input: all)
            let collapsed = program.analyse(input: all.collapsed(&work))
            for value in values {
                runs += 1
                let problem = check(program, value, analysis, arena, &outputs)
                #expect(problem == nil, "\(text)\n    on \(documents)\n    \(problem ?? "")")
                let one = check(program, value, collapsed, arena, &outputs)
                #expect(one == nil, "\(text)\n    on \(documents) as one\n    \(one ?? "")")
                let exact = check(program, value, program.analyse(input: Shape(of: value)), arena, &outputs)
                #expect(exact == nil, "\(text)\n    on \(documents) exactly\n    \(exact ?? "")")
            }
        }
        #expect(outputs > runs / 4, "programs that only fail prove nothing")
    }

    private func check(
        _ program: Program, _ input: Value, _ analysis: Analysis, _ arena: Arena, _ count: inout Int
    ) -> String? {
        let evaluator = Evaluator(arena: arena, limits: Evaluator.Limits(steps: 20_000))
        var problem: String?
        var outputs = 0
        var hasFailed = false
        do {
            try evaluator.all(program, input) { output in
                outputs += 1
                if !analysis.output.contains(output) {
                    let buffer = ByteBuffer()
                    buffer.write(output)
                    problem = "\(buffer.text) is not in \(analysis.output)"
                }
                return problem == nil && outputs < 50
            }
        } catch {
            hasFailed = true
        }
        count += outputs
        if !hasFailed, outputs < analysis.leastOutputs, problem == nil {
            problem = "\(outputs) outputs, \(analysis.leastOutputs) were promised"
        }
        return problem
    }
}

/// Makes programs and documents from a seed.
private struct ProgramMaker {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    private mutating func pick(_ choices: [String]) -> String { choices[Int(next() % UInt64(choices.count))] }
    private mutating func below(_ bound: UInt64) -> Int { Int(next() % bound) }

    // MARK: Documents

    /// Five documents: of any kind, or all of them flat objects of few strings.
    mutating func documents() -> [String] {
        if below(3) > 0 { return (0..<5).map { _ in document(depth: 3) } }
        return (0..<5).map { _ in
            let members = ["a", "b"].map { name in "\"\(name)\":" + pick(["\"x\"", "\"y\"", "\"a\"", "\"x\"", "\"y\""])
            }
            return "{\(members.joined(separator: ","))}"
        }
    }

    private mutating func document(depth: Int) -> String {
        switch below(depth > 0 ? 8 : 4) {
        case 0...3: return scalar()
        case 4: return "[" + (0..<below(4)).map { _ in document(depth: depth - 1) }.joined(separator: ",") + "]"
        default:
            let names = ["a", "b", "c"].filter { _ in below(3) > 0 }
            return "{" + names.map { "\"\($0)\":" + document(depth: depth - 1) }.joined(separator: ",") + "}"
        }
    }

    private mutating func scalar() -> String {
        pick(["null", "true", "false", "0", "1", "2.5", "\"x\"", "\"y\"", "\"a\"", "\"x\"", "\"y\""])
    }

    // MARK: Programs

    /// Half of them show what a condition leaves of the input, or what an update makes of it.
    mutating func program() -> String {
        switch below(8) {
        case 0: "if \(condition(2)) then [.] else {n: .} end"
        case 1: "select(\(condition(2)))"
        case 2: "if \(condition(1)) then 1 elif \(condition(1)) then [.] else {n: .} end"
        case 3: update()
        default: expression(4)
        }
    }

    private mutating func update() -> String {
        let path = pick([
            ".a", ".b", ".a.b", ".b.a", ".a.b.c", ".[]", ".a[]", ".[0]", ".a[1]", ".[.b]", ".[(\"a\", \"a\")]",
            ".[.a, .b]", ".a, .b", ".[]?", ".a?.b?",
            ".[] | select(\(condition(1)))", "if \(condition(1)) then .a else .b end", ".a | .b", "first(.a, .b)", "..",
        ])
        switch below(5) {
        case 0: return "(\(path)) |= empty"
        case 1: return "(\(path)) |= select(\(condition(1)))"
        case 2: return "del(\(path))"
        case 3: return "(\(path)) \(pick(["=", "+=", "*=", "//=", "|="])) \(member(1))"
        default: return "(\(path)) |= \(member(2))"
        }
    }

    private mutating func path() -> String {
        pick([".", ".a", ".b", ".c", ".a.b", ".b.a", ".a?", ".a.b?", ".[0]?", ".[]?", ".a[]?", ".[\"a\"]?", ".c[0]?"])
    }

    private mutating func condition(_ depth: Int) -> String {
        guard depth > 0 else { return pick([path(), "\(path()) == \(scalar())", "\(path()) != \(scalar())"]) }
        switch below(15) {
        case 0: return "(\(condition(depth - 1)) and \(condition(depth - 1)))"
        case 1: return "(\(condition(depth - 1)) or \(condition(depth - 1)))"
        case 2: return "(\(condition(depth - 1)) | not)"
        case 3:
            return
                "(\(path()) | type) \(pick(["==", "!="])) \"\(pick(["object", "array", "string", "number", "null", "boolean"]))\""
        case 4: return "(try has(\"\(pick(["a", "b"]))\") catch false)"
        case 5: return "(\(path()) | objects | has(\"\(pick(["a", "b"]))\"))"
        case 6: return "\(path()) == \(path())"
        case 7: return "(\(path()) | IN(\(scalar()), \(scalar())))"
        case 8: return "(\(path()) // \(pick(["false", "null", "1"])))"
        case 9: return "(\(path()) | \(condition(depth - 1)))"
        case 10: return "(\(path()) as $v | $v == \(scalar()) and \(condition(depth - 1)))"
        case 11: return "any(\(path()); \(condition(depth - 1)))"
        case 12: return "\(scalar()) \(pick(["==", "!="])) \(path())"
        case 13: return "(\(path()) == (\(scalar()), \(scalar())))"
        default: return "(if \(condition(depth - 1)) then \(condition(depth - 1)) else \(condition(depth - 1)) end)"
        }
    }

    private mutating func expression(_ depth: Int) -> String {
        guard depth > 0 else { return pick([path(), path(), scalar()]) }
        let d = depth - 1
        switch below(34) {
        case 0...2: return "{a: \(member(d)), b: \(member(d))}"
        case 3: return "{(\(pick(["\"a\"", ".a | strings", "\"x\", \"a\""]))): \(member(d)), c: \(member(d))}"
        case 4: return "[\(expression(d))]"
        case 5...7: return "(\(expression(d)) | \(expression(d)))"
        case 8...10: return "(if \(condition(2)) then \(expression(d)) else \(expression(d)) end)"
        case 11: return "(select(\(condition(2))) | \(expression(d)))"
        case 12: return "(\(expression(d)) // \(expression(d)))"
        case 13: return "(try (\(expression(d)) + \(expression(d))) catch \(expression(d)))"
        case 14: return "(try (\(path()) = \(member(d))) catch .)"
        case 15, 16: return "(try (\(path()) |= \(member(d))) catch .)"
        case 17: return "(try (\(pick([".a", ".b", ".[]?", ".a.b?", ".a, .b"])) |= select(\(condition(1)))) catch .)"
        case 18:
            return
                "(try del(\(pick([".a", ".b", ".a, .b", ".[]?", ".a.b?", ".[0]?", ".[]? | select(. == 1)"]))) catch .)"
        case 19: return "(try to_entries catch [])"
        case 20: return "(try with_entries(select(.\(pick(["key", "value"])) != \(scalar()))) catch .)"
        case 21: return "(try map(\(expression(d))) catch 0)"
        case 22: return "(reduce \(path()) as $v (\(member(d)); \(expression(d))))"
        case 23: return "(\(expression(d)) as $v | if $v == \(scalar()) then [$v] else {a: $v} end)"
        case 24: return "(try (keys, length) catch null)"
        case 25: return "first(\(expression(d)))"
        case 26: return "(\(expression(d)), \(expression(d)))"
        case 27:
            return "(try (\(pick([".a", ".b", ".c", ".[]?"])) \(pick(["+=", "-=", "*=", "//="])) \(member(d))) catch .)"
        case 28: return "(try map_values(\(expression(d))) catch .)"
        case 29: return "([foreach \(path()) as $v (\(member(d)); \(member(d)); \(expression(d)))])"
        case 30: return "(. as {a: $v, b: $w} ?// $v | [$v, $w?])".replacing("$w?", with: "$v")
        case 31: return "(try ((.[]? | select(\(condition(1)))) = \(scalar())) catch .)"
        case 32: return "(try setpath([\"a\", \"b\"]; \(member(d))) catch .)"
        default: return "(try (sort, add, unique, (.. | numbers), group_by(.a?), min, flatten) catch .)"
        }
    }

    /// An expression that can stand for a member's value.
    private mutating func member(_ depth: Int) -> String { "(\(expression(depth)))" }
}
