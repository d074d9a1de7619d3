import JSON
import Testing

@testable import JQ

/// Loops change containers in place only when nothing can see it.
@Suite struct LinearUpdateTests {
    /// What is read out of the state, or was there before, stays as it was.
    @Test(arguments: [
        // The first state is not the loop's.
        ("{a: {b: 1}} as $s | [reduce (1, 2) as $i ($s; .a.b += $i), $s]", #"[{"a":{"b":4}},{"a":{"b":1}}]"#),
        ("[1, 2] as $s | [reduce (1, 2) as $i ($s; .[0] += $i), $s]", "[[4,2],[1,2]]"),
        // A container of the state is put elsewhere in it.
        ("reduce (1, 2, 3) as $i ({a: {}}; .a.x = $i | .[\"c\\($i)\"] = .a)", copies),
        ("reduce (1, 2, 3) as $i ({a: {}}; .a.x = $i | .list += [.a])", lists),
        ("reduce (1, 2, 3) as $i ({a: [0]}; .a[0] = $i | .list += [.a])", arrays),
        ("reduce (1, 2, 3) as $i ({a: {b: {}}}; .a.b.x = $i | .list += [.a])", deepLists),
        ("reduce (1, 2, 3) as $i ({a: {b: {}}}; .a.b.x = $i | .list += [.a.b])", innerLists),
        ("reduce (1, 2, 3) as $i ({a: [0, 0]}; .a[0] = $i | .list += [.a[:1]])", slices),
        ("reduce (1, 2, 3) as $i ({a: [0, 0]}; .a[1] = $i | .list += [.a[{start: 1, end: 2}]])", ends),
        ("reduce (1, 2) as $i ({a: {}}; .a.x = $i | .b = (.a | {y: .}) | .a.x = 9)", nested),
        ("reduce (1, 2) as $i ({a: {}}; .a.x = $i | .b |= [., .] | .a.z = .b)", modified),
        ("reduce (1, 2) as $i ({a: {x: {}}}; .a.x.n = $i | .a |= {old: ., x: .x})", older),
        ("reduce (1, 2) as $i ([[0]]; .[0][0] = $i | . + [.[0]])", "[[2],[1],[2]]"),
        ("reduce (1, 2) as $i ({}; . + {a: {n: $i}} | .b = .a | .a.n += 10)", #"{"a":{"n":12},"b":{"n":2}}"#),
        // Each output of foreach keeps what it had.
        ("[foreach (1, 2, 3) as $i ({a: {}}; .a.x = $i; .a)]", #"[{"x":1},{"x":2},{"x":3}]"#),
        ("[foreach (1, 2, 3) as $i ({a: {}}; .a.x = $i)]", #"[{"a":{"x":1}},{"a":{"x":2}},{"a":{"x":3}}]"#),
        ("[foreach (1, 2) as $i ([0]; .[0] = $i; [.[]])]", "[[1],[2]]"),
        // The result is no loop's any more.
        ("(reduce (1, 2) as $i ({}; .x = $i)) as $r | [($r | .x = 5), $r, reduce 1 as $i ($r; .x = 7), $r]", results),
        ("def f: .n += 1; reduce (1, 2) as $i ({n: 0}; f) as {$n} | {n: 5} as $s | [$s | f, $s, $n]", kept),
        // Errors on the way leave the input alone.
        ("{a: [1]} as $s | [try (reduce (1, 2) as $i ($s; .a[0] = 5 | .a.x = 1)) catch ., $s]", failed),
        ("reduce (1, 2) as $i (null; .a.b = $i | .c[1] = $i)", #"{"a":{"b":2},"c":[null,2]}"#),
        ("reduce (1, 2) as $i ([1]; .[-1] = $i)", "[2]"),
        ("reduce (\"a\", \"b\") as $k ({a: 1}; .[$k] //= 7 | .[$k] *= 2)", #"{"a":2,"b":14}"#),
        ("reduce (1, 2) as $i ({n: 0, list: []}; if $i > 1 then .n += 5 else .list += [$i] end)", branches),
        ("reduce (1, 2) as $i ({t: {a: 1}}; .t += {($i | tostring): {x: $i}, a: .t})", totals),
    ])
    func otherReferencesStay(_ program: String, _ expected: String) {
        #expect(outputs(program) == expected)
    }

    private static let copies = #"{"a":{"x":3},"c1":{"x":1},"c2":{"x":2},"c3":{"x":3}}"#
    private static let lists = #"{"a":{"x":3},"list":[{"x":1},{"x":2},{"x":3}]}"#
    private static let arrays = #"{"a":[3],"list":[[1],[2],[3]]}"#
    private static let deepLists = #"{"a":{"b":{"x":3}},"list":[{"b":{"x":1}},{"b":{"x":2}},{"b":{"x":3}}]}"#
    private static let innerLists = #"{"a":{"b":{"x":3}},"list":[{"x":1},{"x":2},{"x":3}]}"#
    private static let slices = #"{"a":[3,0],"list":[[1],[2],[3]]}"#
    private static let ends = #"{"a":[0,3],"list":[[1],[2],[3]]}"#
    private static let nested = #"{"a":{"x":9},"b":{"y":{"x":2}}}"#
    private static let modified =
        #"{"a":{"x":2,"z":[[null,null],[null,null]]},"b":[[null,null],[null,null]]}"#
    private static let older =
        #"{"a":{"old":{"old":{"x":{"n":1}},"x":{"n":2}},"x":{"n":2}}}"#
    private static let results = #"[{"x":5},{"x":2},{"x":7},{"x":2}]"#
    private static let kept = #"[{"n":6},{"n":5},2]"#
    private static let failed = #"["Cannot index array with string (\"x\")",{"a":[1]}]"#
    private static let branches = #"{"n":5,"list":[1]}"#
    private static let totals = #"{"t":{"a":{"a":{"a":1},"1":{"x":1}},"1":{"x":1},"2":{"x":2}}}"#

    /// Loops are as quick, and as careful, in a program that counts its branches.
    @Test func loopsAreTheSameWithCoverage() throws {
        let arena = Arena(byteLimit: 48 << 20)
        let evaluator = Evaluator(arena: arena, limits: Evaluator.Limits(steps: 5_000_000))
        let text = """
            reduce range(30000) as $i ({}; if $i % 2 == 0 then .["k\\($i)"] = (.n // 0) else .n += 1 end) | .n, length
            """
        var outputs: [Int?] = []
        try evaluator.all(Program(text, measuresCoverage: true), .null) { value in
            outputs.append(value.int)
            return true
        }
        #expect(outputs == [15_000, 15_001])
    }

    /// Versions of an object that grew in place do not see each other's members.
    @Test func versionsOfAnObject() throws {
        let arena = Arena()
        let key = { (name: String) throws in try arena.string(name) }
        var object = try arena.growingObject(UnsafeBufferPointer(start: nil, count: 0), capacity: 40)
        for index in 0..<20 {
            let member = Member(key: try key("k\(index)"), value: .number(Double(index)))
            object = try #require(object.inserting(member))
        }
        let longer = try #require(object.inserting(Member(key: key("new"), value: .true)))
        #expect(object["new"] == nil && longer["new"]?.kind == .true)
        #expect(object["k19"]?.int == 19 && longer["k19"]?.int == 19)
        #expect(object.inserting(Member(key: try key("other"), value: .true)) == nil, "the room is taken")
        #expect(object.count == 20 && longer.count == 21)
        let copy = try arena.copy(longer)
        #expect(copy["new"]?.kind == .true && copy.isEqual(to: longer))
    }
}
