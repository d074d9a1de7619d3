import JSON

/// Strings.
extension Builtin {
    static let strings: [Builtin] = [
        Builtin(
            "ascii_downcase", "A to Z as a to z; all other characters as they are.",
            [.init("ascii_downcase", #""Ada.L@Example.COM""#, #""ada.l@example.com""#)]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.changingCase(input, first: UInt8(ascii: "A"), "ascii_downcase")
        },
        Builtin(
            "ascii_upcase", "a to z as A to Z; all other characters as they are.",
            [.init("ascii_upcase", #""straße""#, #""STRAßE""#)]
        ) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.changingCase(input, first: UInt8(ascii: "a"), "ascii_upcase")
        },
        Builtin(
            "startswith(prefix)", "Whether a string starts with another.",
            [.init(#"startswith("crm.")"#, #""crm.customer.created""#, "true")]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            guard input.kind == .string, arguments.first.kind == .string else {
                throw evaluator.fail("startswith() requires string inputs")
            }
            return .bool(UTF8Text.startsWith(input.bytes, arguments.first.bytes))
        },
        Builtin(
            "endswith(suffix)", "Whether a string ends with another.",
            [.init(#"endswith(".created")"#, #""crm.customer.created""#, "true")]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            guard input.kind == .string, arguments.first.kind == .string else {
                throw evaluator.fail("endswith() requires string inputs")
            }
            return .bool(UTF8Text.endsWith(input.bytes, arguments.first.bytes))
        },
        Builtin(
            "ltrimstr(prefix)", "The string without a prefix, if it has it.",
            [.init(#"ltrimstr("CRM-")"#, #""CRM-0001""#, #""0001""#)]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            guard input.kind == .string, arguments.first.kind == .string else {
                throw evaluator.fail("startswith() requires string inputs")
            }
            return evaluator.trimming(input, prefix: arguments.first)
        },
        Builtin(
            "rtrimstr(suffix)", "The string without a suffix, if it has it.",
            [.init(#"rtrimstr(".00")"#, #""12.00""#, #""12""#)]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            guard input.kind == .string, arguments.first.kind == .string else {
                throw evaluator.fail("endswith() requires string inputs")
            }
            return evaluator.trimming(input, suffix: arguments.first)
        },
        Builtin(
            "trimstr(part)", "The string without a part at its start and at its end.",
            [.init(#"trimstr("\"")"#, #""\"quoted\"""#, #""quoted""#)]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            guard input.kind == .string, arguments.first.kind == .string else {
                throw evaluator.fail("startswith() requires string inputs")
            }
            return evaluator.trimming(evaluator.trimming(input, prefix: arguments.first), suffix: arguments.first)
        },
        Builtin("trim", "The string without white space at its ends.", [.init("trim", #""  a b ""#, #""a b""#)]) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.trimmed(input, start: true, end: true)
        },
        Builtin("ltrim", "The string without white space at its start.", [.init("ltrim", #""  a b ""#, #""a b ""#)]) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.trimmed(input, start: true, end: false)
        },
        Builtin("rtrim", "The string without white space at its end.", [.init("rtrim", #""  a b ""#, #""  a b""#)]) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.trimmed(input, start: false, end: true)
        },
        Builtin(
            "split(separator)", "The pieces between separators.",
            [.init(#"split(", ")"#, #""a, b,c""#, #"["a","b,c"]"#)]
        ) { (evaluator, input, arguments) throws(Raised) in
            guard input.kind == .string, arguments.first.kind == .string else {
                throw evaluator.fail("split input and separator must be strings")
            }
            return try evaluator.split(input, by: arguments.first)
        },
        Builtin(
            "join($separator)", "The elements as strings, with a separator between.",
            [.init(#"join("/")"#, #"["a",1,null,true]"#, #""a/1//true""#)]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.joined(input, arguments.first)
        },
        Builtin("explode", "The code points of a string.", [.init("explode", #""Zoë""#, "[90,111,235]")]) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.explode(input)
        },
        Builtin("implode", "The string of code points.", [.init("implode", "[90,111,235]", #""Zoë""#)]) {
            (evaluator, input, _) throws(Raised) in
            try evaluator.implode(input)
        },
        Builtin(
            "ascii", "The character of a code point below 128.", [.init("ascii", "65", #""A""#)], jq: "[.] | implode"),
        Builtin("_strindices(part)", "Where a string stands in another, in characters.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.stringIndices(input, arguments.first)
        },
        Builtin(
            "indices($part)", "Where a part stands: a substring, an element, a row of elements.",
            [.init(#"indices(", ")"#, #""a, b, c""#, "[1,4]"), .init("indices([1, 2])", "[0,1,2,1,2]", "[1,3]")]
        ) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.indices(of: arguments.first, in: input)
        },
        Builtin("index($part)", "Where a part stands first.", [.init(#"index("b")"#, #""abcb""#, "1")]) {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.indices(of: arguments.first, in: input)[0] ?? .null
        },
        Builtin("rindex($part)", "Where a part stands last.", [.init(#"rindex("b")"#, #""abcb""#, "3")]) {
            (evaluator, input, arguments) throws(Raised) in
            let all = try evaluator.indices(of: arguments.first, in: input)
            return all.elements.last ?? .null
        },
        Builtin(
            "format(name)", "The input in a format, as `@name`.", [.init(#"format("csv")"#, #"["a",1]"#, #""\"a\",1""#)]
        ) { (evaluator, input, arguments) throws(Raised) in
            guard arguments.first.kind == .string else {
                throw evaluator.typeError(arguments.first, "is not a valid format")
            }
            guard let format = Format(name: arguments.first.string ?? "") else {
                throw evaluator.fail("\(arguments.first.string ?? "") is not a valid format")
            }
            return try evaluator.format(input, UInt16(format.rawValue))
        },
    ]
}
