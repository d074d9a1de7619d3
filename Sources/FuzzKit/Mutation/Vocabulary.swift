/// The words of the three languages, for mutators that put them where they do not belong.
enum Vocabulary {
    static let json = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "false", "-", "1e", "\"\\u", "\\ud83d", "\\ude00",
        " ", "\n", "\"a\":", "[[", "]]", "{}", "[]", "\"\"",
    ]

    static let schemaKeywords = [
        "$id", "$ref", "$schema", "$anchor", "$dynamicRef", "$dynamicAnchor", "$defs", "definitions", "$vocabulary",
        "$comment", "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum",
        "exclusiveMinimum", "maxLength", "minLength", "pattern", "items", "prefixItems", "additionalItems",
        "maxItems", "minItems", "uniqueItems", "contains", "minContains", "maxContains", "maxProperties",
        "minProperties", "required", "properties", "patternProperties", "additionalProperties",
        "dependentSchemas", "dependentRequired", "dependencies", "propertyNames", "if", "then", "else", "allOf",
        "anyOf", "oneOf", "not", "unevaluatedItems", "unevaluatedProperties", "format", "contentEncoding",
        "contentMediaType", "contentSchema", "default", "examples", "readOnly", "title", "", "a", "foo",
    ]

    static let schemaValues = [
        "true", "false", "{}", "[]", "null", "0", "-1", "1", "0.5", "1e400", "1e-400", "3.0", "\"#\"", "\"#/$defs/a\"",
        "\"#/properties/foo\"", "\"#a\"", "\"\"", "\"a\"", "\"%zz\"", "\"http://localhost:1234/integer.json\"",
        "\"https://json-schema.org/draft/2020-12/schema\"", "\"http://json-schema.org/draft-07/schema#\"",
        "\"object\"", "\"array\"", "\"string\"", "\"integer\"", "\"number\"", "\"null\"", "[\"string\",\"null\"]",
        "\"^a\"", "\"(a+)+$\"", "\"\\\\p{L}\"", "\"[\"", "\"(?<x>a)\\\\k<x>\"", "\"(?=a)*\"", "\"\\\\ud83d\\\\udc32\"",
        "\"date-time\"", "\"email\"", "\"ipv6\"", "\"uri\"", "\"regex\"", "\"hostname\"", "\"duration\"", "\"uuid\"",
        "[\"a\",\"b\"]", "[true,false]", "[{\"type\":\"string\"}]", "{\"type\":\"object\"}", "{\"$ref\":\"#\"}",
        "{\"$dynamicRef\":\"#node\"}", "{\"a\":{\"$ref\":\"#\"}}", "{\"not\":{}}", "[1,1.0]",
        "{\"unevaluatedItems\":false}", "{\"unevaluatedProperties\":false}",
    ]

    static let program = [
        "(", ")", "[", "]", "{", "}", "|", ",", ".", "..", "?", "//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "=",
        "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", ":", ";", "as", "$x", "?//", "if", "then", "else",
        "elif", "end", "and", "or", "not", "def", "f:", "reduce", "foreach", "try", "catch", "label", "break",
        "$__loc__", "$ENV", "@base64", "@base32d", "@csv", "@html", "@sh", "@uri", "@json", "\"\\(", "\\(", "\"",
        ".[]", ".a", ".a.b", ".[0]", ".[-1]", ".[1:]", ".[:-1]", ".[\"a\"]", ".[]?", "#", "null", "true", "1e1000",
        "nan", "infinite", "-1", "0", "100000000", "empty", "error", "import", "include", "and not", " ",
    ]

    /// Builtins with arguments that fit, some of them badly.
    static let calls = [
        "length", "keys", "add", "any", "all", "flatten", "range(5)", "range(0; 1e9)", "floor", "sqrt", "pow(.; 2)",
        "tostring", "tonumber", "type", "infinite", "isnan", "sort", "sort_by(.a)", "group_by(.)", "unique", "min",
        "max_by(.b)", "reverse", "contains(\"a\")", "inside([1])", "ascii_downcase", "implode", "explode",
        "split(\",\")", "split(\"a\"; \"g\")", "join(\"-\")", "recurse", "recurse(.[]?; true)", "env", "transpose",
        "first(.[])", "nth(2; .[])", "until(. > 100; . * 2)", "while(. < 9; . + 1)", "repeat(.)", "input",
        "splits(\"\")",
        "sub(\"(?<a>.)\"; \"\\(.a)x\")", "gsub(\"\"; \"-\")", "gsub(\"\\\\p{L}\"; \"\")", "test(\"(a*)*b\")",
        "match(\"\"; \"g\")", "capture(\"(?<n>\\\\d+)\")", "scan(\".\")", "ascii", "todate", "fromdate", "now",
        "strptime(\"%c\")", "strftime(\"%A %j %U %Z\")", "mktime", "gmtime", "dateadd(\"seconds\"; 1)", "tojson",
        "fromjson", "paths(type == \"number\")", "leaf_paths", "getpath([\"a\", 0])", "setpath([0, \"a\"]; 1)",
        "delpaths([[0], [\"a\"]])", "del(.[0, 1])", "to_entries", "from_entries", "with_entries(.value += 1)",
        "path(..)", "limit(3; .[])", "limit(-1; .[])", "first", "last", "isempty(.)", "error(null)", "ltrimstr(\"a\")",
        "walk(.)", "tostream", "fromstream(tostream)", "truncate_stream(1; tostream)", "input_line_number",
        "splits(\"a\")",
        "combinations", "combinations(2)", "bsearch(1)", "ascii(65)", "getpath([])", "pick(.a)", "abs", "toarray",
        "have_literal_numbers", "limit(1000000; repeat(1))", "tojson * 1000", "\"x\" * 1e9", "[range(1e6)]",
        "ltrimstr(1)", "trim", "significand", "frexp", "ldexp(.; 1000)", "scalb(.; 1)", "nearbyint", "logb", "gamma",
        "getpath([\"a\",\"b\"]) |= 3", "indices(1)", "indices([])", "index(\"\")", "utf8bytelength", "@text", "IN(.[])",
        "INDEX(.a)", "GROUP_BY(.)", "ascii_upcase", "min_by(.)", "unique_by(length)", "input_filename", "$__prog_args",
        "splits(\"(?=a)\"; \"g\")", "error", "halt", "getpath(1)", "tojson | fromjson", "@base32 | @base32d",
        "ltrimstr(\"\")",
        "getpath([nan])", ".[nan]", ".[1e300]", ".[-1e300:1e300]", ".[1.5:2.5] = [9]", "setpath([1e9]; 1)", "implode?",
        "limit(0; error)", "skip(1; .[])", "dec_add(\"1.1\"; 2)",
        "uuid5(\"6ba7b811-9dad-11d1-80b4-00c04fd430c8\"; \"a\")",
    ]
}
