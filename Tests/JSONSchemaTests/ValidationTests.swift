import JSON
import JSONSchema
import Testing

@Suite struct ValidationTests {
    /// Numbers are compared as decimals, not as doubles.
    @Test(arguments: [
        (#"{"multipleOf":0.01}"#, "4.35", true), (#"{"multipleOf":0.01}"#, "4.355", false),
        (#"{"multipleOf":0.01}"#, "4.350", true), (#"{"multipleOf":0.01}"#, "1e-2", true),
        (#"{"multipleOf":0.02}"#, "0.3", true), (#"{"multipleOf":7}"#, "700000000000000000000000007", true),
        (#"{"multipleOf":7}"#, "21.0", true), (#"{"multipleOf":7}"#, "-21", true),
        (#"{"multipleOf":7}"#, "21.5", false),
        (#"{"maximum":9007199254740992}"#, "9007199254740993", false),
        (#"{"maximum":0.1}"#, "0.1000000000000000000001", false), (#"{"minimum":-3}"#, "-3.5", false),
        (#"{"minimum":-3}"#, "-2.5", true), (#"{"exclusiveMinimum":0}"#, "0.0", false),
        (#"{"exclusiveMinimum":0}"#, "-0.0", false), (#"{"exclusiveMaximum":10}"#, "9.99", true),
        (#"{"minimum":0}"#, "-0.5", false), (#"{"maximum":1e2}"#, "100.0", true),
        (#"{"minimum":100000000000000000000}"#, "99999999999999999999", false),
        (#"{"type":"integer"}"#, "1.0", true), (#"{"type":"integer"}"#, "1e3", true),
        (#"{"type":"integer"}"#, "1.5", false), (#"{"type":"integer"}"#, "12345678901234567890.0", true),
        (#"{"type":["integer","number"]}"#, "1.5", true), (#"{"const":1}"#, "1.0", true),
        (#"{"enum":[1e2]}"#, "100", true), (#"{"uniqueItems":true}"#, "[1, 1.0]", false),
    ])
    func numbers(schema: String, value: String, isValid: Bool) throws {
        #expect(try compile(schema).isValid(value) == isValid)
    }

    /// Lengths count code points, whatever their bytes.
    @Test(arguments: [
        (#"{"maxLength":2}"#, #""é€""#, true), (#"{"maxLength":2}"#, #""é€x""#, false),
        (#"{"minLength":2}"#, #""🐲""#, false), (#"{"minLength":2,"maxLength":2}"#, #""🐲🐲""#, true),
        (#"{"maxLength":0}"#, #""""#, true), (#"{"minLength":99999999999999999999}"#, #""x""#, false),
    ])
    func lengths(schema: String, value: String, isValid: Bool) throws {
        #expect(try compile(schema).isValid(value) == isValid)
    }

    /// Names of every length are told apart, by their first, last and middle bytes.
    @Test func names() throws {
        let names =
            (0...40).map { String(repeating: "n", count: $0) } + ["", "a", "ab", "ba", "abcdefgX12345678Y", "x~y"]
        let unique = Array(Set(names)).sorted()
        let properties = unique.map { #""\#($0)":{"const":"\#($0)"}"# }.joined(separator: ",")
        let required = unique.map { #""\#($0)""# }.joined(separator: ",")
        let schema = try compile(
            #"{"properties":{\#(properties)},"required":[\#(required)],"additionalProperties":false}"#)
        let members = unique.map { #""\#($0)":"\#($0)""# }
        #expect(try schema.isValid("{\(members.joined(separator: ","))}"))
        #expect(try schema.isValid("{\(members.reversed().joined(separator: ","))}"))
        for missing in members.indices {
            var rest = members
            rest.remove(at: missing)
            #expect(try !schema.isValid("{\(rest.joined(separator: ","))}"))
            rest.append(#""abcdefgX12345678Z":1"#)
            #expect(try !schema.isValid("{\(rest.joined(separator: ","))}"))
        }
        // Equal ends, other middles.
        let long = try compile(#"{"properties":{"aaaaaaaaXbbbbbbbb":false}}"#)
        #expect(try long.isValid(#"{"aaaaaaaaYbbbbbbbb":1}"#))
        #expect(try !long.isValid(#"{"aaaaaaaaXbbbbbbbb":1}"#))
    }

    @Test func manyNamesInAnEnum() throws {
        let names = (0..<5000).map { #""value-\#($0)""# }
        let schema = try compile(#"{"enum":[\#(names.joined(separator: ",")),7,null]}"#)
        for value in [names[0], names[4999], "7.0", "null"] { #expect(try schema.isValid(value)) }
        for value in ["\"value-5000\"", "8", "true", "[]"] { #expect(try !schema.isValid(value)) }
    }

    /// Large arrays are compared by hashes, with the verdict of comparing each with each.
    @Test func uniqueness() throws {
        let schema = try compile(#"{"uniqueItems":true}"#)
        let elements = (0..<1000).flatMap {
            ["\($0)", "\"\($0)\"", "[\($0)]", #"{"a":\#($0),"b":[true,null]}"#, #"{"b":\#($0),"a":[true,null]}"#]
        }
        #expect(try schema.isValid("[\(elements.joined(separator: ","))]"))
        for duplicate in ["17.0", "170e-1", "\"17\"", "[17]", #"{"b":[true,null],"a":17.00}"#] {
            #expect(try !schema.isValid("[\(elements.joined(separator: ",")),\(duplicate)]"))
        }
    }

    @Test func formatsAreAssertedWhenAsked() throws {
        let text = #"{"format":"date"}"#
        #expect(try !compile(text).isValid("\"2023-02-29\""))
        #expect(try compile(text, options: .init(assertFormats: false)).isValid("\"2023-02-29\""))
        #expect(try compile(#"{"format":"of-our-own"}"#).isValid("\"x\""))
    }

    @Test func deepDocuments() throws {
        let schema = try compile(##"{"items":{"allOf":[{"$ref":"#"}]},"maxItems":1}"##)
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(try schema.isValid(deep))
        #expect(try schema.failure(deep.replacing("[]", with: "[1,2]")) != nil)
    }

    @Test(arguments: ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft-07/schema"])
    func theDraftDecidesWhatKeywordsMean(metaschema: String) throws {
        // In draft 7 what stands beside a reference is ignored, in 2020-12 it is not.
        let rest = ##""$ref":"#/definitions/any","type":"null","definitions":{"any":{}}}"##
        #expect(try compile("{\"$schema\":\"\(metaschema)\",\(rest)").isValid("1"))
        #expect(try !compile("{\(rest)").isValid("1"))
    }

    @Test func unknownKeywordsAreAnnotations() throws {
        #expect(try compile(#"{"x-owner":{"type":"nonsense"},"type":"null"}"#).isValid("null"))
    }

    @Test func aSchemaIsReusedFromValueToValue() throws {
        let schema = try CustomerEvent.compile()
        for _ in 0..<3 {
            #expect(try schema.isValid(CustomerEvent.valid))
            #expect(try !schema.isValid("{}"))
        }
    }

    /// Names that Unicode calls equivalent are different names in JSON, and have schemas of their own.
    @Test func equivalentNamesAreNotTheSame() throws {
        let schema = try compile(
            "{\"properties\":{\"\u{E9}\":{\"type\":\"string\"},\"e\u{301}\":{\"type\":\"number\"}}}")
        #expect(try schema.isValid("{\"\u{E9}\":\"x\",\"e\u{301}\":1}"))
        #expect(try !schema.isValid("{\"\u{E9}\":1}"))
        #expect(try !schema.isValid("{\"e\u{301}\":\"x\"}"))
        let patterns = try compile("{\"allOf\":[{\"pattern\":\"^\u{E9}\"},{\"pattern\":\"e\u{301}$\"}]}")
        #expect(try patterns.isValid("\"\u{E9}e\u{301}\""))
    }
}
