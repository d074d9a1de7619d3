extension KnownDifference {
    public static let all: [KnownDifference] = explained + language + numbers + text + ours

    /// An example of each ``ExplainedDifference``.
    private static let explained = [
        KnownDifference("[limit(-1; 1, 2)]", ours: "error", jq16: "[1,2]", "jq 1.8: limit refuses a negative count"),
        KnownDifference("[limit(0; 1, 2)]", ours: "[]", jq16: "[1]", "jq 1.7: limit(0; f) does not run f"),
        KnownDifference("[nth(2; 1, 2)]", ours: "[]", jq16: "[2]", "jq 1.8: nth of too few outputs gives none"),
        KnownDifference("[last(empty)]", ours: "[]", jq16: "[null]", "jq 1.8: last(f) of nothing is nothing"),
        KnownDifference(#"null | ltrimstr("a")"#, ours: "error", jq16: "null", "jq 1.8: ltrimstr takes strings only"),
        KnownDifference(#""aéb" | index("b")"#, ours: "2", jq16: "3", "jq 1.7: index counts code points"),
        KnownDifference(
            "[2024] | todate", ours: #""2023-12-31T00:00:00Z""#, jq16: "error",
            "jq 1.8: missing parts of a time are zero"),
        KnownDifference("{} | transpose", ours: "[]", jq16: "error", "jq 1.8: an object without members has no rows"),
        KnownDifference(
            "def update(p; f): p |= f; [1, 2, 3, 4] | update(.[]; empty)", ours: "[]", jq16: "[2,4]",
            "jq 1.7: an update with nothing deletes every place"),
    ]

    private static let language = [
        KnownDifference(
            "[1, 2] | map_values(empty)", ours: "[]", jq16: "[2]", "jq 1.7: an update with nothing deletes all"),
        KnownDifference(
            #"(1 | tojson?) | error("x")"#, ours: "error", jq16: "",
            "jq 1.7: `?` and `try` catch what fails inside them only"),
        KnownDifference("-1 as $x | [$x]", ours: "[-1]", jq16: "error", "jq 1.7: `-1 as $x` negates the number alone"),
        KnownDifference(
            "try error(null) catch .", ours: "null", jq16: "", "jq 1.7: error(null) is an error that is caught"),
        KnownDifference(
            "[1, 2] | bsearch(.[0])", ours: "0", jq16: "-1", "jq 1.7: bsearch's argument sees the array itself"),
        KnownDifference("[3, 1] | bsearch(3)", ours: "-3", jq16: "0", "unsorted arrays have no right answer"),
        KnownDifference("pick(.a)", ours: #"{"a":null}"#, jq16: "no answer", "functions that 1.6 does not have"),
    ]

    private static let numbers = [
        KnownDifference(
            "[1.000, 1e2] | tojson", ours: #""[1.000,1e2]""#, jq16: #""[1,100]""#, "literals keep their text"),
        KnownDifference(
            "100000000000000000001 == 100000000000000000000", ours: "false", jq16: "true",
            "literals are compared exactly"),
        KnownDifference(
            "def at(i): .[i]; [1, 2, 3] | at(1.7)", ours: "2", jq16: "null", "jq 1.7: a position is rounded down"),
        KnownDifference(#""1 " | tonumber"#, ours: "error", jq16: "1", "jq 1.8: tonumber takes no spaces"),
        KnownDifference(
            "7 | exp10 == 1e7", ours: "true", jq16: "false", "the C library's exp10 is not exact for whole numbers"),
    ]

    private static let text = [
        KnownDifference(
            #""!*()" | @uri"#, ours: #""%21%2A%28%29""#, jq16: #""!*()""#,
            "jq 1.7: @uri keeps only what RFC 3986 calls unreserved"),
        KnownDifference(
            #"def times(a; b): a * b; times("x"; 0)"#, ours: #""""#, jq16: "null",
            "jq 1.8: a string times zero is empty"),
        KnownDifference(#""abc" | scan("B"; "i")"#, ours: #""b""#, jq16: "no answer", "scan with flags is not in 1.6"),
    ]

    /// Where we go our own way.
    private static let ours = [
        KnownDifference("-1 | gmtime | mktime", ours: "-1", jq16: "error", "the second before 1970 is a time"),
        KnownDifference(
            "-0.25 | todate", ours: #""1969-12-31T23:59:59Z""#, jq16: #""1970-01-01T00:00:00Z""#,
            "fractions of seconds before 1970 are counted downwards"),
        KnownDifference(
            "null | @base64d", ours: "\"\u{fffd}\u{fffd}e\"", jq16: "\"\u{fffd}\u{fffd}\"",
            "bytes that are no UTF-8 are replaced one by one, at the end too"),
        KnownDifference(
            #""2024" | strptime("%Y")"#, ours: "[2024,0,0,0,0,0,0,0]", jq16: "[2024,0,0,0,0,0,0,-1]",
            "the day of a date without a month and a day is not made up"),
        KnownDifference("[range(0; null; 1)]", ours: "error", jq16: "[]", "bounds of a range are numbers, always"),
        KnownDifference(#""x" | @base32"#, ours: #""PA======""#, jq16: "error", "an addition: Base32 (RFC 4648)"),
        KnownDifference(
            #""abc" | reverse"#, ours: #""cba""#, jq16: "error", "an addition: text is reversed by code points"),
    ]
}
