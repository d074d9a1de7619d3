import Testing

@testable import JQ

/// jq's flags, and patterns that would not end.
@Suite struct RegularExpressionTests {
    @Test(arguments: [
        (#"[match("a"; "g").offset]"#, #""banana""#, "[1,3,5]"),
        (#"test("B"; "i")"#, #""abc""#, "true"),
        (#"[match("a b # comment\n c"; "x").string]"#, #""abc""#, #"["abc"]"#),
        (
            #"test("a.c"; null), test("a.c"; "p"), test("a.c"; "m"), test("a.c"; "s")"#, #""a\nc""#,
            "false\ntrue\ntrue\nfalse"
        ),
        (#"test("^b"), test("a$"), test("c$")"#, #""a\nb\nc\n""#, "false\nfalse\ntrue"),
        (#"[match("a*"; "g").length], [match("a*"; "gn").length]"#, #""baab""#, "[0,2,0,0]\n[2]"),
        // The longest match, wherever it begins, and the first of those that are equally long.
        (#"match("a|ab|abc").string, match("a|ab|abc"; "l").string"#, #""abcd""#, "\"a\"\n\"abc\""),
        (#"match("[a-z]+"; "l") | [.offset, .string]"#, #""ab abcd wxyz""#, #"[3,"abcd"]"#),
        (#"match("(?<x>a)|(?<y>ab)(c)?"; "l") | [.captures[] | [.name, .string]]"#, #""abc""#, captures),
        (#"[match("a|ab"; "gl").string]"#, #""ab a ab""#, #"["ab","ab"]"#),
        (#"[match("a*"; "ln").string], [match("x*"; "l").string]"#, #""baab""#, "[\"aa\"]\n[\"\"]"),
        (#"test("x"; "l"), test("b # no\n"; "lx")"#, #""abc""#, "false\ntrue"),
        (#"sub("a|ab"; "-"; "l")"#, #""abc""#, #""-c""#),
        (#"test("("; "l")"#, #""a""#, "error: Regex failure: missing closing parenthesis (at offset 1 of the pattern)"),
        (
            #"test(")(?:"; "l")"#, #""a""#,
            "error: Regex failure: unmatched closing parenthesis (at offset 0 of the pattern)"
        ),
        (#"test("a"; "q")"#, #""a""#, "error: q is not a valid modifier string"),
        (#"test("a"; 1)"#, #""a""#, "error: number (1) is not a string"),
    ])
    func flags(_ program: String, _ input: String, _ expected: String) {
        #expect(outputs(program, input) == expected)
    }

    /// Words are Oniguruma's: marks and connecting punctuation belong to them.
    @Test(arguments: [
        (#"[match("\\w+"; "g").string]"#, "\"a\u{304}b c\u{203F}d ½\"", "[\"a\u{304}b\",\"c\u{203F}d\"]"),
        (#"[match("\\b.\\B"; "g").offset]"#, #""ab c""#, "[0]"),
        (#"[match("\\W"; "g").offset]"#, "\"a\u{304} b\"", "[2]"),
        (#"[match("[\\w-]+"; "g").string]"#, "\"x-a\u{304} [y]\"", "[\"x-a\u{304}\",\"y\"]"),
        (#"[match("[]\\w]+"; "g").string]"#, #""a]b""#, #"["a]b"]"#),
        (#"[match("[[:digit:]\\w[]+x?"; "g").string]"#, #""1a[ x""#, #"["1a[","x"]"#),
        (#"test("\\Q\\w\\E"), test("\\\\w")"#, #""\\w""#, "true\ntrue"),
        (#"test("a(\\w")"#, #""a""#, "error: Regex failure: missing closing parenthesis (at offset 4 of the pattern)"),
    ])
    func words(_ program: String, _ input: String, _ expected: String) {
        #expect(outputs(program, input) == expected)
    }

    private static let captures = #"[["x",null],["y","ab"],[null,"c"]]"#

    /// A pattern that backtracks without end is given up, whatever asks for it, and the error says so.
    @Test(arguments: [
        #"test("^(a+)+$")"#, #"[match("(a|aa)+$"; "g")]"#, #"sub("^(a*)*$"; "")"#, #"[scan("(?:a+a+)+$")]"#,
        #"split("(a?){30}a{30}$"; null)"#, #"test("(a+)+$"; "l")"#, #"capture("^(?<x>(a|a)*)$"; "i")"#,
    ])
    func catastrophicPatternsAreGivenUp(_ program: String) {
        let input = "\"" + String(repeating: "a", count: 40) + "!\""
        #expect(outputs(program, input) == "error: Regex failure: the pattern reached its limit of matching steps")
    }

    /// Patterns that are given up again and again use up the program's steps.
    @Test func givenUpPatternsCost() {
        let input = "\"" + String(repeating: "a", count: 40) + "!\""
        let output = outputs(#"[range(1e9) as $i | try test("^(a+)+$") catch 0] | length"#, input)
        #expect(output == "error: the program takes more than 1000000 steps")
    }
}
