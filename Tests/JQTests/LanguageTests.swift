import Testing

/// The language, one fact a line: program, input, outputs. What jq's own files test already is not repeated.
@Suite struct LanguageTests {
    @Test(arguments: [
        (".a.b", #"{"a":{"b":1}}"#, "1"),
        (".a | .b, .c", #"{"a":{"b":1,"c":2}}"#, "1\n2"),
        ("{a, b: (.c + 1), \"x\\(.a)\": 3}", #"{"a":"k","c":1}"#, #"{"a":"k","b":2,"xk":3}"#),
        ("{(.a,.b): (1,2)}", #"{"a":"x","b":"y"}"#, "{\"x\":1}\n{\"x\":2}\n{\"y\":1}\n{\"y\":2}"),
        ("{a: 1, a: 2, b: 3}", "null", #"{"a":2,"b":3}"#),
        ("{a: (1,2), a: (3,4)}", "null", "{\"a\":3}\n{\"a\":4}\n{\"a\":3}\n{\"a\":4}"),
        ("1 + 2 as $x | -$x", "null", "-3"),
        ("[(1,2) + (10,20)]", "null", "[11,12,21,22]"),
        ("[.[(0,1):(2,3)]]", #""abc""#, #"["ab","abc","b","bc"]"#),
        (#""\(1,2) \(3,4)""#, "null", "\"1 3\"\n\"2 3\"\n\"1 4\"\n\"2 4\""),
        (". # a comment \\\n still the comment\n | 1", "null", "1"),
        ("[.[] | . as {a: $x} ?// [$x] | $x]", #"[{"a":1},[2]]"#, "[1,2]"),
        (".a // .b // 3", #"{"a":false,"b":null}"#, "3"),
        ("try error({a: 1}) catch .a", "null", "1"),
        ("[.[] | try if . > 1 then error(\"no\") else . end catch \"caught\"]", "[1,2]", #"[1,"caught"]"#),
        ("[label $out | (1, break $out, 2)]", "null", "[1]"),
        (". as $x | [$x | .. | numbers]", "[1,[2,{\"a\":3}]]", "[1,2,3]"),
        ("reduce .[] as [$a, $b] (0; . + $a * $b)", "[[1,2],[3,4]]", "14"),
        ("[foreach range(4) as $i (0; . + $i; [$i, .])]", "null", "[[0,0],[1,1],[2,3],[3,6]]"),
        ("$__loc__", "null", #"{"file":"<program>","line":1}"#),
        ("[limit(3; repeat(1))]", "null", "[1,1,1]"),
        ("[skip(2; .[])], first(.[]), [limit(0; error)]", "[1,2,3]", "[3]\n1\n[]"),
        ("now | todate", "null", #""2023-11-14T22:13:20Z""#),
    ])
    func gives(_ program: String, _ input: String, _ expected: String) {
        #expect(outputs(program, input) == expected)
    }

    @Test(arguments: [
        ("def f: def g: 3; g + 1; f", "4"),
        ("def f(g): [g, g]; f(1, 2)", "[1,2,1,2]"),
        ("def f($a; $b): $a + $b; [f(1, 2; 10, 20)]", "[11,21,12,22]"),
        ("def f($a): a, $a; [f(1, 2)]", "[1,2,1,1,2,2]"),
        ("def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; 10 | fac", "3628800"),
        ("def r(f): if . > 3 then f else (. + 1 | r(f * 2)) end; 0 | r(.)", "64"),
        (
            "def f(x): x | x; 1 | [f((., . + 1) as $v | $v * 10, $v)]",
            "[100,10,110,11,10,1,20,2,200,20,210,21,20,2,30,3]"
        ),
        ("def tree($d): if $d == 0 then [] else [tree($d - 1), tree($d - 1)] end; tree(2)", "[[[],[]],[[],[]]]"),
        ("def even: if . == 0 then true else . - 1 | odd end; 1", "refused: odd/0 is not defined"),
        ("def f: 1; def g: f + 1; def f: 5; [f, g]", "[5,2]"),
        ("def f(g): def h: if . > 2 then . else (g | h) end; h; 0 | f(. + 1)", "3"),
    ])
    func functions(_ program: String, _ expected: String) {
        #expect(outputs(program) == expected)
    }

    /// `try` is for its body alone: an error raised where its output goes is not its own.
    @Test func tryDoesNotCatchWhatIsRaisedBehindIt() {
        #expect(outputs(#"(try 1 catch "caught") | error("behind")"#) == "error: behind")
        #expect(outputs(#"[(.a?, 1) | error("behind")] "#, "5") == "error: behind")
        #expect(outputs(#"((1, 2) // 3) | error("behind")"#) == "error: behind")
        #expect(outputs(#"try error("in") catch error("handler")"#) == "error: handler")
    }

    /// A number that is only moved arrives digit for digit; arithmetic makes it a double.
    @Test func literalsKeepTheirDigits() {
        let input = #"{"amount":10.50,"id":12345678901234567890}"#
        #expect(outputs("{a: .amount, i: .id}", input) == #"{"a":10.50,"i":12345678901234567890}"#)
        #expect(outputs(".amount + 0", input) == "10.5")
        #expect(outputs("-.id", input) == "-12345678901234567890")
        #expect(outputs("100000000000000000001 == 100000000000000000000") == "false")
        #expect(outputs("[1.50, 007, .5, 5.]") == "[1.50,7,0.5,5]")
    }

    @Test func membersKeepTheirOrder() {
        #expect(outputs(".z = 1 | .a = 2 | del(.m)", #"{"m":0,"b":1}"#) == #"{"b":1,"z":1,"a":2}"#)
        #expect(outputs("{b: 1} + {a: 2} + {b: 3}") == #"{"b":3,"a":2}"#)
        #expect(outputs("keys, keys_unsorted", #"{"b":1,"a":2}"#) == "[\"a\",\"b\"]\n[\"b\",\"a\"]")
    }

    @Test func largeObjectsAreFoundInAndChanged() {
        let program = """
            reduce range(100) as $i ({}; .["k\\($i)"] = $i)
            | [length, .k99, .k0, (.k50 = "x" | .k50), (del(.k7) | length), (to_entries | from_entries == .)]
            """
        #expect(outputs(program) == #"[100,99,0,"x",99,false]"#)
    }
}
