import JSONSchema
import Testing

/// A wrong schema is refused when it is compiled, with its file, its place and a reason.
@Suite struct SchemaErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: String
        let location: String
        let reason: String
        var testDescription: String { schema }

        init(_ schema: String, _ location: String, _ reason: String) {
            self.schema = schema
            self.location = location
            self.reason = reason
        }
    }

    @Test(arguments: [
        Case(#"{"type":"strng"}"#, "/type", "must be one of"),
        Case(#"{"properties":{"a":{"type":["string","int"]}}}"#, "/properties/a/type/1", "must be one of"),
        Case(#"{"properties":{"a":{"minLength":-1}}}"#, "/properties/a/minLength", "must be at least 0"),
        Case(#"{"minLength":1.5}"#, "/minLength", "an integer"),
        Case(#"{"multipleOf":0}"#, "/multipleOf", "must be greater than 0"),
        Case(#"{"required":"a"}"#, "/required", "must be an array"),
        Case(#"{"allOf":[]}"#, "/allOf", "at least 1 element"),
        Case(#"{"properties":{"a/b":{"items":7}}}"#, "/properties/a~1b/items", "must be a boolean or an object"),
        Case(#"{"pattern":"(a"}"#, "/pattern", "regex"),
        Case(#"{"patternProperties":{"[":true}}"#, "/patternProperties/[", "regex"),
        Case(#"{"pattern":"(?<=a+)b"}"#, "/pattern", "lookbehind assertion is not fixed length"),
        Case(##"{"$ref":"#/$defs/nothing"}"##, "/$ref", "there is nothing at /$defs/nothing"),
        Case(##"{"items":{"$ref":"#nowhere"}}"##, "/items/$ref", "there is no anchor \"nowhere\""),
        Case(#"{"items":{"$ref":"other.json"}}"#, "/items/$ref", "Schemas/other.json, which is not found"),
        Case(##"{"$ref":"#"}"##, "", "refers back to itself"),
        Case(
            ##"{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"not":{"$ref":"#/$defs/a"}}}}"##, "/$defs/a", "refers back"
        ),
        Case(#"{"$schema":"https://json-schema.org/draft/2019-09/schema"}"#, "/$schema", "is not known"),
        Case(#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#, "/$schema", "is not known"),
        Case(#"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"#, "/$defs/b/$anchor", "a second anchor"),
        Case(#"{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}"#, "/$defs/b", "a second schema with the id"),
        Case(#"{"$schema":"http://json-schema.org/draft-07/schema#","type":"any"}"#, "/type", "must be one of"),
        Case(#"[]"#, "", "must be a boolean or an object"),
        Case(#"{"type":"string","type":"null"}"#, "", "is not JSON"),
        Case(#"{"type":"#, "", "is not JSON"),
        Case("", "", "is not JSON"),
    ])
    func refused(_ bad: Case) {
        let error = #expect(throws: SchemaError.self) { try compile(bad.schema) }
        #expect(error?.uri == "Schemas/test.json")
        #expect(error?.location == bad.location)
        #expect(error?.message.contains(bad.reason) == true, "\(error?.description ?? "")")
    }

    @Test func anErrorNamesTheFileThatIsWrong() throws {
        let registry = SchemaRegistry { uri in
            uri == "Schemas/address.json" ? Array(#"{"properties":{"zip":{"type":"text"}}}"#.utf8) : nil
        }
        try registry.add(Array(#"{"properties":{"address":{"$ref":"address.json"}}}"#.utf8), uri: "Schemas/crm.json")
        let error = #expect(throws: SchemaError.self) { try Schema(uri: "Schemas/crm.json", in: registry) }
        #expect(error?.uri == "Schemas/address.json")
        #expect(error?.location == "/properties/zip/type")
        #expect(error?.description.hasPrefix("Schemas/address.json#/properties/zip/type: must be") == true)
    }

    @Test func aSchemaThatNobodyHas() {
        let error = #expect(throws: SchemaError.self) { try Schema(uri: "a.json", in: SchemaRegistry()) }
        #expect(error?.message == "the schema is not found")
    }

    @Test func twoFilesWithOneID() throws {
        let registry = SchemaRegistry()
        try registry.add(Array(#"{"$id":"https://example.com/a","type":"string"}"#.utf8), uri: "a.json")
        let error = #expect(throws: SchemaError.self) {
            try registry.add(Array(#"{"$id":"https://example.com/a"}"#.utf8), uri: "b.json")
        }
        #expect(error?.message.contains("a.json") == true)
        // The same file under two names is one schema.
        try registry.add(Array(#"{"$id":"https://example.com/a","type":"string"}"#.utf8), uri: "copy/a.json")
    }

    @Test func aRequiredVocabularyThatIsNotUnderstood() throws {
        let registry = SchemaRegistry { uri in
            guard uri == "https://example.com/meta" else { return nil }
            return Array(
                #"""
                {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/meta",
                 "$vocabulary":{"https://example.com/vocab":true}}
                """#.utf8)
        }
        let error = #expect(throws: SchemaError.self) {
            try registry.add(Array(#"{"$schema":"https://example.com/meta"}"#.utf8), uri: "a.json")
        }
        #expect(error?.location == "/$vocabulary")
    }
}
