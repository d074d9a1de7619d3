import JSON

/// Regular expressions.
extension Builtin {
    static let expressions: [Builtin] = [
        Builtin("_match(pattern; flags; test)", "The matches as an array, or whether there is one.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.match(input, arguments)
        },
        Builtin(
            "test(pattern)", "Whether a pattern, or `[pattern, flags]`, matches.",
            [.init(#"test("^[^@]+@[^@]+$")"#, #""ada@example.com""#, "true")], jq: "_match(pattern; false; true)"),
        Builtin(
            "test(pattern; flags)", "Whether a pattern matches.",
            [.init(#"test("ADA"; "i")"#, #""ada@example.com""#, "true")], jq: "_match(pattern; flags; true)"),
        Builtin(
            "match(pattern)", "The first match of a pattern, or of `[pattern, flags]`.",
            [
                .init(
                    #"match("b(?<x>.)") | [.offset, .length, .string, .captures[0].name]"#, #""abc""#,
                    #"[1,2,"bc","x"]"#)
            ],
            jq: "_match(pattern; false; false) | .[]"),
        Builtin(
            "match(pattern; flags)", "The matches of a pattern: all with the flag `g`.",
            [.init(#"[match("a"; "g").offset]"#, #""banana""#, "[1,3,5]")],
            jq: "_match(pattern; flags; false) | .[]"),
        Builtin("_capture", "The named captures of a match, as an object.") { (evaluator, input, _) throws(Raised) in
            try evaluator.namedCaptures(input)
        },
        Builtin(
            "capture(pattern)", "The named captures of the first match, as an object.",
            [
                .init(
                    #"capture("(?<year>[0-9]{4})-(?<month>[0-9]{2})")"#, #""2024-05-17""#,
                    #"{"year":"2024","month":"05"}"#)
            ], jq: "match(pattern) | _capture"),
        Builtin(
            "capture(pattern; flags)", "The named captures of the matches, as objects.",
            [.init(#"[capture("(?<digit>[0-9])"; "g")]"#, #""a1b2""#, #"[{"digit":"1"},{"digit":"2"}]"#)],
            jq: "match(pattern; flags) | _capture"),
        Builtin(
            "scan($pattern)", "The text of all matches, or the captures of each.",
            [
                .init(#"[scan("[0-9]+")]"#, #""a12b3""#, #"["12","3"]"#),
                .init(#"[scan("([a-z])([0-9])")]"#, #""a1b2""#, #"[["a","1"],["b","2"]]"#),
            ], jq: "scan($pattern; null)"),
        Builtin(
            "scan($pattern; $flags)", "The text of all matches, or the captures of each.",
            [.init(#"[scan("[A-Z]"; "i")]"#, #""a1B""#, #"["a","B"]"#)],
            jq: """
                match($pattern; "g" + $flags)
                | if .captures | length > 0 then [.captures[].string] else .string end
                """),
        Builtin(
            "splits($pattern)", "The pieces between the matches, one after the other.",
            [.init(#"[splits(", *")]"#, #""a,b,  c""#, #"["a","b","c"]"#)], jq: "splits($pattern; null)"),
        Builtin(
            "splits($pattern; $flags)", "The pieces between the matches.",
            [.init(#"[splits("x"; "i")]"#, #""1x2X3""#, #"["1","2","3"]"#)], jq: "split($pattern; $flags) | .[]"),
        Builtin(
            "split($pattern; $flags)", "The pieces between the matches, in an array.",
            [.init(#"split(", *"; null)"#, #""a,b,  c""#, #"["a","b","c"]"#)],
            jq: """
                . as $in
                | [foreach (match($pattern; $flags + "g"), null) as {$offset, $length}
                    (null; {start: .next, end: $offset, next: ($offset + $length)}) | $in[.start:.end]]
                """),
        Builtin(
            "sub(pattern; replacement)", "The first match replaced; the replacement sees the named captures.",
            [
                .init(#"sub("^0+"; "")"#, #""000120""#, #""120""#),
                .init(
                    #"sub("(?<d>[0-9]{2})\\.(?<m>[0-9]{2})\\.(?<y>[0-9]{4})"; "\(.y)-\(.m)-\(.d)")"#, #""17.05.2024""#,
                    #""2024-05-17""#),
            ],
            form: .substitute),
        Builtin(
            "sub(pattern; replacement; flags)", "Matches replaced: all with the flag `g`.",
            [.init(#"sub("A"; "-"; "gi")"#, #""banana""#, #""b-n-n-""#)], form: .substitute),
        Builtin(
            "gsub(pattern; replacement)", "All matches replaced.",
            [.init(#"gsub("[^0-9+]"; "")"#, #""+49 (30) 123-45""#, #""+493012345""#)],
            jq: #"sub(pattern; replacement; "g")"#),
        Builtin(
            "gsub(pattern; replacement; $flags)", "All matches replaced.",
            [.init(#"gsub("A"; "-"; "i")"#, #""banana""#, #""b-n-n-""#)],
            jq: #"sub(pattern; replacement; $flags + "g")"#),
    ]
}
