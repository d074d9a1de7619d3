import JSONSchema
import Testing

/// References across files are resolved in the registry, never from the network.
@Suite struct ReferenceTests {
    private static let customer = #"{"properties":{"home":{"$ref":"address.json"}}}"#
    private static let address = #"{"$id":"https://example.com/schemas/address.json","required":["city"]}"#

    @Test func relativePathsAreResolvedAgainstTheFile() throws {
        var asked: [String] = []
        let registry = SchemaRegistry { uri in
            asked.append(uri)
            return uri == "Schemas/crm/address.json" ? Array(Self.address.utf8) : nil
        }
        try registry.add(Array(Self.customer.utf8), uri: "Schemas/crm/customer.json")
        let schema = try Schema(uri: "Schemas/crm/customer.json", in: registry)
        #expect(asked == ["Schemas/crm/address.json"])
        #expect(try schema.isValid(#"{"home":{"city":"Bern"}}"#))
        #expect(try !schema.isValid(#"{"home":{}}"#))
    }

    @Test func anAddedFileIsFoundByItsPathAndByItsID() throws {
        for reference in ["address.json", "https://example.com/schemas/address.json", "../crm/./address.json"] {
            let registry = SchemaRegistry()
            try registry.add(Array(Self.address.utf8), uri: "Schemas/crm/address.json")
            try registry.add(Array(#"{"items":{"$ref":"\#(reference)"}}"#.utf8), uri: "Schemas/crm/list.json")
            let schema = try Schema(uri: "Schemas/crm/list.json", in: registry)
            #expect(try schema.isValid(#"[{"city":"Bern"}]"#))
            #expect(try !schema.isValid(#"[{}]"#))
        }
    }

    @Test func pathsAboveTheFirstFolder() throws {
        let registry = SchemaRegistry { $0 == "../shared/address.json" ? Array(Self.address.utf8) : nil }
        try registry.add(Array(#"{"$ref":"../../shared/address.json"}"#.utf8), uri: "Schemas/a.json")
        #expect(try !Schema(uri: "Schemas/a.json", in: registry).isValid("{}"))
    }

    @Test func aFragmentNamesASchemaInAFile() throws {
        let registry = SchemaRegistry()
        let text = #"{"$defs":{"a/b":{"type":"string"},"c":{"$anchor":"name","type":"null"}}}"#
        try registry.add(Array(text.utf8), uri: "Schemas/a.json")
        #expect(try Schema(uri: "Schemas/a.json#/$defs/a~1b", in: registry).isValid("\"x\""))
        #expect(try !Schema(uri: "Schemas/a.json#name", in: registry).isValid("\"x\""))
    }

    @Test func filesThatReferToEachOther() throws {
        let registry = SchemaRegistry()
        try registry.add(Array(#"{"properties":{"b":{"$ref":"b.json"}},"required":["b"]}"#.utf8), uri: "a.json")
        try registry.add(Array(#"{"properties":{"a":{"$ref":"a.json"}}}"#.utf8), uri: "b.json")
        let schema = try Schema(uri: "a.json", in: registry)
        #expect(try schema.isValid(#"{"b":{"a":{"b":{}}}}"#))
        #expect(try !schema.isValid(#"{"b":{"a":{}}}"#))
    }

    /// A circle that only dynamic references close is seen while validating, and ends.
    @Test func aDynamicCircle() throws {
        let schema = try compile(
            ##"{"$dynamicAnchor":"node","$ref":"#/$defs/a","$defs":{"a":{"$dynamicRef":"#node"}}}"##)
        #expect(try !schema.isValid("1"))
        #expect(try schema.failure("1")?.message.contains("refers back to itself") == true)
    }
}
