import JSON
import Testing

@testable import JQ

/// Whatever a program asks for ends: with an answer, or with an error that says which limit it reached, in bounded time
/// and memory.
@Suite struct HostileProgramTests {
    private func ending(of text: String, _ input: String = "null") throws -> String {
        let arena = Arena(byteLimit: 64 << 20)
        let evaluator = Evaluator(arena: arena, limits: Evaluator.Limits(steps: 300_000))
        do {
            let program = try Program(text)
            try evaluator.all(program, JSON.Parser().parse(input, into: arena)) { _ in true }
            return "answer"
        } catch let error as EvaluationError {
            return switch error.kind {
            case .stepLimit: "steps"
            case .memoryLimit: "memory"
            case .depthLimit: "depth"
            default: error.message
            }
        } catch let error as CompileError {
            return "refused: " + error.message
        }
    }

    @Test(arguments: [
        ("[range(1e9)]", "steps"),
        ("reduce range(1e9) as $i ([]; .[$i * 1000] = 1)", "memory"),
        (#""x" * 1e9"#, "memory"),
        (#""x" * 1e10"#, "Repeat string result too long"),
        (#"[limit(40; "x" | recurse(. + .))] | length"#, "memory"),
        (#"reduce range(60) as $i ("x"; . + .) | length"#, "memory"),
        ("reduce range(40) as $i ([1]; . + .) | length", "memory"),
        ("[repeat(1)]", "steps"), ("[.[]?, repeat(.)] | length", "steps"),
        ("def f: f; f", "steps"), ("def f: 1 + f; f", "depth"), ("def f: [f]; f", "depth"),
        ("def f(g): f(g | g); f(.)", "steps"),
        (#"[range(200000)] | implode | length"#, "steps"),
        ("[limit(30000; repeat(1114112))] | implode | length", "answer"),
        ("[1e300] | implode", "answer"),
        (".[1e9] = 1", "Array index too large"), (".[536870911] = 1", "steps"), (".[10000000] = 1", "memory"),
        (".[-1] = 1", outOfBounds),
        ("[.[]?, 1][:1e300] | length", "answer"), (#""abc"[-1e300:1e300]"#, "answer"),
        ("reduce range(50000) as $i (0; [.]) | tojson | length", "answer"),
        ("reduce range(50000) as $i (0; [.]) | tojson | fromjson", "Exceeds depth limit for parsing"),
        ("reduce range(50000) as $i (0; {a: .}) | [paths] | length", "depth"),
        ("reduce range(50000) as $i (0; [.]) | flatten", "depth"),
        ("reduce range(50000) as $i (0; [.]) | . == .", "depth"),
        ("reduce range(20000) as $i ({}; {a: .}) | . * .", "depth"),
        ("reduce range(50000) as $i (0; [.]) | [..] | length", "depth"),
        ("reduce range(50000) as $i (0; [.]) | walk(.)", "depth"),
        ("[range(20000)] | getpath([range(20000)])", "Path too deep"),
        ("[range(2000)] | combinations(9)", "steps"), ("[[range(100)] | combinations(5)]", "steps"),
        ("[range(500000)] | . - .", "steps"), ("[range(300000)] as $a | $a | map(. as $x | $a | index($x))", "steps"),
        ("[range(100000)] | [.[] as $x | .[] as $y | 1]", "steps"),
        (#"("é" * 1000000) as $s | [range(1000000) | $s[.:. + 1]]"#, "steps"),
        (#"("é" * 1000000) as $s | [range(1000000) | $s | length]"#, "steps"),
        (#"("a" * 3000000) as $s | [range(1000000) | $s | index("aab")]"#, "steps"),
        (#"("a" * 2000000 + "b") as $s | ("a" * 1000000 + "c") as $t | [range(100) | $s | contains($t)]"#, "steps"),
        (#"("a" * 3000000) as $s | ($s + "") as $t | [range(1000000) | $s == $t]"#, "steps"),
        (#"("a" * 3000000) as $s | [range(1000000) | $s | ascii_upcase]"#, "steps"),
        (#"("A" * 3000000) as $s | [range(1000000) | $s | ascii_upcase]"#, "steps"),
        (#"("a" * 3000000) as $s | [range(1000000) | $s | test("b")]"#, "steps"),
        (#"("a " * 1000000) | [splits(" ")] | length"#, "steps"),
        (#"("a" * 500000) | gsub(""; "aaaaaaaaaaaa")"#, "steps"),
        (#"("[" * 100000) | fromjson"#, "Exceeds depth limit for parsing"),
        (#"[range(20000) | {"k\(.)": .}] | add | tojson | . * 300"#, "memory"),
        (#""a" | until(false; . + "a")"#, "steps"), ("[foreach range(1e9) as $i (0; . + $i)]", "steps"),
        ("label $out | foreach range(1e9) as $i (0; 1; if . > 2 then break $out else empty end)", "steps"),
        ("try repeat(1) catch 1 | empty", "steps"), ("first(range(1e9) | select(. < 0))", "steps"),
        ("[range(100000)] | [limit(1e18; .[])] | length", "answer"),
        ("pow(10; 400) | . * 0 | [range(.)]", "answer"), ("[range(0; 1; 1e-300)]", "steps"),
        ("infinite | [range(.)]", "steps"), ("infinite | todate", dateError), ("1e300 | gmtime", dateError),
        (#""x" | strftime("%Y" * 1000000)"#, "strftime/1 requires parsed datetime inputs"),
        (#"0 | strftime("%Y" * 5000000)"#, "steps"),
        ("reduce range(60) as $i (1; [., .])", "steps"), ("reduce range(60) as $i (1; {a: ., b: .}) | tojson", "steps"),
        ("reduce range(60) as $i (1; [., .]) | .a", "Cannot index array with string (\"a\")"),
        ("reduce range(60) as $i (1; [., .]) | error", "[[[["),
        ("reduce range(60) as $i (1; [., .]) | . == .", "steps"),
        ("reduce range(60) as $i (1; [., .]) | -.", "array ([[[[[[[[[[[[[[[[[[[[[[[[[...]) cannot be negated"),
        (#"("a" * 5000000) as $s | [range(100) | $s] | tojson | length"#, "memory"),
        (#"("a" * 5000000) as $s | [range(100) | $s]"#, "memory"),
        (#"[("a" * 10000000)] as $s | [range(1e6) | try ($s | .a) catch 0]"#, "steps"),
        ("[splits(1)]?", "answer"),
        (#"("(" * 100000) as $p | "a" | test($p)"#, patternError),
        (#"("(a?" * 200 + ")" * 200) as $p | "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" | test($p + "$b")"#, "answer"),
    ])
    func ends(_ program: String, _ expected: String) throws {
        let ending = try ending(of: program)
        #expect(ending.hasPrefix(expected), "\(ending)")
    }

    private static let outOfBounds = "Out of bounds negative array index"
    private static let dateError = "error converting number of seconds since epoch to datetime"
    private static let patternError = "Regex failure: "

    /// Containers that are changed again and again are not copied each time: 30,000 changes take little more memory
    /// than their result.
    @Test(arguments: [
        #"reduce range(30000) as $i ({}; .["k\($i)"] = $i) | length"#,
        #"reduce range(30000) as $i ({}; .["k\($i % 20000)"] += 1) | length"#,
        #"reduce range(30000) as $i ({}; .[$i | tostring] |= . + 1) | length"#,
        #"reduce range(30000) as $i ({}; . + {"k\($i)": $i}) | length"#,
        #"reduce range(30000) as $i ({a: {}, n: 0}; .a["k\($i)"] = $i | .n += 1) | .a | length"#,
        #"reduce range(30000) as $i ({}; .[$i % 20 | tostring] += [$i]) | length"#,
        #"reduce range(30000) as $i ({}; .groups[$i % 100 | tostring]["x\($i)"] = 1) | .groups | length"#,
        "reduce range(30000) as $i ([range(1000)]; .[$i % 1000] += 1) | length",
        "reduce range(30000) as $i ([]; .[$i] = $i) | length",
        #"[range(30000) | {key: "k\(.)", value: .}] | from_entries | length"#,
        #"[range(30000) | {("k\(.)"): .}] | add | length"#,
        "[range(30000) | {k: (. % 1000), v: .}] | group_by(.k) | length",
        #"[range(30000) | {id: "k\(.)"}] | INDEX(.id) | length"#,
        #"reduce range(30000) as $i ({}; .["k\($i)"] = $i) | to_entries | length"#,
        #"[range(30000) | {key: "k\(.)", value: .}] | from_entries | with_entries(.value += 1) | length"#,
        #"[range(30000) | {("k\(.)"): .}] | add | map_values(select(. % 2 == 0)) | length"#,
        #"[range(30000) | {("k\(.)"): .}] | add | del(.[] | select(. % 2 == 0)) | length"#,
        "[range(30000)] | map(select(. % 2 == 0)) | unique | length",
    ])
    func isNotQuadratic(_ program: String) throws {
        let arena = Arena(byteLimit: 48 << 20)
        let evaluator = Evaluator(arena: arena, limits: Evaluator.Limits(steps: 5_000_000))
        let count = try evaluator.one(Program(program), .null).int ?? 0
        #expect(count >= 20)
    }
}
