import JSON

/// Arrays and objects.
extension Builtin {
    static let collections: [Builtin] = [
        Builtin(
            "keys", "The names of the members, sorted, or the positions of the elements.",
            [.init("keys", #"{"b":1,"a":2}"#, #"["a","b"]"#)]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.keys(input, sorted: true)
        },
        Builtin(
            "keys_unsorted", "The names of the members in their order.",
            [.init("keys_unsorted", #"{"b":1,"a":2}"#, #"["b","a"]"#)]
        ) { (evaluator, input, _) throws(Raised) in
            try evaluator.keys(input, sorted: false)
        },
        Builtin(
            "has(key)", "Whether the input has a member or an element.",
            [.init(#"has("a")"#, #"{"a":null}"#, "true"), .init("[has(0, 5)]", #"["x"]"#, "[true,false]")]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.has(input, arguments.first)
        },
        Builtin(
            "contains(part)", "Whether the input contains a part: a substring, some elements, some members.",
            [
                .init(#"contains({"tags":["vip"]})"#, #"{"tags":["vip","new"],"id":1}"#, "true"),
                .init(#"contains("bar")"#, #""foobar""#, "true"),
            ]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            guard kindsAgree(input, arguments.first) else {
                throw evaluator.typeError(input, arguments.first, "cannot have their containment checked")
            }
            return .bool(try evaluator.contains(input, arguments.first, depth: 0))
        },
        Builtin(
            "add", "The sum of the elements.", [.init("add", "[1,2,3]", "6"), .init("add", #"["a","b"]"#, #""ab""#)],
            jq: "add(.[])"),
        Builtin(
            "add(f)", "The sum of the outputs of `f`.",
            [.init("add(.lines[].price)", #"{"lines":[{"price":2},{"price":3}]}"#, "5")], form: .sum),
        Builtin(
            "sort", "The elements in order.", [.init("sort", #"[3,null,"a",1,[],false]"#, #"[null,false,1,3,"a",[]]"#)]
        ) { (evaluator, input, _) throws(Raised) in
            try evaluator.sorted(input)
        },
        Builtin("_sort_by(keys)", "The elements by the order of the keys beside them.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.elements(of: try evaluator.sortedRows(input, arguments.first))
        },
        Builtin("_group_by(keys)", "The elements in groups of equal keys.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.groups(of: try evaluator.sortedRows(input, arguments.first))
        },
        Builtin("_unique_by(keys)", "The first element of each key.") { (evaluator, input, arguments) throws(Raised) in
            try evaluator.unique(of: try evaluator.sortedRows(input, arguments.first))
        },
        Builtin("_min_by(keys)", "The first element with the least key.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.extreme(of: input, arguments.first, isMaximum: false)
        },
        Builtin("_max_by(keys)", "The last element with the greatest key.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.extreme(of: input, arguments.first, isMaximum: true)
        },
        Builtin(
            "sort_by(f)", "The elements by the order of `f`; equal ones keep theirs.",
            [
                .init(
                    "sort_by(.price)", #"[{"sku":"A","price":2},{"sku":"B","price":1}]"#,
                    #"[{"sku":"B","price":1},{"sku":"A","price":2}]"#)
            ], jq: "_sort_by(map([f]))"),
        Builtin(
            "group_by(f)", "The elements in groups of equal `f`, in its order.",
            [
                .init(
                    "group_by(.tax) | map({tax: .[0].tax, base: map(.net) | add})",
                    #"[{"tax":19,"net":10},{"tax":7,"net":5},{"tax":19,"net":1}]"#,
                    #"[{"tax":7,"base":5},{"tax":19,"base":11}]"#)
            ], jq: "_group_by(map([f]))"),
        Builtin(
            "unique", "The elements in order, each once.", [.init("unique", "[2,1,2]", "[1,2]")],
            jq: "_unique_by(map([.]))"),
        Builtin(
            "unique_by(f)", "The first element for each value of `f`.",
            [.init("unique_by(length)", #"["ab","c","de"]"#, #"["c","ab"]"#)], jq: "_unique_by(map([f]))"),
        Builtin("min", "The least element.", [.init("min", "[3,1,2]", "1")]) { (evaluator, input, _) throws(Raised) in
            try evaluator.extreme(of: input, input, isMaximum: false)
        },
        Builtin("max", "The greatest element.", [.init("max", "[3,1,2]", "3")]) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.extreme(of: input, input, isMaximum: true)
        },
        Builtin(
            "min_by(f)", "The first element with the least `f`.",
            [.init("min_by(.price)", #"[{"sku":"A","price":2},{"sku":"B","price":1}]"#, #"{"sku":"B","price":1}"#)],
            jq: "_min_by(map([f]))"),
        Builtin(
            "max_by(f)", "The last element with the greatest `f`.",
            [.init("max_by(.price)", #"[{"sku":"A","price":2},{"sku":"B","price":1}]"#, #"{"sku":"A","price":2}"#)],
            jq: "_max_by(map([f]))"),
        Builtin(
            "reverse", "The elements, or the characters of a string, from the end.",
            [.init("reverse", "[1,2,3]", "[3,2,1]"), .init("reverse", #""abc""#, #""cba""#)]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.reversed(input)
        },
        Builtin("flatten", "Nested arrays as one.", [.init("flatten", "[1,[2,[3]]]", "[1,2,3]")]) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.flattened(input, depth: .number(.infinity))
        },
        Builtin(
            "flatten(depth)", "Nested arrays as one, down to a depth.",
            [.init("flatten(1)", "[1,[2,[3]]]", "[1,2,[3]]")]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.flattened(input, depth: arguments.first)
        },
        Builtin(
            "transpose", "Rows as columns; missing cells are `null`.",
            [.init("transpose", "[[1,2],[3]]", "[[1,3],[2,null]]")],
            jq: "[range(0; map(length) | max // 0) as $i | [.[][$i]]]"),
        Builtin(
            "bsearch(value)", "The position in a sorted array, or -1 less where it would stand.",
            [.init("[bsearch(2, 5)]", "[1,2,3]", "[1,-4]")]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.binarySearch(input, arguments.first)
        },
        Builtin(
            "combinations", "All rows that take one element of each array.",
            [.init("[combinations]", #"[[1,2],["a","b"]]"#, #"[[1,"a"],[1,"b"],[2,"a"],[2,"b"]]"#)],
            jq: """
                if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $y | [$x] + $y end
                """),
        Builtin(
            "combinations(n)", "All rows of n elements.",
            [.init("[combinations(2)]", "[0,1]", "[[0,0],[0,1],[1,0],[1,1]]")],
            jq: ". as $dot | [range(n) | $dot] | combinations"),
    ]

    private static func kindsAgree(_ a: Value, _ b: Value) -> Bool {
        a.kind == b.kind || (isBoolean(a) && isBoolean(b))
    }

    private static func isBoolean(_ value: Value) -> Bool { value.kind == .true || value.kind == .false }
}
