/// Errors, choices and sequences.
extension Builtin {
    static let control: [Builtin] = [
        Builtin("empty", "No output.", [.init("1, empty, 2", "null", "1, 2")], form: .empty),
        Builtin(
            "error", "Raises the input as an error.",
            [.init("try error catch .", #""no customer""#, #""no customer""#)], form: .error),
        Builtin(
            "error(message)", "Raises an error with a value.",
            [.init(#"try error("no customer \(.id)") catch ."#, #"{"id":7}"#, #""no customer 7""#)],
            jq: "message | error"),
        Builtin(
            "select(f)", "The input if `f` holds for it.",
            [
                .init(
                    "map(select(.active))", #"[{"id":1,"active":true},{"id":2,"active":false}]"#,
                    #"[{"id":1,"active":true}]"#)
            ], jq: "if f then . else empty end"),
        Builtin(
            "map(f)", "The outputs of `f` for all elements, in an array.", [.init("map(. * 2)", "[1,2,3]", "[2,4,6]")],
            jq: "[.[] | f]"),
        Builtin(
            "map_values(f)", "Each element or member replaced by the first output of `f`, dropped if there is none.",
            [
                .init("map_values(. + 1)", #"{"a":1,"b":2}"#, #"{"a":2,"b":3}"#),
                .init("map_values(select(. > 1))", #"{"a":1,"b":2}"#, #"{"b":2}"#),
            ],
            jq: ".[] |= f"),
        Builtin(
            "recurse", "The input and everything in it, at all depths: `..`.",
            [.init("[recurse]", "[1,[2]]", "[[1,[2]],1,[2],2]")], form: .recurseAll),
        Builtin(
            "recurse(f)", "The input, then the same for each output of `f`.",
            [
                .init(
                    "[recurse(.parts[]) | .id]", #"{"id":1,"parts":[{"id":2,"parts":[]},{"id":3,"parts":[]}]}"#,
                    "[1,2,3]")
            ], form: .recurse),
        Builtin(
            "recurse(f; condition)", "The same while the condition holds.",
            [.init("[recurse(. * .; . < 100)]", "2", "[2,4,16]")],
            jq: "recurse(f | if condition then . else empty end)"),
        Builtin(
            "range(end)", "The numbers from 0 up to, not including, the end.",
            [.init("[range(4)]", "null", "[0,1,2,3]")], form: .range),
        Builtin(
            "range(start; end)", "The numbers from the start up to, not including, the end.",
            [.init("[range(2; 5)]", "null", "[2,3,4]")], form: .range),
        Builtin(
            "range(start; end; step)", "The same by steps, which may be negative.",
            [.init("[range(10; 0; -3)]", "null", "[10,7,4,1]")], form: .range),
        Builtin(
            "limit(count; f)", "At most so many outputs of `f`.", [.init("[limit(2; .[])]", "[1,2,3]", "[1,2]")],
            form: .limit),
        Builtin(
            "skip(count; f)", "The outputs of `f` without so many at the start.",
            [.init("[skip(2; .[])]", "[1,2,3]", "[3]")], form: .skip),
        Builtin(
            "first(f)", "The first output of `f`.", [.init("first(.[] | select(. > 1))", "[1,2,3]", "2")], form: .first),
        Builtin("last(f)", "The last output of `f`.", [.init("last(.[])", "[1,2,3]", "3")], form: .last),
        Builtin(
            "nth(n; f)", "The output of `f` at a position, counted from 0.", [.init("nth(1; .[])", "[1,2,3]", "2")],
            jq: """
                n as $n | if $n < 0 then error("nth doesn't support negative indices") else first(skip($n; f)) end
                """),
        Builtin("first", "The first element.", [.init("first", "[1,2,3]", "1")], jq: ".[0]"),
        Builtin("last", "The last element.", [.init("last", "[1,2,3]", "3")], jq: ".[-1]"),
        Builtin("nth(n)", "The element at a position.", [.init("nth(1)", "[1,2,3]", "2")], jq: ".[n]"),
        Builtin("isempty(f)", "Whether `f` has no output.", [.init("isempty(.[])", "[]", "true")], form: .isEmpty),
        Builtin(
            "until(condition; next)", "`next` again and again until the condition holds.",
            [.init("until(. > 100; . * 2)", "1", "128")],
            jq: "def _until: if condition then . else (next | _until) end; _until"),
        Builtin(
            "while(condition; update)", "The input and what `update` makes of it, while the condition holds.",
            [.init("[while(. < 100; . * 2)]", "1", "[1,2,4,8,16,32,64]")],
            jq: "def _while: if condition then ., (update | _while) else empty end; _while"),
        Builtin(
            "repeat(f)", "The outputs of `f`, again and again.",
            [.init(#"[limit(4; repeat("a"))]"#, "null", #"["a","a","a","a"]"#)], jq: "def _repeat: f, _repeat; _repeat"),
        Builtin(
            "any(f; condition)", "Whether the condition holds for some output of `f`.",
            [.init("any(.lines[]; .price > 100)", #"{"lines":[{"price":20},{"price":120}]}"#, "true")], form: .any),
        Builtin(
            "all(f; condition)", "Whether the condition holds for all outputs of `f`.",
            [.init("all(.lines[]; .price > 100)", #"{"lines":[{"price":20},{"price":120}]}"#, "false")], form: .all),
        Builtin(
            "any(condition)", "Whether the condition holds for some element.", [.init("any(. > 2)", "[1,2,3]", "true")],
            jq: "any(.[]; condition)"),
        Builtin(
            "all(condition)", "Whether the condition holds for all elements.",
            [.init("all(. > 2)", "[1,2,3]", "false")], jq: "all(.[]; condition)"),
        Builtin("any", "Whether some element is true.", [.init("any", "[false,true]", "true")], jq: "any(.[]; .)"),
        Builtin("all", "Whether all elements are true.", [.init("all", "[false,true]", "false")], jq: "all(.[]; .)"),
        Builtin(
            "in(container)", "Whether the container has the input as a key.",
            [.init(#"[.[] | in({"a":1})]"#, #"["a","b"]"#, "[true,false]")], jq: ". as $x | container | has($x)"),
        Builtin(
            "inside(container)", "Whether the input is contained in the argument.",
            [.init(#"inside("lemonade")"#, #""lemon""#, "true")],
            jq: ". as $x | container | contains($x)"),
        Builtin(
            "IN(values)", "Whether the input is one of the outputs.",
            [.init(#".status | IN("paid", "shipped")"#, #"{"status":"paid"}"#, "true")], jq: "any(values == .; .)"),
        Builtin(
            "IN(source; values)", "Whether an output of the source is one of the values.",
            [.init(#"IN(.tags[]; "vip", "gold")"#, #"{"tags":["new","vip"]}"#, "true")],
            jq: "any(source == values; .)"),
        Builtin(
            "INDEX(stream; key)", "An object of the outputs of the stream by key.",
            [
                .init(
                    "INDEX(.lines[]; .sku)", #"{"lines":[{"sku":"A","n":1},{"sku":"B","n":2}]}"#,
                    #"{"A":{"sku":"A","n":1},"B":{"sku":"B","n":2}}"#)
            ],
            jq: "reduce stream as $row ({}; .[$row | key | tostring] = $row)"),
        Builtin(
            "INDEX(key)", "An object of the elements by key.",
            [
                .init(
                    "INDEX(.id)", #"[{"id":1,"x":"a"},{"id":2,"x":"b"}]"#,
                    #"{"1":{"id":1,"x":"a"},"2":{"id":2,"x":"b"}}"#)
            ], jq: "INDEX(.[]; key)"),
        Builtin(
            "JOIN($index; key)", "Each element with what the index has for its key.",
            [
                .init(
                    #"JOIN({"A":"apple"}; .sku)"#, #"[{"sku":"A"},{"sku":"B"}]"#,
                    #"[[{"sku":"A"},"apple"],[{"sku":"B"},null]]"#)
            ],
            jq: "[.[] | [., $index[key]]]"),
        Builtin(
            "JOIN($index; stream; key)", "Each output with what the index has for its key.",
            [.init(#"[JOIN({"A":"apple"}; .[]; .sku)]"#, #"[{"sku":"A"}]"#, #"[[{"sku":"A"},"apple"]]"#)],
            jq: "stream | [., $index[key]]"),
        Builtin(
            "JOIN($index; stream; key; join)", "The same, combined by an expression.",
            [.init(#"[JOIN({"A":"apple"}; .[]; .sku; .[1])]"#, #"[{"sku":"A"},{"sku":"B"}]"#, #"["apple",null]"#)],
            jq: "stream | [., $index[key]] | join"),
        Builtin(
            "walk(f)", "Applies `f` to everything in the input, from the inside out.",
            [
                .init(#"walk(if type == "string" then ascii_upcase else . end)"#, #"{"a":["b",1]}"#, #"{"a":["B",1]}"#),
                .init(
                    #"walk(if type == "object" then del(.[] | nulls) else . end)"#, #"{"a":null,"b":{"c":null,"d":1}}"#,
                    #"{"b":{"d":1}}"#),
            ],
            jq: """
                def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w
                """),
    ]
}
