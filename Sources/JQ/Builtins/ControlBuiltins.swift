/// Errors, choices and sequences.
extension Builtin {
    static let control: [Builtin] = [
        Builtin("empty", "No output.", form: .empty),
        Builtin("error", "Raises the input as an error.", form: .error),
        Builtin("error(message)", "Raises an error with a value.", jq: "message | error"),
        Builtin("select(f)", "The input if `f` holds for it.", jq: "if f then . else empty end"),
        Builtin("map(f)", "The outputs of `f` for all elements, in an array.", jq: "[.[] | f]"),
        Builtin(
            "map_values(f)", "Each element or member replaced by the first output of `f`, dropped if there is none.",
            jq: ".[] |= f"),
        Builtin("recurse", "The input and everything in it, at all depths: `..`.", form: .recurseAll),
        Builtin("recurse(f)", "The input, then the same for each output of `f`.", form: .recurse),
        Builtin(
            "recurse(f; condition)", "The same while the condition holds.",
            jq: "recurse(f | if condition then . else empty end)"),
        Builtin("range(end)", "The numbers from 0 up to, not including, the end.", form: .range),
        Builtin("range(start; end)", "The numbers from the start up to, not including, the end.", form: .range),
        Builtin("range(start; end; step)", "The same by steps, which may be negative.", form: .range),
        Builtin("limit(count; f)", "At most so many outputs of `f`.", form: .limit),
        Builtin("skip(count; f)", "The outputs of `f` without so many at the start.", form: .skip),
        Builtin("first(f)", "The first output of `f`.", form: .first),
        Builtin("last(f)", "The last output of `f`.", form: .last),
        Builtin(
            "nth(n; f)", "The output of `f` at a position, counted from 0.",
            jq: """
                n as $n | if $n < 0 then error("nth doesn't support negative indices") else first(skip($n; f)) end
                """),
        Builtin("first", "The first element.", jq: ".[0]"),
        Builtin("last", "The last element.", jq: ".[-1]"),
        Builtin("nth(n)", "The element at a position.", jq: ".[n]"),
        Builtin("isempty(f)", "Whether `f` has no output.", form: .isEmpty),
        Builtin(
            "until(condition; next)", "`next` again and again until the condition holds.",
            jq: "def _until: if condition then . else (next | _until) end; _until"),
        Builtin(
            "while(condition; update)", "The input and what `update` makes of it, while the condition holds.",
            jq: "def _while: if condition then ., (update | _while) else empty end; _while"),
        Builtin("repeat(f)", "The outputs of `f`, again and again.", jq: "def _repeat: f, _repeat; _repeat"),
        Builtin("any(f; condition)", "Whether the condition holds for some output of `f`.", form: .any),
        Builtin("all(f; condition)", "Whether the condition holds for all outputs of `f`.", form: .all),
        Builtin("any(condition)", "Whether the condition holds for some element.", jq: "any(.[]; condition)"),
        Builtin("all(condition)", "Whether the condition holds for all elements.", jq: "all(.[]; condition)"),
        Builtin("any", "Whether some element is true.", jq: "any(.[]; .)"),
        Builtin("all", "Whether all elements are true.", jq: "all(.[]; .)"),
        Builtin("in(container)", "Whether the container has the input as a key.", jq: ". as $x | container | has($x)"),
        Builtin(
            "inside(container)", "Whether the input is contained in the argument.",
            jq: ". as $x | container | contains($x)"),
        Builtin("IN(values)", "Whether the input is one of the outputs.", jq: "any(values == .; .)"),
        Builtin(
            "IN(source; values)", "Whether an output of the source is one of the values.",
            jq: "any(source == values; .)"),
        Builtin(
            "INDEX(stream; key)", "An object of the outputs of the stream by key.",
            jq: "reduce stream as $row ({}; .[$row | key | tostring] = $row)"),
        Builtin("INDEX(key)", "An object of the elements by key.", jq: "INDEX(.[]; key)"),
        Builtin(
            "JOIN($index; key)", "Each element with what the index has for its key.",
            jq: "[.[] | [., $index[key]]]"),
        Builtin(
            "JOIN($index; stream; key)", "Each output with what the index has for its key.",
            jq: "stream | [., $index[key]]"),
        Builtin(
            "JOIN($index; stream; key; join)", "The same, combined by an expression.",
            jq: "stream | [., $index[key]] | join"),
        Builtin(
            "walk(f)", "Applies `f` to everything in the input, from the inside out.",
            jq: """
                def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w
                """),
    ]
}
