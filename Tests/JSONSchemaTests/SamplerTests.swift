import JSONSchema
import Testing

/// Documents are made from schemas: valid ones, and ones with one thing broken.
@Suite struct SamplerTests {
    private static let order = #"""
        {"type":"object","required":["number","lines"],"additionalProperties":false,"properties":{
          "number":{"type":"string","pattern":"^SO-[0-9]{4}$"},
          "orderedAt":{"type":"string","format":"date-time"},
          "currency":{"enum":["EUR","USD"]},"priority":{"const":1},
          "lines":{"type":"array","minItems":1,"maxItems":5,"items":{"$ref":"#/$defs/line"}},
          "tags":{"type":"array","items":{"type":"string","minLength":1,"maxLength":8},"uniqueItems":true},
          "labels":{"type":"object","propertyNames":{"pattern":"^[a-z]+$"},"minProperties":1,"maxProperties":3},
          "scores":{"type":"array","contains":{"type":"integer","minimum":100},"maxContains":2},
          "pair":{"prefixItems":[{"type":"string"},{"type":"number"}],"items":false},
          "card":{"type":"object","properties":{"no":{"type":"string"},"cvc":{"type":"string"}},
                  "dependentRequired":{"no":["cvc"]}},
          "payment":{"oneOf":[{"type":"null"},{"type":"boolean"}]},
          "note":{"not":{"type":"number"}}
        },"$defs":{"line":{"type":"object","required":["price"],"properties":{
          "price":{"type":"number","minimum":0,"multipleOf":0.01},
          "count":{"type":"integer","exclusiveMinimum":0,"maximum":99}}}}}
        """#

    @Test func validDocumentsAreValid() throws {
        let schema = try compile(Self.order)
        var sampler = SchemaSampler(schema, seed: 1)
        for _ in 0..<300 {
            let document = try sampler.valid()
            #expect(try schema.isValid(document), "\(document)")
            #expect(try schema.failure(document) == nil)
        }
    }

    @Test func brokenDocumentsAreNotValid() throws {
        let schema = try compile(Self.order)
        var sampler = SchemaSampler(schema, seed: 2)
        var keywords: Set<String> = []
        for _ in 0..<1500 {
            let broken = try sampler.invalid()
            let failure = try #require(try schema.failure(broken.document))
            #expect(failure.leaves.contains(broken.failure) || !broken.failure.causes.isEmpty, "\(broken)")
            #expect(broken.failure.keywordLocation.hasSuffix("/" + broken.keyword), "\(broken)")
            keywords.insert(broken.keyword)
            if broken.failure.keywordLocation.contains("/propertyNames/") { keywords.insert("propertyNames") }
        }
        let expected = [
            "type", "required", "additionalProperties", "pattern", "format", "enum", "const", "minItems", "maxItems",
            "minLength", "maxLength", "uniqueItems", "propertyNames", "minProperties", "maxProperties", "contains",
            "maxContains", "items", "dependentRequired", "oneOf", "not", "minimum", "exclusiveMinimum", "maximum",
            "multipleOf",
        ]
        #expect(keywords.isSuperset(of: expected), "\(Set(expected).subtracting(keywords))")
    }

    /// A seed gives the same documents wherever the sampler runs.
    @Test func aSeedIsRepeatable() throws {
        let schema = try compile(
            #"{"type":"object","required":["a","b"],"properties":{"a":{"type":"integer"},"b":{"pattern":"^[A-F]{4}$","type":"string"}}}"#
        )
        var sampler = SchemaSampler(schema, seed: 42)
        let documents = try (0..<3).map { _ in try sampler.valid() }
        #expect(documents == Self.expected)
        var again = SchemaSampler(schema, seed: 42)
        #expect(try (0..<3).map { _ in try again.valid() } == documents)
        var other = SchemaSampler(schema, seed: 43)
        #expect(try other.valid() != documents[0])
    }

    private static let expected = [
        #"{"a":205,"b":"CCFD","/p1yC0jCPfK4-wpv6&":null}"#, #"{"a":0,"b":"ACBE"}"#, #"{"a":897,"b":"FCBF"}"#,
    ]

    @Test(arguments: [
        "date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", "uuid",
        "json-pointer", "regex",
    ])
    func formats(format: String) throws {
        var sampler = SchemaSampler(try compile(#"{"type":"string","format":"\#(format)"}"#), seed: 5)
        var texts: Set<String> = []
        for _ in 0..<50 { texts.insert(try sampler.valid()) }
        #expect(texts.count >= 5)
    }

    @Test(arguments: [
        "^[a-z]{3,5}$", "^(red|green|blue)-\\d{2}$", "^\\p{Lu}\\p{Ll}+$", "a.c", "^[^0-9]{4}$", "^(?=.*x)[a-z]{1,3}$",
        "^\\u0041+[\\w.-]*@\\x41$", "^(?:ab?)+?$", "[\\s\\S]{2}", "^$", "^(a|b(c|d)){2}\\.$", "^\\cJ?-$",
    ])
    func patterns(pattern: String) throws {
        let text = pattern.replacing("\\", with: "\\\\")
        let schema = try compile(#"{"type":"string","pattern":"\#(text)"}"#)
        var sampler = SchemaSampler(schema, seed: 6)
        for _ in 0..<20 { #expect(try schema.isValid(sampler.valid())) }
    }

    /// Strings cannot be made from every pattern; then the schema's own examples help, or the place is told.
    @Test func aPatternThatNothingIsMadeFrom() throws {
        let pattern = #""type":"string","pattern":"^([ab]+)c\\1c\\1$""#
        var helped = SchemaSampler(try compile(#"{\#(pattern),"examples":["acaca"]}"#), seed: 1)
        #expect(try helped.valid() == "\"acaca\"")
        var sampler = SchemaSampler(
            try compile(#"{"properties":{"a":{\#(pattern)}},"required":["a"],"type":"object"}"#), seed: 1)
        let error = #expect(throws: SamplingError.self) { try sampler.valid() }
        #expect(error?.keyword == "pattern")
        #expect(error?.location == "Schemas/test.json#/properties/a/pattern")
    }

    @Test func whatNothingSatisfies() throws {
        let endless = ##"{"type":"array","minItems":1,"items":{"$ref":"#"}}"##
        for text in [
            "false", endless, #"{"type":"string","minLength":3,"maxLength":2}"#, #"{"enum":[1],"type":"string"}"#,
        ] {
            var sampler = SchemaSampler(try compile(text), seed: 1, limits: .init(attempts: 5))
            #expect(throws: SamplingError.self) { try sampler.valid() }
        }
        var everything = SchemaSampler(try compile("true"), seed: 1, limits: .init(attempts: 5))
        #expect(throws: SamplingError.self) { try everything.invalid() }
    }

    /// Recursive schemas give documents of bounded depth and size.
    @Test func recursionIsBounded() throws {
        let schema = try compile(
            ##"{"type":"object","required":["v","kids"],"properties":{"v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#"}},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}}"##
        )
        var sampler = SchemaSampler(schema, seed: 9, limits: .init(depth: 4, breadth: 2))
        for _ in 0..<100 {
            let document = try sampler.valid()
            #expect(try schema.isValid(document))
            #expect(document.utf8.count < 200_000)
        }
    }

    /// What is asked for by several keywords at once is found by trial.
    @Test(arguments: [
        #"{"oneOf":[{"multipleOf":3},{"multipleOf":5}],"type":"integer"}"#,
        #"{"allOf":[{"type":"integer","multipleOf":4},{"multipleOf":6}],"minimum":13,"maximum":35}"#,
        #"{"type":"array","items":{"type":"integer","minimum":1,"maximum":3},"minItems":3,"uniqueItems":true}"#,
        #"{"type":"object","if":{"required":["a"]},"then":{"required":["b"]},"properties":{"a":{},"b":{}},"minProperties":1,"additionalProperties":false}"#,
        #"{"type":"object","dependentSchemas":{"a":{"properties":{"b":{"const":2}},"required":["b"]}},"required":["a"]}"#,
        #"{"type":"object","patternProperties":{"^n":{"type":"number"}},"minProperties":3,"additionalProperties":false}"#,
        ##"{"allOf":[{"$ref":"#/$defs/base"}],"properties":{"b":{}},"unevaluatedProperties":false,"minProperties":2,"$defs":{"base":{"type":"object","properties":{"a":{"type":"string"}}}}}"##,
        #"{"not":{"anyOf":[{"type":"string"},{"type":"object"},{"minimum":0}]}}"#,
        #"{"type":"string","format":"email","maxLength":12}"#,
        #"{"type":"string","format":"date","pattern":"-0[1-6]-"}"#,
        #"{"type":"string","pattern":"^a","minLength":40}"#,
        #"{"type":"number","minimum":0.1,"maximum":0.2}"#,
        #"{"type":"number","minimum":1e300}"#,
    ])
    func combinations(text: String) throws {
        let schema = try compile(text)
        var sampler = SchemaSampler(schema, seed: 11)
        for _ in 0..<30 { #expect(try schema.isValid(sampler.valid())) }
    }
}
