/// The rules from which ``ProgramGenerator`` makes programs.
///
/// Kinds: n number, i small whole number, s string, b boolean, N array of numbers, S array of strings, o object
/// `{k: string, v: number}`, O array of such objects, d the document, D a date as text, t a time in seconds, r a
/// regular expression with flags, j any value that was made by parts, x a generator of any values, a anything.
///
/// The functions are those that jq 1.6 has too, so that programs can be held against it. `try` and `?` stand where
/// nothing behind them can fail, because in jq 1.6 they catch what fails behind them as well.
struct Grammar: Sendable {
    static let shared = Grammar()

    let kinds = Array("nisbNSoOdDtjx")
    let concrete = Array("nnssbNSoOdDtjj")

    static let members: [(name: String, kind: Character)] = [
        ("n", "n"), ("m", "n"), ("i", "i"), ("s", "s"), ("t", "s"), ("b", "b"), ("N", "N"), ("S", "S"), ("o", "o"),
        ("O", "O"), ("d", "D"), ("x", "x"),
    ]

    /// Values in documents.
    let data: [Character: [String]] = [
        "n": [
            "0", "1", "-1", "2", "3.5", "-0.25", "10", "100", "0.1", "12345.678", "99", "7", "1000000", "0.001",
        ],
        "i": ["0", "1", "2", "3", "-1"],
        "s": [
            #""""#, #""a""#, #""ab,cd""#, #""Hello World""#, #""x=1&y=2""#, #""a-b-c""#, #""12""#, #""3.5""#,
            #""<b>\"q\"</b>""#, #""aXbXc""#, #""tab\tnew\nline""#, #""aaa""#, #""größe""#, #""null""#, #""[1,2]""#,
            #""été 𝄞""#, #"" pad ""#, #""it's""#,
        ],
        "b": ["true", "false"],
        "D": [
            #""2024-02-29T12:34:56Z""#, #""1999-12-31T23:59:59Z""#, #""1970-01-01T00:00:00Z""#,
            #""2038-01-19T03:14:08Z""#, #""2015-03-05T23:51:47Z""#, #""2000-01-01T00:00:00Z""#,
        ],
    ]

    /// Short expressions of a kind, without regard to the input.
    let literals: [Character: [String]] = [
        "n": ["0", "1", "2", "(-1)", "0.5", "10", "3.25", "100", "(-7)"],
        "i": ["0", "1", "2", "3", "(-1)", "(-2)", "4"],
        "s": [
            #""""#, #""a""#, #""b""#, #"",""#, #""Hello""#, #""1""#, #""x""#, #""aX""#, #"" ""#, #""é""#, #""k""#,
            #""<&'\">""#,
        ],
        "b": ["true", "false", "null"],
        "N": ["[]", "[1,2,3]", "[3,1,2,1]", "[0.5,-1]", "[10]"],
        "S": ["[]", #"["a","b"]"#, #"["b","a","b"]"#, #"["x","","y z"]"#],
        "o": [#"{"k":"q","v":3}"#, #"{k:"a",v:0}"#, "{v:1,k:null}"],
        "O": [#"[{"k":"a","v":1},{"k":"b","v":2},{"k":"a","v":3}]"#, "[]"],
        "D": [#""2015-03-05T23:51:47Z""#, #""2024-12-31T00:00:00Z""#],
        "t": ["0", "1425599507", "86399", "951782400", "1700000000"],
        "r": [
            #""a""#, #""[a-z]+"; "g""#, #""(?<l>[a-zA-Z])(?<r>[a-z])?"; "g""#, #""^a"; "i""#, #""\\d+""#, #""[,; -]""#,
            #""(x)|(a)"; "g""#, #""\\s*$""#, #""O"; "ix""#, #""l+"; "g""#, #""X""#, #""[[:alpha:]]{2}""#,
        ],
        "j": ["null", "[]", "{}", "true", "1", #""j""#], "x": ["empty", "1", "null", "[.[]?][]"],
        "d": [#"{"n":1,"s":"abc","N":[1,2],"O":[{"k":"z","v":9}],"d":"2015-03-05T23:51:47Z"}"#],
    ]

    /// Parts of an input by their kind.
    let parts: [Character: [Character: [String]]] = [
        "d": [
            "n": [".n", ".m", ".o.v", ".N[0]", ".N[-1]"], "i": [".i"], "s": [".s", ".t", ".o.k", ".S[0]"], "b": [".b"],
            "N": [".N", ".N[1:]", "[.O[].v]"], "S": [".S", "[.O[].k]", ".S[:2]"], "o": [".o", ".O[0]"],
            "O": [".O", ".O[:2]"], "D": [".d"], "t": ["(.d | fromdate)"], "d": ["."],
            "j": [".x", ".", ".o.x", ".O", #".["x"]"#], "x": [".[]", ".O[]", ".N[]", "..", ".S[]"],
        ],
        "n": ["n": ["."]], "i": ["i": ["."], "n": ["."]], "b": ["b": ["."]],
        "s": ["s": [".", ".[1:]", ".[:2]", ".[-2:]"]],
        "N": ["N": [".", ".[1:]"], "n": [".[0]", ".[-1]", ".[1]"], "x": [".[]"]],
        "S": ["S": [".", ".[:1]"], "s": [".[0]", ".[-1]"], "x": [".[]"]],
        "o": ["o": ["."], "s": [".k"], "n": [".v"], "x": [".[]"], "j": [".", ".x"]],
        "O": ["O": [".", ".[1:]"], "o": [".[0]"], "N": ["[.[].v]", "map(.v)"], "S": ["map(.k)"], "x": [".[]"]],
        "D": ["D": ["."], "s": ["."], "t": ["fromdate", "fromdateiso8601"]],
        "t": ["t": ["."], "n": ["."], "D": ["todate"]],
        "j": ["j": [".", "[.[0]?]", "[.k?]"], "x": ["[.[]?][]", ".."]],
    ]

    let rules: [Character: [String]] = [
        "n": GrammarRules.numbers, "i": ["(<S> | length)", "(<N> | length)", "(<n> | floor)", "(<s> | length)"],
        "s": GrammarRules.strings, "b": GrammarRules.booleans, "N": GrammarRules.numberArrays,
        "S": GrammarRules.stringArrays, "o": GrammarRules.objects, "O": GrammarRules.objectArrays,
        "D": GrammarRules.dates, "t": GrammarRules.times, "j": GrammarRules.anyValues, "x": GrammarRules.generators,
        "d": GrammarRules.documents,
    ]
}
