/// Paths and what is done by them.
extension Builtin {
    static let paths: [Builtin] = [
        Builtin("path(f)", "The paths that `f` leads to.", form: .path),
        Builtin("paths", "The paths of everything in the input.", jq: "path(..) | if length > 0 then . else empty end"),
        Builtin(
            "paths(f)", "The paths of everything for which `f` holds.",
            jq: "path(.. | if f then . else empty end) | if length > 0 then . else empty end"),
        Builtin("getpath(path)", "The value at a path, `null` if there is none.", form: .getPath),
        Builtin("setpath(path; value)", "The input with a value at a path.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.setPath(input, arguments.first, arguments.second)
        },
        Builtin("delpaths(paths)", "The input without what is at the paths.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.deletePaths(input, arguments.first)
        },
        Builtin("del(f)", "The input without what `f` leads to.", jq: "delpaths([path(f)])"),
        Builtin("to_entries", "Members as objects of `key` and `value`.") { (evaluator, input, _) throws(Raised) in
            try evaluator.toEntries(input)
        },
        Builtin("from_entries", "An object of members given as objects of `key` and `value`.") {
            (evaluator, input, _) throws(Raised) in
            try evaluator.fromEntries(input)
        },
        Builtin("with_entries(f)", "Members changed as entries.", jq: "to_entries | map(f) | from_entries"),
        Builtin(
            "pick(f)", "The input reduced to what `f` leads to.",
            jq: ". as $in | reduce path(f) as $path (null; setpath($path; $in | getpath($path)))"),
    ]
}
