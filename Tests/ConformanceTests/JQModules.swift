import JQ

/// The module files that jq's module cases import, by path.
enum JQModules {
    static let environment = Environment(
        modules: { modules[$0] },
        data: { $0 == "data" ? Array(#"{"this": "is a test", "that": "is too"}"#.utf8) : nil })

    private static let modules: [String: String] = [
        "a": #"module {version: 1.7}; def a: "a";"#,
        "b/b": #"def a: "b"; def b: "c";"#,
        "c/c": """
        module {whatever: null};
        import "a" as foo;
        import "d" as d {search: "./"};
        import "d" as d2 {search: "./"};
        import "e" as e {search: "./../lib/jq"};
        import "f" as f {search: "./../lib/jq"};
        import "data" as $d;
        def a: 0;
        def c: if $d::d[0] == {this: "is a test", that: "is too"} and d2::meh == d::meh and f::f == "f is here"
          then foo::a + "c" + d::meh + e::bah
          else error("an import is wrong") end;
        """,
        "c/d": #"def meh: "meh";"#,
        "lib/jq/e/e": #"def bah: "bah";"#,
        "lib/jq/f": #"def f: "f is here";"#,
        "shadow1": "def e: 1; def e: 2;",
        "shadow2": "def e: 3;",
        "syntaxerror/syntaxerror": "wat;",
        "cycle_a": #"import "cycle_b" as b; def f: null;"#,
        "cycle_b": #"import "cycle_a" as a; def f: null;"#,
        "cycle_self": #"import "cycle_self" as s; def f: null;"#,
        "test_bind_order": """
        import "test_bind_order0" as t;
        import "test_bind_order1" as t;
        import "test_bind_order2" as t;
        def check: [t::sym0, t::sym1, t::sym2] == [0, 1, 2];
        """,
        "test_bind_order0": "def sym0: 0; def sym1: 0;",
        "test_bind_order1": "def sym1: 1; def sym2: 1;",
        "test_bind_order2": "def sym2: 2;",
    ]
}
