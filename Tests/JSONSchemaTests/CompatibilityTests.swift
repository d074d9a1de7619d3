import JSONSchema
import Testing

/// Versions of a schema are compared by proof and by counter-example.
@Suite struct CompatibilityTests {
    private static func compare(
        _ old: String, _ new: String, limits: SchemaCompatibility.Limits = .init()
    ) throws -> Compatibility {
        let registry = SchemaRegistry()
        try registry.add(Array(old.utf8), uri: "old.json")
        try registry.add(Array(new.utf8), uri: "new.json")
        return SchemaCompatibility.compare(
            old: try Schema(uri: "old.json", in: registry), new: try Schema(uri: "new.json", in: registry),
            limits: limits)
    }

    /// Each first schema is narrower than the second: old to new is backward compatible and not forward.
    @Test(arguments: SchemaPairs.widening)
    func widening(narrow: String, wide: String) throws {
        let widening = try Self.compare(narrow, wide)
        #expect(widening.backward == .compatible)
        let narrowing = try Self.compare(wide, narrow)
        #expect(narrowing.forward == .compatible)
        for verdict in [widening.forward, narrowing.backward, widening.full] {
            guard case .incompatible(let reasons) = verdict else {
                Issue.record("\(wide) is not narrower than \(narrow): \(verdict)")
                continue
            }
            let witness = try #require(reasons.first?.witness)
            #expect(try compile(wide).isValid(witness))
            #expect(try !compile(narrow).isValid(witness))
        }
    }

    /// Schemas that say the same in other words are compatible in full.
    @Test(arguments: SchemaPairs.equivalent)
    func sameMeaning(one: String, other: String) throws {
        let comparison = try Self.compare(one, other)
        if case .cannotTell(let reasons) = comparison.full { print(one, reasons) }
        #expect(comparison.full == .compatible)
    }

    @Test func aReasonNamesBothPlaces() throws {
        let old = ##"""
            {"type":"object","properties":{"lines":{"type":"array","items":{"$ref":"#/$defs/line"}}},
             "$defs":{"line":{"type":"object","properties":{"sku":{"type":"string","maxLength":20}}}}}
            """##
        let comparison = try Self.compare(old, old.replacing("20", with: "10"))
        let reason = try #require(comparison.backward.reasons.first)
        #expect(reason.oldLocation == "old.json#/$defs/line/properties/sku")
        #expect(reason.newLocation == "new.json#/$defs/line/properties/sku/maxLength")
        #expect(reason.instanceLocation == "/lines/*/sku")
        #expect(reason.text == "may be longer than 10 characters")
        #expect(reason.witness != nil)
        #expect(comparison.forward == .compatible)
        guard case .incompatible = comparison.full else {
            Issue.record("full is backward and forward")
            return
        }
    }

    /// Patterns are compared by their text only: different ones may mean the same.
    @Test func whatIsNotKnownIsNotClaimed() throws {
        let comparison = try Self.compare(
            #"{"type":"string","pattern":"^ab?$"}"#, #"{"type":"string","pattern":"^a(b|)$"}"#)
        guard case .cannotTell(let reasons) = comparison.full else {
            Issue.record("the patterns mean the same, which nobody has proven")
            return
        }
        #expect(reasons.map(\.witness) == [nil, nil])
        #expect(reasons.first?.text == #"need not match the pattern "^a(b|)$""#)
    }

    /// A schema whose recursion never ends allows nothing: what follows from it is proven by induction all the same.
    @Test func recursionWithoutEnd() throws {
        let endless = ##"{"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}}}"##
        #expect(try Self.compare(endless, "false").full == .compatible)
    }

    /// A comparison that would take too long is given up, and says so.
    @Test func aComparisonEnds() throws {
        // Alternatives within alternatives: more cases than can be gone through.
        let branches = (0..<20).map { #"{"anyOf":[{"required":["a\#($0)"]},{"required":["b\#($0)"]}]}"# }
        let old = #"{"type":"object","allOf":[\#(branches.joined(separator: ","))]}"#
        let comparison = try Self.compare(
            old, #"{"type":"object","minProperties":20}"#, limits: .init(proofSteps: 500, samples: 20))
        guard case .cannotTell = comparison.backward else {
            Issue.record("that it is compatible takes a million cases to prove")
            return
        }
    }
}
