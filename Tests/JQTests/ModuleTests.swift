import JSON
import Testing

@testable import JQ

/// `import`, `include` and `module`: files of the flow's own folder, given by the environment.
@Suite struct ModuleTests {
    private static let environment = Environment(
        modules: { files[$0] },
        data: { path in data[path].map { Array($0.utf8) } })

    private static let files: [String: String] = [
        "money": "def cents: . * 100;\ndef tax($rate): . * $rate;\ndef withTax(f): f + (f | tax(0.5));",
        "lib/names/names": #"import "deep/text" as t; def full: [.first, .last] | t::joined;"#,
        "deep/text": #"def joined: join(" "); def recursive: if . > 3 then . else . + 1 | recursive end;"#,
        "global": "def shift: . + $event;",
        "raises": "# a comment\ndef fail:\n  .a | error(\"no\");",
        "broken": "def ok: 1;\ndef bad: $nothing;",
        "unused": "def a: 1;\ndef b: nosuch;",
        "syntax": "def a: 1;\n  def b: ;",
        "expression": "def a: 1; a",
        "selfish": #"import "selfish" as s; def f: 1;"#,
        "one": #"import "two" as t; def f: t::f;"#,
        "two": #"import "three" as t; def f: t::f;"#,
        "three": #"import "one" as t; def f: 1;"#,
        "here": "def where: $__loc__;",
        "folder/near": #"import "local" as l {search: "./"}; def f: l::f;"#,
        "folder/local": "def f: \"local\";",
    ]
    private static let data: [String: String] = ["codes": #"{"a":1}"#, "many": "1 [2]\n\"three\" ", "bad": "{\n x}"]

    private func output(_ text: String, _ input: String = "null") -> String {
        let arena = Arena()
        let buffer = ByteBuffer()
        do {
            let program = try Program(text, name: "map.jq", variables: ["event"], environment: Self.environment)
            let input = try JSON.Parser().parse(input, into: arena)
            return try withExtendedLifetime((arena, program)) {
                buffer.write(try Evaluator(arena: arena).one(program, input, variables: [.number(7)]))
                return buffer.text
            }
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (#"import "money" as m; m::cents"#, "2", "200"),
        (#"import "money" as m; m::tax(3)"#, "2", "6"),
        (#"import "money" as m; m::withTax(.)"#, "2", "3"),
        (#"import "money" as m; def cents: "mine"; [m::cents, cents]"#, "2", #"[200,"mine"]"#),
        (#"include "money"; def twice: cents * 2; twice"#, "2", "400"),
        (#"include "money" {search: "./nowhere"}; cents"#, "2", "200"),
        (#"import "lib/names" as n; n::full"#, #"{"first":"Ada","last":"Lovelace"}"#, #""Ada Lovelace""#),
        (#"import "./deep/text" as t; t::recursive"#, "0", "4"),
        (#"import "folder/near" as n; n::f"#, "null", #""local""#),
        (#"import "global" as g; g::shift"#, "1", "8"),
        (#"import "codes" as $c; [$c, $c::c[0].a]"#, "null", #"[[{"a":1}],1]"#),
        (#"import "many" as $c; $c"#, "null", #"[1,[2],"three"]"#),
        (#"import "here" as h; h::where"#, "null", #"{"file":"here.jq","line":1}"#),
        (#"module {name: "x", list: [1, -2]}; import "money" as m; def f: m::cents;"#, "2", "2"),
        (#"import "money" as m; import "money" as n; m::cents == n::cents"#, "2", "true"),
    ])
    func areImported(_ program: String, _ input: String, _ expected: String) {
        #expect(output(program, input) == expected)
    }

    @Test(arguments: [
        (#"import "nothing" as n; ."#, #"map.jq:1:8: there is no module "nothing" in the flow's folder"#),
        (#"import "../money" as n; ."#, #"map.jq:1:8: a module's path must not contain '..': "../money""#),
        (
            #"import "/etc/money" as n; ."#,
            #"map.jq:1:8: a module's path must be relative, in the flow's own folder: "/etc/money""#
        ),
        (
            #"import "money" as n {search: "../.."}; ."#,
            #"map.jq:1:8: modules are looked for in the flow's own folder only: "money""#
        ),
        (#"include ""; ."#, #"map.jq:1:9: a module's path must not be empty: """#),
        (#"import "a\(1)" as n; ."#, "map.jq:1:8: Import path must be constant"),
        (#"import "nothing" as $n; ."#, #"map.jq:1:8: there is no file "nothing.json" in the flow's folder"#),
        (#"import "bad" as $n; ."#, "map.jq:1:8: bad.json: line 2, column 2 (offset 3): found ‘x’"),
        (#"module 5; ."#, "map.jq:1:8: Module metadata must be an object"),
        (#"import "money" as m; m::dollars"#, "map.jq:1:22: m::dollars/0 is not defined"),
        (#"import "money" as m; cents"#, "map.jq:1:22: cents/0 is not defined"),
        (#"import "lib/names" as n; t::joined"#, "map.jq:1:26: t::joined/0 is not defined"),
        (#"1 | import "money" as m; ."#, "map.jq:1:5: syntax error: unexpected 'import'"),
        // Faults of a module have their places in the module.
        (#"import "broken" as b; b::bad"#, "broken.jq:2:10: $nothing is not defined\n    def bad: $nothing;\n"),
        (#"import "unused" as u; u::a"#, "unused.jq:2:8: nosuch/0 is not defined"),
        (#"import "syntax" as s; 1"#, "syntax.jq:2:10: syntax error: unexpected ';'"),
        (#"import "expression" as e; 1"#, "expression.jq:1:11: a module has nothing but definitions"),
        (#"import "raises" as r; r::fail"#, "raises.jq:3:8: no\n      .a | error(\"no\");\n"),
        (#"import "selfish" as s; 1"#, "selfish.jq:1:8: modules import each other: selfish → selfish"),
        (#"import "one" as o; o::f"#, "three.jq:1:8: modules import each other: one → two → three → one"),
    ])
    func faultsNameTheirPlace(_ program: String, _ expected: String) {
        let output = output(program)
        #expect(output.hasPrefix(expected), "\(output)")
    }

    @Test func whatTellsOfModulesIsRefusedByName() {
        #expect(output("modulemeta").contains("`modulemeta` reaches outside the program and is not available"))
        #expect(output("get_search_list").contains("`get_search_list` reaches outside"))
    }
}
