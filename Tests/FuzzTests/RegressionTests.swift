import JQ
import JSON
import Testing

/// What fuzzing and the differential runs found, once each, so that it stays mended.
@Suite struct RegressionTests {
    /// Program, input and outputs as of jq 1.6, 1.7 and 1.8.
    @Test(arguments: [
        // An error on the left of `//` is an error, not something to replace.
        (#"[try (error("x") // 1) catch .]"#, "null", #"["x"]"#),
        (#"[.[] | try (.a // "none") catch "fault"]"#, #"[{"a":1},{},5]"#, #"[1,"none","fault"]"#),
        (#"[limit(1; (1, error("x")) // 2)]"#, "null", "[1]"),
        (#"[try path(error("x") // .a) catch .]"#, "null", #"["x"]"#),
        // Null has no member; what is no number is not a special one.
        (#"[has("a"), has(0), has([])]"#, "null", "[false,false,false]"),
        (
            "[.[] | isnan, isinfinite, isnormal]", #"[null,"a",[]]"#,
            "[false,false,false,false,false,false,false,false,false]"
        ),
        // A slice's object names both ends, and what cannot index null cannot be looked for in it.
        (
            #"[.[] as $key | try ([1, 2] | .[$key]) catch "fault"]"#, #"[{},{"start":1},{"start":1,"end":null}]"#,
            #"["fault","fault",[2]]"#
        ),
        (
            #"[.[] as $part | try (null | indices($part)) catch "fault"]"#, #"[1,"a",{},null,[1]]"#,
            #"[null,null,null,"fault","fault"]"#
        ),
        // The members of an empty capture stand in another order, which text shows.
        (
            #"[match("(x)?a(b?)").captures[] | tojson]"#, #""a""#,
            #"["{\"offset\":-1,\"string\":null,\"length\":0,\"name\":null}","{\"offset\":1,\"string\":\"\",\"length\":0,\"name\":null}"]"#
        ),
    ])
    func givesWhatJQGives(_ text: String, _ input: String, _ expected: String) throws {
        let arena = Arena()
        let program = try Program(text)
        let output = try Evaluator(arena: arena).one(program, JSON.Parser().parse(input, into: arena))
        let buffer = ByteBuffer()
        withExtendedLifetime(arena) { buffer.write(output) }
        #expect(buffer.text == expected)
    }
}
