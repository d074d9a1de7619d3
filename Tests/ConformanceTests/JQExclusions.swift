/// The cases of jq's test files that we leave out: the program, its input where the program alone is not enough, and
/// why. A case that starts to pass, or is no case any more, fails the test until its line is taken out here.
struct JQExclusion: Hashable, Sendable {
    let program: String
    var input: String?
    let reason: String

    func covers(_ test: JQCase) -> Bool {
        program == test.program && (input == nil || input == test.input)
    }
}

enum JQExclusions {
    static let all: [JQExclusion] =
        because(
            "reaches outside the event, which is refused when compiling",
            [#"try input catch ."#, "debug", "$ENV.PAGER", "env.PAGER"])
        + because(
            "tells of the files that modules lie in, which is refused when compiling",
            ["modulemeta", "modulemeta | .deps | length", "modulemeta | .defs | length"])
        + [
            JQExclusion(
                program: ".", input: "\u{FEFF}\"byte order mark\"",
                reason: "the input begins with a byte order mark, which our JSON refuses (RFC 8259)"),
            JQExclusion(program: ".[] = 1", reason: "the input has NaN and Infinity, which are no JSON"),
            JQExclusion(program: "tojson | fromjson", reason: "the input has NaN and Infinity, which are no JSON"),
            JQExclusion(
                program: "map(try implode catch .)", reason: "the input has NaN and Infinity, which are no JSON"),
            JQExclusion(
                program: #"reduce range(10001) as $_ ([];[.]) | tojson | contains("<skipped: too deep>")"#,
                reason: "a value is written whole, however deep"),
            JQExclusion(
                program:
                    #"map([., . == 1]) | tojson == if have_decnum then "[[1,true],[1.000,true],[1.0,true],[1.00,true]]" else "[[1,true],[1,true],[1,true],[1,true]]" end"#,
                reason: "a number that is only moved keeps its notation: 100e-2 does not become 1.00"),
        ]

    private static func because(_ reason: String, _ programs: [String]) -> [JQExclusion] {
        programs.map { JQExclusion(program: $0, reason: reason) }
    }
}
