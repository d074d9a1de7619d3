/// Pairs of schemas whose relation is known.
enum SchemaPairs {
    /// The first takes less than the second, in each keyword.
    static let widening: [(narrow: String, wide: String)] = [
        (#"{"type":"integer"}"#, #"{"type":"number"}"#),
        (#"{"type":"string"}"#, #"{"type":["string","null"]}"#),
        (#"{"enum":["a","b"]}"#, #"{"enum":["a","b","c"]}"#),
        (#"{"const":5}"#, #"{"type":"integer","minimum":1,"maximum":6}"#),
        (#"{"type":"integer","minimum":2,"maximum":4}"#, #"{"enum":[1,2,3,4,"x"]}"#),
        (#"{"type":"number","minimum":1}"#, #"{"type":"number","exclusiveMinimum":0.5}"#),
        (#"{"type":"number","multipleOf":0.5}"#, #"{"type":"number","multipleOf":0.25}"#),
        (#"{"type":"string","minLength":2,"maxLength":3}"#, #"{"type":"string","maxLength":4}"#),
        (#"{"type":"string","format":"uri"}"#, #"{"type":"string","format":"uri-reference"}"#),
        (#"{"type":"string","format":"uuid"}"#, #"{"type":"string","maxLength":40}"#),
        (#"{"type":"string","pattern":"^a$"}"#, #"{"type":"string"}"#),
        (#"{"type":"object","required":["a","b"]}"#, #"{"type":"object","required":["a"]}"#),
        (
            #"{"properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
            #"{"properties":{"a":{"type":"string"},"b":{}},"additionalProperties":false}"#
        ),
        (#"{"patternProperties":{"^x":{"type":"integer"}}}"#, #"{"patternProperties":{"^x":{"type":"number"}}}"#),
        (#"{"propertyNames":{"enum":["a"]}}"#, #"{"propertyNames":{"maxLength":3}}"#),
        (#"{"dependentRequired":{"a":["b","c"]}}"#, #"{"dependentRequired":{"a":["b"]}}"#),
        (#"{"dependentSchemas":{"a":{"required":["b"],"maxProperties":3}}}"#, #"{"dependentRequired":{"a":["b"]}}"#),
        (#"{"items":{"type":"integer"},"maxItems":2}"#, #"{"items":{"type":"number"},"maxItems":3}"#),
        (#"{"prefixItems":[{"type":"string"}],"items":false}"#, #"{"items":{"type":["string","null"]}}"#),
        (#"{"uniqueItems":true}"#, #"{"minItems":0}"#),
        (#"{"contains":{"const":1},"minContains":2}"#, #"{"contains":{"type":"integer"}}"#),
        (#"{"allOf":[{"minimum":1},{"maximum":5}]}"#, #"{"minimum":0,"maximum":9}"#),
        (
            #"{"oneOf":[{"type":"string"},{"type":"null"}]}"#,
            #"{"anyOf":[{"type":"null"},{"type":["string","number"]}]}"#
        ),
        (#"{"not":{"type":["string","null"]}}"#, #"{"not":{"type":"null"}}"#),
        (#"{"type":"object","properties":{"a":false}}"#, #"{"not":{"required":["a","b"]}}"#),
        (
            #"{"if":{"required":["a"]},"then":{"required":["b","c"]}}"#,
            #"{"if":{"required":["a"]},"then":{"required":["b"]}}"#
        ),
        (
            #"{"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false}"#,
            #"{"allOf":[{"properties":{"a":{}}}],"properties":{"b":{}},"unevaluatedProperties":false}"#
        ),
        (
            ##"""
            {"$ref":"#/$defs/t","$defs":{"t":{"type":"object","required":["v"],
             "properties":{"v":{"type":"integer"},"next":{"$ref":"#/$defs/t"}}}}}
            """##,
            ##"""
            {"$ref":"#/$defs/n","$defs":{"n":{"type":"object",
             "properties":{"v":{"type":"number"},"next":{"$ref":"#/$defs/n"}}}}}
            """##
        ),
        (
            #"""
            {"oneOf":[{"required":["k","x"],"properties":{"k":{"const":"a"}}},
                      {"required":["k"],"properties":{"k":{"const":"b"}}}]}
            """#,
            #"""
            {"oneOf":[{"required":["k"],"properties":{"k":{"const":"a"}}},
                      {"required":["k"],"properties":{"k":{"const":"b"}}},
                      {"required":["k"],"properties":{"k":{"const":"c"}}}]}
            """#
        ),
        ("false", #"{"type":"null"}"#),
        (#"{"type":"null"}"#, "true"),
    ]

    /// Both take the same, in other words.
    static let equivalent: [(one: String, other: String)] = [
        (#"{"type":"integer","minimum":1,"maximum":3}"#, #"{"enum":[3,2,1]}"#),
        (#"{"type":["string","null"]}"#, #"{"anyOf":[{"type":"null"},{"type":"string"}]}"#),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}"##, ##"{"type":"string"}"##),
        (#"{"type":"boolean"}"#, #"{"enum":[true,false]}"#),
        (#"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"propertyNames":{"const":"a"}}"#),
        (
            #"{"properties":{"a":{}},"unevaluatedProperties":false}"#,
            #"{"properties":{"a":{}},"additionalProperties":false}"#
        ),
        (#"{"minimum":1,"exclusiveMinimum":0}"#, #"{"minimum":1}"#),
        (#"{"not":{"not":{"type":"string"}}}"#, #"{"type":"string"}"#),
        (#"{"type":"number","exclusiveMinimum":1,"multipleOf":1}"#, #"{"type":"integer","minimum":2}"#),
    ]
}
