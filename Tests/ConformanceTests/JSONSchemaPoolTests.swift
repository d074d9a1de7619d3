import JSON
import JSONSchema
import TestKit
import Testing

/// Sampling and comparing hold for any schema: tried on all of the public suite.
@Suite(.enabled(if: JSONSchemaSuite.isAvailable, JSONSchemaSuite.howToObtain))
struct JSONSchemaPoolTests {
    private static func parse(_ text: String, into arena: Arena) throws -> Value {
        try Array(text.utf8).withUnsafeBytes { try Parser().parse(copying: $0, into: arena) }
    }

    /// What is sampled as valid is valid, by the verdict and by the failures; what is sampled as broken is not.
    @Test(arguments: [Draft.draft202012, .draft7])
    func samples(draft: Draft) throws {
        let pool = try JSONSchemaPool(draft)
        var counts = (valid: 0, invalid: 0)
        var unsampled: [String] = []
        for entry in pool.entries {
            let schema = try pool.compile(entry)
            var sampler = SchemaSampler(schema, seed: 7, limits: .init(depth: 3, breadth: 2, attempts: 30))
            let arena = Arena()
            do throws(SamplingError) {
                for _ in 0..<5 {
                    let document = try sampler.valid()
                    counts.valid += 1
                    let value = try? Self.parse(document, into: arena)
                    #expect(value.map(schema.isValid) == true, "\(entry.title): \(document)")
                    #expect(value.map { schema.validate($0) == nil } == true, "\(entry.title): \(document)")
                }
            } catch {
                let satisfied = entry.documents.filter(schema.isValid)
                if !satisfied.isEmpty { unsampled.append("\(entry.title): \(error)") }
                continue
            }
            for _ in 0..<5 {
                guard let broken = try? sampler.invalid() else { break }
                counts.invalid += 1
                let value = try Self.parse(broken.document, into: arena)
                #expect(!schema.isValid(value), "\(entry.title): \(broken)")
                #expect(!broken.keyword.isEmpty, "\(entry.title): \(broken)")
            }
        }
        print("\(draft): \(counts.valid) valid and \(counts.invalid) broken documents; not sampled:")
        for line in unsampled { print("  \(line)") }
        #expect(unsampled.isEmpty)
    }

    /// A schema is compatible with itself.
    @Test(arguments: [Draft.draft202012, .draft7])
    func reflexivity(draft: Draft) throws {
        let pool = try JSONSchemaPool(draft)
        var unproven: [String] = []
        for entry in pool.entries {
            let verdict = SchemaCompatibility.compare(
                old: try pool.compile(entry), new: try pool.compile(entry, isCommented: true),
                limits: .init(proofSteps: 20_000, samples: 0))
            if verdict.full != .compatible { unproven.append(entry.title) }
        }
        print("\(draft): not proven to be compatible with itself: \(unproven)")
        #expect(unproven.count <= (draft == .draft7 ? 0 : 18), "only those with dynamic references")
    }

    /// What is said to be compatible refuses no document that the other takes: of the suite's, and of sampled ones.
    @Test(arguments: [Draft.draft202012, .draft7])
    func soundness(draft: Draft) throws {
        let pool = try JSONSchemaPool(draft)
        let files = Dictionary(grouping: pool.entries, by: \.file).sorted { $0.key < $1.key }
        var counts = (pairs: 0, compatible: 0, documents: 0)
        var refused: Set<String> = []
        for (_, entries) in files {
            let documents = entries.flatMap(\.documents)
            let schemas = try entries.map { ($0, try pool.compile($0)) }
            for (index, (one, old)) in schemas.enumerated() {
                // Neighbours are most alike.
                for (other, new) in schemas[max(0, index - 5)..<min(schemas.count, index + 6)]
                where one.uri != other.uri {
                    counts.pairs += 1
                    let comparison = SchemaCompatibility.compare(
                        old: old, new: new, limits: .init(proofSteps: 3_000, samples: 0))
                    guard comparison.backward == .compatible else { continue }
                    counts.compatible += 1
                    var sampler = SchemaSampler(old, seed: 3, limits: .init(depth: 3, breadth: 2, attempts: 5))
                    let arena = Arena()
                    let samples = (0..<4).compactMap { _ in try? Self.parse(sampler.valid(), into: arena) }
                    for document in documents + samples where old.isValid(document) {
                        counts.documents += 1
                        if !new.isValid(document) { refused.insert("\(one.title) and \(other.title)") }
                    }
                }
            }
        }
        print("\(draft): \(counts)")
        #expect(refused.isEmpty)
        #expect(counts.compatible > 50)
    }

    /// Two schemas that differ in one keyword are told apart or proven to be compatible, never both: what the proof
    /// says holds against documents that are made to refute it, and what refutes is judged by both schemas.
    @Test(arguments: [Draft.draft202012, .draft7])
    func proofsAndWitnessesAgree(draft: Draft) throws {
        let pool = try JSONSchemaPool(draft)
        var counts = (compatible: 0, incompatible: 0, unknown: 0)
        for entry in pool.entries {
            let schema = try pool.compile(entry)
            for variant in pool.variants(of: entry) {
                guard let other = try? pool.compile(variant) else { continue }
                for (old, new) in [(schema, other), (other, schema)] {
                    let proof = SchemaCompatibility.compare(
                        old: old, new: new, limits: .init(proofSteps: 5_000, samples: 0)
                    ).backward
                    let search = SchemaCompatibility.compare(
                        old: old, new: new, limits: .init(proofSteps: 0, samples: 20)
                    ).backward
                    if case .incompatible(let reasons) = search {
                        counts.incompatible += 1
                        #expect(proof != .compatible, "\(variant.title)")
                        let witness = try Self.parse(try #require(reasons.first?.witness), into: pool.arena)
                        #expect(old.isValid(witness) && !new.isValid(witness), "\(variant.title)")
                    } else if proof == .compatible {
                        counts.compatible += 1
                    } else {
                        counts.unknown += 1
                    }
                }
            }
        }
        print("\(draft), one keyword less: \(counts)")
        #expect(counts.incompatible > 200)
        #expect(counts.compatible > 400)
    }
}
