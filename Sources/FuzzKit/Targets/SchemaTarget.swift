import JSON
import JSONSchema

/// Schemas: compiled or refused; the verdict and its explanation agree, and the explanation is whole.
public final class SchemaTarget: FuzzTarget {
    private let corpus: Corpus
    private let mutator = TreeMutator(names: Vocabulary.schemaKeywords, values: Vocabulary.schemaValues)
    private let instances = TreeMutator(
        names: ["a", "b", "foo", "bar", "id", "tags", "n", ""], values: TreeMutator.scalars)
    private let arena = Arena()
    private let failures = Document(limits: Limits(depth: 10_000))
    private let buffer = ByteBuffer()

    public init(_ corpus: Corpus) { self.corpus = corpus }

    public func makeCase(seed: UInt64, number: Int) -> FuzzCase {
        var dice = Dice(seed: seed, number: number)
        let original = dice.pick(corpus.schemas)
        let partner = dice.pick(corpus.schemas)
        var schema = original.schema
        if !dice.once(in: 4), let tree = Tree(original.schema), let other = Tree(partner.schema) {
            schema = mutator.mutate(tree, &dice, other: other).bytes
        }
        if dice.once(in: 4) {
            let tokens = Vocabulary.json + Vocabulary.schemaValues + Vocabulary.schemaKeywords.map { "\"\($0)\":" }
            schema = ByteMutator.mutate(schema, &dice, tokens: tokens, other: partner.schema)
        }
        var inputs = [Array((original.draft == .draft7 ? "7" : "2020-12").utf8)]
        for _ in 0..<4 { inputs.append(instance(original, partner, &dice)) }
        return FuzzCase(subject: schema, inputs: inputs)
    }

    private func instance(_ original: Corpus.SchemaSeed, _ partner: Corpus.SchemaSeed, _ dice: inout Dice) -> [UInt8] {
        let seeds = dice.once(in: 4) ? partner.instances : original.instances
        guard !seeds.isEmpty else { return Array("null".utf8) }
        let seed = dice.pick(seeds)
        guard dice.once(in: 2), let tree = Tree(seed), let other = Tree(dice.pick(seeds)) else { return seed }
        return instances.mutate(tree, &dice, other: other).bytes
    }

    // MARK: Running

    public func run(_ fuzzCase: FuzzCase) -> Verdict {
        let remotes = corpus.remotes
        let prefix = "http://localhost:1234/"
        // The first input says which draft the schema is of if it does not say so itself.
        let draft: Draft = fuzzCase.inputs.first == [UInt8(ascii: "7")] ? .draft7 : .draft202012
        let registry = SchemaRegistry(defaultDraft: draft) { uri in
            uri.hasPrefix(prefix) ? remotes[String(uri.dropFirst(prefix.count))] : nil
        }
        let schema: Schema
        do throws(SchemaError) {
            try registry.add(fuzzCase.subject, uri: "http://localhost:1234/case.json")
            schema = try Schema(uri: "http://localhost:1234/case.json", in: registry)
        } catch {
            return error.message.isEmpty ? .finding("an error without a message") : .refused
        }
        for instance in fuzzCase.inputs.dropFirst() {
            arena.reset()
            guard let value = try? instance.withUnsafeBytes({ try Parser().parse(copying: $0, into: arena) }) else {
                continue
            }
            if let problem = problem(of: schema, value) { return .finding(problem) }
        }
        return .accepted
    }

    private func problem(of schema: Schema, _ value: Value) -> String? {
        let isValid = schema.isValid(value)
        let failure = schema.validate(value)
        guard isValid == (failure == nil) else { return "isValid is \(isValid), validate says otherwise" }
        guard schema.isValid(value) == isValid else { return "a second verdict is another" }
        guard let failure else { return nil }
        return problem(of: failure, value)
    }

    private func problem(of failure: ValidationFailure, _ value: Value) -> String? {
        for form in [OutputForm.flag, .basic, .detailed] {
            let text = Array(failure.json(form).utf8)
            let isRight = text.withUnsafeBytes { bytes in
                guard let output = try? failures.parse(bytes) else { return false }
                return output["valid"]?.kind == .false
            }
            if !isRight { return "the output in the form \(form) is no JSON: \(String(decoding: text, as: UTF8.self))" }
        }
        for leaf in failure.leaves.prefix(50) {
            guard !leaf.message.isEmpty else { return "a failure without a message at \(leaf.keywordLocation)" }
            guard let place = try? Pointer(leaf.instanceLocation), place.resolve(in: value) != nil else {
                return "the instance has no \(leaf.instanceLocation)"
            }
            guard (try? Pointer(leaf.keywordLocation)) != nil else { return "no pointer: \(leaf.keywordLocation)" }
        }
        return nil
    }
}
