/// Seeds that are there without the public suites.
enum BuiltInSeeds {
    static let documents = [
        #"{"id":"C-1","tags":["a","b"],"address":{"street":"Straße 1","zip":"0815"},"n":[0,-1.5e+10,1E-3]}"#,
        #"{"a":{"b":{"c":[[[{"d":null}]]]}},"e":"\u00e9\ud83d\ude00\\\"\/","f":[true,false]}"#,
        "{" + (0..<20).map { "\"m\($0)\":\($0)" }.joined(separator: ",") + "}",
        "[1.7976931348623157e308,5e-324,1e400,-0,0.1,123456789012345678901234567890,1e-400,9007199254740993]",
        "  [ \"\" , \"\\u0000\" , \"€\" , \"𝄞\" ]\r\n\t",
    ]

    static let schemas: [(String, [String])] = [
        (
            #"""
            {"type":"object","required":["id"],"properties":{"id":{"type":"string","pattern":"^C-[0-9]+$"},
            "n":{"type":"number","multipleOf":0.01,"minimum":0},"tags":{"type":"array","items":{"$ref":"#/$defs/tag"},
            "uniqueItems":true,"maxItems":3}},"additionalProperties":false,"$defs":{"tag":{"enum":["a","b",1]}}}
            """#,
            [#"{"id":"C-1","n":1.01,"tags":["a",1]}"#, #"{"id":"x","n":-1,"tags":["a","a"],"y":0}"#, "[]"]
        ),
        (
            #"""
            {"$id":"https://x.example/tree","$dynamicAnchor":"node","allOf":[{"if":{"type":"array"},
            "then":{"prefixItems":[true],"items":{"$dynamicRef":"#node"},"contains":{"const":1},"maxContains":2}},
            {"patternProperties":{"^a":{"not":{"type":"null"}}}}],"unevaluatedProperties":{"format":"date-time"}}
            """#,
            [#"[1,[1,[2]],{"b":"2024-01-01T00:00:00Z"}]"#, #"{"a":null}"#]
        ),
    ]

    static let programs = [
        (
            #".data | {id, name: "\(.a) \(.b)", n: (.lines | map(.q * .p) | add)}"#,
            #"{"data":{"lines":[{"q":1,"p":2}]}}"#
        ),
        (".[] as [$a, {b: $c}] ?// $a | [$a, $c]", #"[[1,{"b":2}],3]"#),
        ("[paths] | map(tojson) | sort | join(\"/\")", #"{"a":[1,{"b":2}]}"#),
        ("reduce .[] as $x ({}; .[$x | tostring] += 1) | to_entries", "[1,2,1]"),
        ("def f(g): if . > 3 then . else g | f(g) end; [f(. + 1)] | limit(3; .[] , .[])", "1"),
        (#"gsub("(?<x>[a-z])"; "<\(.x)>") | @base64 | @base64d | ascii_upcase | test("A"; "ix")"#, #""abc d""#),
        (#"strptime("%Y-%m-%dT%H:%M:%SZ") | mktime | todate"#, #""2024-02-29T12:00:00Z""#),
        ("label $out | foreach .[] as $i (0; . + $i; if . > 3 then ., break $out else . end)", "[1,2,3]"),
        ("try error({a: 1}) catch .a, (.a?, .b // 3), (.c |= . + 1), del(.d[1:])", #"{"a":1,"d":[1,2]}"#),
        ("[limit(5; repeat(. * 2))], [splits(\"a\")]?, getpath([\"x\", 0])?, ltrimstr(\"x\"), @json", "1"),
        (". as $d | [range(0; 5; 2)] | map(select(. > 1) | pow(.; 2) | floor) | (min, max), ($d | tostream)", "{}"),
    ]
}
