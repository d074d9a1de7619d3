/// Paths and what is done by them.
extension Builtin {
    static let paths: [Builtin] = [
        Builtin(
            "path(f)", "The paths that `f` leads to.",
            [
                .init("path(.lines[0].sku)", "null", #"["lines",0,"sku"]"#),
                .init("[path(..)]", #"{"a":[1]}"#, #"[[],["a"],["a",0]]"#),
            ], form: .path),
        Builtin(
            "paths", "The paths of everything in the input.", [.init("[paths]", #"{"a":[1]}"#, #"[["a"],["a",0]]"#)],
            jq: "path(..) | if length > 0 then . else empty end"),
        Builtin(
            "paths(f)", "The paths of everything for which `f` holds.",
            [.init(#"[paths(type == "number")]"#, #"{"a":[1]}"#, #"[["a",0]]"#)],
            jq: "path(.. | if f then . else empty end) | if length > 0 then . else empty end"),
        Builtin(
            "getpath(path)", "The value at a path, `null` if there is none.",
            [.init(#"getpath(["a", 0])"#, #"{"a":[1]}"#, "1")], form: .getPath),
        Builtin(
            "setpath(path; value)", "The input with a value at a path.",
            [.init(#"setpath(["a", "b"]; 1)"#, "null", #"{"a":{"b":1}}"#)]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.setPath(input, arguments.first, arguments.second)
        },
        Builtin(
            "delpaths(paths)", "The input without what is at the paths.",
            [.init(#"delpaths([["a", 0], ["b"]])"#, #"{"a":[1,2],"b":3}"#, #"{"a":[2]}"#)]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.deletePaths(input, arguments.first)
        },
        Builtin(
            "del(f)", "The input without what `f` leads to.",
            [
                .init(
                    "del(.internal, .lines[].cost)", #"{"id":1,"internal":true,"lines":[{"sku":"A","cost":2}]}"#,
                    #"{"id":1,"lines":[{"sku":"A"}]}"#)
            ], jq: "delpaths([path(f)])"),
        Builtin(
            "to_entries", "Members as objects of `key` and `value`.",
            [.init("to_entries", #"{"a":1}"#, #"[{"key":"a","value":1}]"#)]
        ) { (evaluator, input, _) throws(Raised) in
            try evaluator.toEntries(input)
        },
        Builtin(
            "from_entries", "An object of members given as objects of `key` and `value`.",
            [.init("from_entries", #"[{"key":"a","value":1},{"name":"b","value":2}]"#, #"{"a":1,"b":2}"#)]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.fromEntries(input)
        },
        Builtin(
            "with_entries(f)", "Members changed as entries.",
            [.init("with_entries(.key |= ascii_upcase)", #"{"a":1,"b":2}"#, #"{"A":1,"B":2}"#)],
            jq: "to_entries | map(f) | from_entries"),
        Builtin(
            "pick(f)", "The input reduced to what `f` leads to.",
            [
                .init(
                    "pick(.id, .address.city)", #"{"id":1,"name":"Ada","address":{"city":"Rome","zip":"1"}}"#,
                    #"{"id":1,"address":{"city":"Rome"}}"#)
            ],
            jq: ". as $in | reduce path(f) as $path (null; setpath($path; $in | getpath($path)))"),
    ]
}
