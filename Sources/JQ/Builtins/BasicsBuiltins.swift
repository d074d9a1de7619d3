import JSON

/// Kinds, conversion and comparison.
extension Builtin {
    static let basics: [Builtin] = [
        Builtin("not", "`false` for everything but `null` and `false`.", [.init("not", "null", "true")]) {
            (_, input, _) in
            .bool(!input.isTruthy)
        },
        Builtin(
            "type", "The name of the input's kind.",
            [
                .init(
                    "[.[] | type]", #"[null,true,1,"a",[],{}]"#,
                    #"["null","boolean","number","string","array","object"]"#)
            ]
        ) { (_, input, _) in
            switch input.kind {
            case .null: Evaluator.name("null")
            case .false, .true: Evaluator.name("boolean")
            case .number: Evaluator.name("number")
            case .string: Evaluator.name("string")
            case .array: Evaluator.name("array")
            case .object: Evaluator.name("object")
            }
        },
        Builtin(
            "length", "Characters of a string, elements or members of a container, the absolute value of a number.",
            [.init("[.[] | length]", #"["Zoë",[1,2],{"a":1},-5,null]"#, "[3,2,1,5,0]")]
        ) { (evaluator, input, _) throws(Raised) in
            switch input.kind {
            case .null: return .number(0)
            case .array, .object: return .number(Double(input.count))
            case .string:
                try evaluator.spend(input.count / Evaluator.bytesPerStep)
                return .number(Double(input.flags.contains(.ascii) ? input.count : UTF8Text.count(input.bytes)))
            case .number: return try evaluator.absolute(input)
            default: throw evaluator.typeError(input, "has no length")
            }
        },
        Builtin("utf8bytelength", "The bytes of a string in UTF-8.", [.init("utf8bytelength", #""Zoë""#, "4")]) {
            (evaluator, input, _) throws(Raised) in
            guard input.kind == .string else {
                throw evaluator.typeError(input, "only strings have UTF-8 byte length")
            }
            return .number(Double(input.count))
        },
        Builtin(
            "tostring", "A string as it is, all else as JSON.",
            [.init("[.[] | tostring]", #"["a",1.50,[1,"b"]]"#, #"["a","1.50","[1,\"b\"]"]"#)]
        ) { (evaluator, input, _) throws(Raised) in
            try evaluator.toString(input)
        },
        Builtin(
            "tojson", "The input as JSON, in a string.",
            [.init("[.[] | tojson]", #"["a",1.50,[1,"b"]]"#, #"["\"a\"","1.50","[1,\"b\"]"]"#)]
        ) { (evaluator, input, _) throws(Raised) in
            try evaluator.toJSON(input)
        },
        Builtin(
            "fromjson", "The value of the JSON in a string.", [.init("fromjson", #""{\"a\":1.50}""#, #"{"a":1.50}"#)]
        ) { (evaluator, input, _) throws(Raised) in
            try evaluator.fromJSON(input)
        },
        Builtin(
            "tonumber", "A number as it is, a string read as a number.",
            [.init("[.[] | tonumber]", #"[1,"1.50","-2e3"]"#, "[1,1.50,-2e3]")]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.toNumber(input)
        },
        Builtin(
            "toboolean", "A boolean as it is, the strings `true` and `false` as booleans.",
            [.init("[.[] | toboolean]", #"["true",false]"#, "[true,false]")]
        ) {
            (evaluator, input, _) throws(Raised) in
            switch input.kind {
            case .true, .false: return input
            case .string where input.string == "true": return .true
            case .string where input.string == "false": return .false
            default: throw evaluator.typeError(input, "cannot be parsed as a boolean")
            }
        },
        Builtin(
            "toarray", "An array as it is, all else in an array.", [.init("[.[] | toarray]", "[1,[2]]", "[[1],[2]]")]
        ) { (evaluator, input, _) throws(Raised) in
            input.kind == .array ? input : try evaluator.array(input)
        },
        Builtin(
            "arrays", "The input if it is an array.",
            [.init("[.[] | arrays]", #"[1,[2],{"a":3},"b",null,true]"#, "[[2]]")],
            jq: #"if type == "array" then . else empty end"#),
        Builtin(
            "objects", "The input if it is an object.",
            [.init("[.[] | objects]", #"[1,[2],{"a":3},"b",null,true]"#, #"[{"a":3}]"#)],
            jq: #"if type == "object" then . else empty end"#),
        Builtin(
            "iterables", "The input if it is an array or an object.",
            [.init("[.[] | iterables]", #"[1,[2],{"a":3},"b",null,true]"#, #"[[2],{"a":3}]"#)],
            jq: #"if type | . == "array" or . == "object" then . else empty end"#),
        Builtin(
            "booleans", "The input if it is a boolean.",
            [.init("[.[] | booleans]", #"[1,[2],{"a":3},"b",null,true]"#, "[true]")],
            jq: #"if type == "boolean" then . else empty end"#),
        Builtin(
            "numbers", "The input if it is a number.",
            [.init("[.[] | numbers]", #"[1,[2],{"a":3},"b",null,true]"#, "[1]")],
            jq: #"if type == "number" then . else empty end"#),
        Builtin(
            "strings", "The input if it is a string.",
            [.init("[.[] | strings]", #"[1,[2],{"a":3},"b",null,true]"#, #"["b"]"#)],
            jq: #"if type == "string" then . else empty end"#),
        Builtin(
            "nulls", "The input if it is `null`.",
            [.init("[.[] | nulls]", #"[1,[2],{"a":3},"b",null,true]"#, "[null]")],
            jq: "if . == null then . else empty end"),
        Builtin(
            "values", "The input unless it is `null`.",
            [.init("[.[] | values]", #"[1,[2],{"a":3},"b",null,true]"#, #"[1,[2],{"a":3},"b",true]"#)],
            jq: "if . == null then empty else . end"),
        Builtin(
            "scalars", "The input unless it is an array or an object.",
            [.init("[.[] | scalars]", #"[1,[2],{"a":3},"b",null,true]"#, #"[1,"b",null,true]"#)],
            jq: #"if type | . == "array" or . == "object" then empty else . end"#),
        Builtin(
            "now", "The time of the evaluation, in seconds since 1970-01-01T00:00:00Z.",
            [.init("now | type", "null", #""number""#)]
        ) { (evaluator, _, _) in
            .number(evaluator.now)
        },
        Builtin(
            "builtins", "The names and arities of all builtins.",
            [.init(#"builtins | contains(["map/1"])"#, "null", "true")]
        ) { (evaluator, _, _) throws(Raised) in
            var result = Value.emptyArray
            for builtin in Builtin.all where !builtin.name.hasPrefix("_") {
                result = try evaluator.append(try evaluator.string(builtin.key), to: result)
            }
            return result
        },
        Builtin(
            "have_decnum", "`true`: literals keep their digits and are compared as decimals.",
            [.init("have_decnum", "null", "true")]
        ) { (_, _, _) in
            .true
        },
        Builtin(
            "have_literal_numbers", "`true`: literals keep their digits.",
            [.init("have_literal_numbers", "null", "true")]
        ) { (_, _, _) in .true },
    ]
}
