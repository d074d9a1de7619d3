import Testing

@testable import JQ

/// The table of builtins is whole and told.
@Suite struct BuiltinTests {
    @Test func eachIsThereOnceAndDescribed() {
        var seen: Set<String> = []
        for builtin in Builtin.all {
            #expect(seen.insert(builtin.key).inserted, "\(builtin.key) is there twice")
            #expect(builtin.summary.hasSuffix("."), "\(builtin.key) has no sentence")
            #expect(Builtin.refused[builtin.name] == nil, "\(builtin.key) is refused as well")
        }
    }

    /// Definitions in jq are compiled when used; here all are.
    @Test func eachCompiles() throws {
        for builtin in Builtin.all {
            let arguments = builtin.parameters.map { _ in "." }.joined(separator: "; ")
            _ = try Program(arguments.isEmpty ? builtin.name : "\(builtin.name)(\(arguments))")
        }
    }

    @Test(arguments: [
        ("[.[] | @base32]", #"["a","ab","abcde",""]"#, #"["ME======","MFRA====","MFRGGZDF",""]"#),
        ("[.[] | @base32d]", #"["ME======","MFRA===="]"#, #"["a","ab"]"#),
        ("[.[] | tonumber?]", #"["1","x","1e3","0x10"," 1","+5",".5","5."]"#, "[1,1e3,5,0.5,5]"),
        (#"gsub("(?<x>[a-z])"; "<\(.x)>")"#, #""a1b""#, #""<a>1<b>""#),
        (#"[splits(", *")]"#, #""a, b,c""#, #"["a","b","c"]"#),
        ("[.[] | ltrimstr(\"x\") | rtrimstr(\"y\")]", #"["xay","a"]"#, #"["a","a"]"#),
        ("join(\"-\")", #"["a",1,null,true]"#, #""a-1--true""#),
        ("@sh \"echo \\(.)\"", #"["a'b",1]"#, #""echo 'a'\\''b' 1""#),
        ("min_by(.a), max_by(.a)", #"[{"a":2},{"a":1},{"a":2,"b":1}]"#, "{\"a\":1}\n{\"a\":2,\"b\":1}"),
        ("ascii_downcase", #""ÀÉabcXYZ""#, #""ÀÉabcxyz""#),
        ("toarray", "1", "[1]"),
    ])
    func gives(_ program: String, _ input: String, _ expected: String) {
        #expect(outputs(program, input) == expected)
    }
}
