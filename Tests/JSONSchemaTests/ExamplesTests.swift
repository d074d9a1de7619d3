import JSONSchema
import Testing

/// What a schema says of itself is held against it.
@Suite struct ExamplesTests {
    private static func problems(_ text: String, options: Schema.Options = .init()) throws -> [String] {
        let registry = SchemaRegistry()
        try registry.add(Array(text.utf8), uri: "s.json")
        return try SchemaExamples.problems(of: "s.json", in: registry, options: options).map(\.description)
    }

    @Test func examplesAndDefaults() throws {
        let found = try Self.problems(
            #"""
            {"type":"object","examples":[{"a":"x"},{"a":1}],
             "properties":{"a":{"type":"string","maxLength":3,"default":"abcd","examples":["abc"]},
                           "when":{"type":"string","format":"date","examples":["today"]}},
             "$defs":{"unused/one":{"enum":[1,2],"default":3}}}
            """#)
        #expect(
            found == [
                #"s.json#/examples/1: the example is not valid against its own schema: at /a must be a string, but is a number (type)"#,
                #"s.json#/properties/a/default: the default is not valid against its own schema: must have at most 3 characters (maxLength)"#,
                #"s.json#/properties/when/examples/0: the example is not valid against its own schema: must have the format "date" (format)"#,
                #"s.json#/$defs/unused~1one/default: the default is not valid against its own schema: must be one of 1, 2 (enum)"#,
            ])
        let lenient = try Self.problems(
            #"{"type":"string","format":"date","examples":["today"]}"#, options: .init(assertFormats: false))
        #expect(lenient.isEmpty)
    }

    @Test(arguments: [
        (#"{"type":"string","enum":[1,2]}"#, "", "no value can be valid: none of the values that it lists"),
        (#"{"type":"integer","minimum":5,"maximum":3}"#, "", "no value can be valid: its bounds leave no number"),
        (#"{"type":"number","exclusiveMinimum":1,"maximum":1}"#, "", "its bounds leave no number"),
        (#"{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2}"#, "", "no value can be valid"),
        (#"{"type":"string","minLength":3,"maxLength":2}"#, "", "no length is long and short enough"),
        (#"{"type":"array","minItems":3,"maxItems":2}"#, "", "it asks for more elements than it allows"),
        (#"{"type":"array","minItems":1,"items":false}"#, "", "an element that it asks for can have no value"),
        (
            #"{"type":"object","required":["a"],"properties":{"a":false}}"#, "",
            #"the required member "a" can have no value"#
        ),
        (#"{"type":"object","required":["a"],"additionalProperties":false}"#, "", #"the required member "a""#),
        (#"{"type":"object","required":["a","b"],"maxProperties":1}"#, "", "it asks for more members than it allows"),
        (#"{"allOf":[{"type":"string"},{"type":"number"}]}"#, "", "no value can be valid"),
        (#"{"type":"string","not":{"type":["string","null"]}}"#, "", "no value can be valid"),
        (#"{"minimum":5,"maximum":3}"#, "", "a number can never be valid: its bounds leave no number"),
        (
            ##"{"properties":{"x":{"$ref":"#/$defs/y"}},"$defs":{"y":{"const":1,"type":"null"}}}"##, "/$defs/y",
            "no value"
        ),
        (#"{"anyOf":[{"type":"null"},{"enum":["a"],"maxLength":0}]}"#, "/anyOf/1", "no value can be valid"),
    ])
    func contradictions(text: String, location: String, message: String) throws {
        let found = try Self.problems(text)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("s.json#\(location): ") == true, "\(found)")
        #expect(found.first?.contains(message) == true, "\(found)")
    }

    /// What is meant to refuse is no problem, nor is what only looks narrow.
    @Test(arguments: [
        "false", #"{"not":{}}"#, #"{"properties":{"a":false},"additionalProperties":false}"#,
        #"{"type":"string","minimum":5,"maximum":3}"#, #"{"minimum":1,"maximum":1}"#,
        ##"{"type":"object","properties":{"next":{"$ref":"#"}}}"##, ##"{"if":{"type":"string"},"then":false}"##,
        #"{"oneOf":[{"required":["a"]},{"required":["b"]}]}"#,
        ##"{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/a","default":1,"definitions":{"a":{"type":"string"}}}"##,
        ##"{"$id":"https://example.com/t","$dynamicAnchor":"t","properties":{"k":{"$dynamicRef":"#t"}}}"##,
    ])
    func noFalseAlarms(text: String) throws {
        #expect(try Self.problems(text).isEmpty)
    }
}

/// Names tell which schemas are versions of one another.
@Suite struct VersionsTests {
    @Test func pairs() {
        let names = [
            "crm/order.v10.json", "crm/order.v2.json", "crm/order.v9.json", "erp/order.v1.json", "crm/order.json",
            "a.v1.schema.json", "a.v3.schema.json", "b.vx.json", "c.v1.json", "c.v1.schema.json",
        ]
        #expect(
            SchemaVersions.pairs(in: names).map { "\($0.older) \($0.newer)" } == [
                "a.v1.schema.json a.v3.schema.json", "crm/order.v2.json crm/order.v9.json",
                "crm/order.v9.json crm/order.v10.json",
            ])
    }
}
