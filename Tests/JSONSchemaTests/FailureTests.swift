import JSON
import JSONSchema
import Testing

/// What is wrong with a value is told in the specification's output units.
@Suite struct FailureTests {
    private static func leaves(_ event: String) throws -> [ValidationFailure] {
        try CustomerEvent.compile().failure(event)?.leaves ?? []
    }

    @Test func aValidEventHasNoFailure() throws {
        #expect(try CustomerEvent.compile().failure(CustomerEvent.valid) == nil)
    }

    /// Each damage to a customer's event is found, at its place, by its keyword.
    @Test(arguments: [
        (#""version":42"#, #""version":0"#, "/version", "/properties/version/minimum", "must be at least 1"),
        (
            #""currency":"EUR""#, #""currency":"DEM""#, "/customer/currency",
            "/properties/customer/$ref/properties/currency/enum", #"must be one of "EUR", "USD", "CHF", "GBP""#
        ),
        (
            #""creditLimit":25000.50"#, #""creditLimit":25000.505"#, "/customer/creditLimit",
            "/properties/customer/$ref/properties/creditLimit/multipleOf", "must be a multiple of 0.01"
        ),
        (
            #""country":"DE"},"#, #""country":"Germany"},"#, "/customer/addresses/0/country",
            "/properties/customer/$ref/properties/addresses/items/$ref/properties/country/pattern",
            #"must match the pattern "^[A-Z]{2}$""#
        ),
        (
            #""city":"Garching","#, "", "/customer/addresses/1",
            "/properties/customer/$ref/properties/addresses/items/$ref/required", #"lacks the required "city""#
        ),
        (
            #""active":true"#, #""active":"yes""#, "/customer/active",
            "/properties/customer/$ref/properties/active/type", "must be a boolean, but is a string"
        ),
        (
            #""active":true"#, #""a~/b":true"#, "/customer/a~0~1b",
            "/properties/customer/$ref/additionalProperties", "is not allowed here"
        ),
        (
            #""priority","net30""#, #""priority","priority""#, "/customer/tags",
            "/properties/customer/$ref/properties/tags/uniqueItems", "must not have the same element twice"
        ),
        (
            "2024-05-17T", "2024-02-30T", "/occurredAt", "/properties/occurredAt/format",
            #"must have the format "date-time""#
        ),
        (
            #""name":"Müller & Söhne GmbH""#, #""name":"""#, "/customer/name",
            "/properties/customer/$ref/properties/name/minLength", "must have at least 1 character"
        ),
    ])
    func damage(from: String, to: String, instance: String, keyword: String, message: String) throws {
        let event = CustomerEvent.valid.replacing(from, with: to, maxReplacements: 1)
        let leaves = try Self.leaves(event)
        #expect(leaves.map(\.instanceLocation) == [instance])
        #expect(leaves.first?.keywordLocation == keyword)
        #expect(leaves.first?.message == message)
    }

    @Test func absoluteLocationsGoThroughReferences() throws {
        let event = CustomerEvent.valid.replacing(#""country":"DE"},"#, with: #""country":"de"},"#, maxReplacements: 1)
        #expect(
            try Self.leaves(event).first?.absoluteKeywordLocation
                == "https://schemas.example.com/crm/address.v1.json#/properties/country/pattern")
        let other = CustomerEvent.valid.replacing(#""version":42"#, with: #""version":0"#)
        #expect(
            try Self.leaves(other).first?.absoluteKeywordLocation
                == "Schemas/crm/customer-event.v1.json#/properties/version/minimum")
    }

    @Test func messagesNeverContainValues() throws {
        let event = CustomerEvent.valid.replacing("einkauf@mueller-soehne.example", with: "secret address")
        let failure = try #require(try CustomerEvent.compile().failure(event))
        #expect(!failure.json(.basic).contains("secret"))
        #expect(!failure.description.contains("secret"))
    }

    @Test func severalFailuresAreAllTold() throws {
        let leaves = try Self.leaves(#"{"id":7,"type":"x","customer":[]}"#)
        #expect(Set(leaves.map(\.instanceLocation)) == ["", "/id", "/type", "/customer"])
    }

    @Test func alternativesSayWhyEachFails() throws {
        let schema = try compile(#"{"anyOf":[{"type":"string"},{"required":["a"]}]}"#)
        let failure = try #require(try schema.failure("{}"))
        #expect(failure.causes.map(\.keywordLocation) == ["/anyOf"])
        #expect(failure.leaves.map(\.keywordLocation) == ["/anyOf/0/type", "/anyOf/1/required"])
        let one = try compile(#"{"oneOf":[{"minimum":1},{"minimum":2}]}"#)
        #expect(
            try one.failure("3")?.leaves.first?.message == "must match exactly one schema, but matches those at 0, 1")
    }

    @Test func membersThatNothingEvaluated() throws {
        let schema = try compile(
            #"""
            {"allOf":[{"properties":{"a":true}}],"if":{"required":["b"]},"then":{"properties":{"b":true}},
             "unevaluatedProperties":false}
            """#
        )
        #expect(try schema.isValid(#"{"a":1,"b":2}"#))
        let failure = try #require(try schema.failure(#"{"a":1,"c":2}"#))
        #expect(failure.leaves.map(\.instanceLocation) == ["/c"])
        #expect(failure.leaves.map(\.keywordLocation) == ["/unevaluatedProperties"])
    }

    @Test func draft7NamesItsOwnKeywords() throws {
        let schema = try compile(
            #"""
            {"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"null"}],
             "additionalItems":{"type":"string"},"dependencies":{"a":["b"]}}
            """#)
        #expect(
            try schema.failure("[1, 2]")?.leaves.map(\.keywordLocation) == ["/items/0/type", "/additionalItems/type"])
        #expect(try schema.failure(#"{"a":1}"#)?.leaves.map(\.keywordLocation) == ["/dependencies"])
    }

    @Test func outputForms() throws {
        let schema = try compile(#"{"properties":{"a":{"type":"string"},"b":{"minimum":2}}}"#)
        let one = try #require(try schema.failure(#"{"a":1}"#))
        #expect(one.json(.flag) == #"{"valid":false}"#)
        let leaf =
            #"{"valid":false,"keywordLocation":"/properties/a/type","#
            + #""absoluteKeywordLocation":"Schemas/test.json#/properties/a/type","#
            + #""instanceLocation":"/a","error":"must be a string, but is a number"}"#
        let root =
            ##"{"valid":false,"keywordLocation":"","absoluteKeywordLocation":"Schemas/test.json#","##
            + #""instanceLocation":"""#
        #expect(one.json(.basic) == #"\#(root),"errors":[\#(leaf)]}"#)
        #expect(one.json(.detailed) == #"\#(root),"errors":[\#(leaf)]}"#)
        let two = try #require(try schema.failure(#"{"a":1,"b":1}"#))
        #expect(two.json(.detailed).hasPrefix(#"\#(root),"errors":[\#(leaf),{"#))
    }

    /// Each form is valid against what the specification's own schema for output asks.
    @Test(arguments: [OutputForm.flag, .basic, .detailed])
    func outputIsAsSpecified(form: OutputForm) throws {
        let output = try compile(Self.outputSchema)
        let schema = try compile(##"{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"type":"string"},{"minimum":3}]}}}"##)
        let failure = try #require(try schema.failure("1"))
        #expect(try output.isValid(failure.json(form)), "\(failure.json(form))")
        #expect(try output.isValid(form.validText))
        #expect(try !output.isValid(#"{"valid":false,"errors":[]}"#))
    }

    /// Units as in the output schema of draft 2020-12. `{"valid": …}` alone is the form "flag".
    private static let outputSchema = ##"""
        {
          "required": ["valid"], "if": {"required": ["errors"]}, "then": {"$ref": "#/$defs/unit"},
          "$defs": {"unit": {
            "properties": {
              "valid": {"type": "boolean"},
              "keywordLocation": {"type": "string", "format": "json-pointer"},
              "absoluteKeywordLocation": {"type": "string", "format": "uri-reference"},
              "instanceLocation": {"type": "string", "format": "json-pointer"},
              "error": {"type": "string"},
              "errors": {"type": "array", "items": {"$ref": "#/$defs/unit"}}
            },
            "required": ["valid", "keywordLocation", "instanceLocation"],
            "if": {"properties": {"valid": {"const": false}}},
            "then": {"anyOf": [{"required": ["error"]}, {"required": ["errors"]}]}
          }}
        }
        """##

    /// The keyword of a failure is told, also where a schema is `false`.
    @Test func keywords() throws {
        let schema = try compile(#"{"properties":{"type":false,"a":{"maxLength":1}},"additionalProperties":false}"#)
        let failure = try #require(try schema.failure(#"{"type":1,"a":"xx","b":1}"#))
        #expect(failure.leaves.map(\.keyword) == ["properties", "maxLength", "additionalProperties"])
    }

    /// A million wrong elements are not told one by one.
    @Test func failuresAreLimited() throws {
        let schema = try compile(#"{"items":{"type":"string"}}"#)
        let failure = try #require(try schema.failure("[" + String(repeating: "1,", count: 100_000) + "1]"))
        #expect(failure.leaves.count == 100)
    }

    /// A pattern that is given up is no match and no mismatch: the value is not valid, wherever the pattern stands.
    @Test(arguments: [#"{"pattern":"^(a|aa)+$"}"#, #"{"not":{"pattern":"^(a|aa)+$"}}"#])
    func aPatternAtItsLimit(schema text: String) throws {
        let schema = try compile(text)
        let value = "\"" + String(repeating: "a", count: 60) + "!\""
        #expect(try !schema.isValid(value))
        let failure = try #require(try schema.failure(value))
        #expect(failure.leaves.first?.message.contains("limit of matching steps") == true)
        #expect(try schema.isValid("\"!\"") == text.contains("not"))
    }
}
