import JQ
import JSON

/// Programs: compiled or refused; a run ends within its limits, always in the same way.
public final class ProgramTarget: FuzzTarget {
    private static let limits = Evaluator.Limits(steps: 20_000, depth: 2000)
    private static let outputLimit = 100

    private let corpus: Corpus
    private let arena = Arena(byteLimit: 32 << 20)
    private let evaluator: Evaluator
    private let parser = Parser(limits: Limits(depth: 2000))
    private let check = Document(limits: Limits(depth: 1_000_000))
    private let buffer = ByteBuffer()
    private let mutator = TreeMutator(
        names: ["a", "b", "c", "data", "key", "value", "name", "lines"], values: TreeMutator.scalars)

    public init(_ corpus: Corpus) {
        self.corpus = corpus
        evaluator = Evaluator(arena: arena, limits: Self.limits)
        evaluator.now = 1_700_000_000.5
    }

    public func makeCase(seed: UInt64, number: Int) -> FuzzCase {
        var dice = Dice(seed: seed, number: number)
        let original = dice.pick(corpus.programs)
        let partner = dice.pick(corpus.programs)
        var program = original.program
        switch dice.below(10) {
        case 0, 1:
            program = ByteMutator.mutate(
                program, &dice, tokens: Vocabulary.program + Vocabulary.calls, other: partner.program)
        case 2, 3:
            var generator = ProgramGenerator(dice)
            program = Array(generator.program().utf8)
            dice = generator.dice
            if dice.once(in: 2) { program = ProgramMutator.mutate(program, &dice, other: partner.program) }
        default: program = ProgramMutator.mutate(program, &dice, other: partner.program)
        }
        var inputs = [original.input, partner.input]
        if let tree = Tree(original.input), let other = Tree(dice.pick(corpus.documents)) {
            inputs.append(mutator.mutate(tree, &dice, other: other).bytes)
        }
        return FuzzCase(subject: program, inputs: inputs)
    }

    // MARK: Running

    public func run(_ fuzzCase: FuzzCase) -> Verdict {
        let program: Program
        do throws(CompileError) {
            program = try Program(String(decoding: fuzzCase.subject, as: UTF8.self))
        } catch {
            guard error.line >= 1, error.column >= 1, !error.message.isEmpty, !error.description.isEmpty else {
                return .finding("a compile error without a place: \(error)")
            }
            return .refused
        }
        for input in fuzzCase.inputs {
            let first = outcome(program, input)
            if let problem = first.problem { return .finding(problem) }
            let second = outcome(program, input)
            guard first == second else {
                return .finding("gives \(first.text) and then \(second.text)")
            }
            if let problem = disagreement(program, input, first) { return .finding(problem) }
        }
        return .accepted
    }

    /// Everything that a run gave, as text.
    private struct Outcome: Equatable {
        var outputs: [String] = []
        var isCut = false
        var error: EvaluationError?
        var problem: String?

        var text: String {
            String((outputs + (error.map { ["error: \($0.message)"] } ?? [])).joined(separator: " ").prefix(300))
        }
    }

    private func parse(_ input: [UInt8]) -> Value? {
        arena.reset()
        return try? input.withUnsafeBytes { try parser.parse(copying: $0, into: arena) }
    }

    private func outcome(_ program: Program, _ input: [UInt8]) -> Outcome {
        var outcome = Outcome()
        guard let value = parse(input) else { return outcome }
        var written = 0
        do throws(EvaluationError) {
            try evaluator.all(program, value) { output in
                buffer.removeAll()
                buffer.write(output)
                if (try? check.parse(buffer.bytes)) == nil { outcome.problem = "an output that is no JSON" }
                outcome.outputs.append(buffer.text)
                written += buffer.count
                outcome.isCut = outcome.outputs.count == Self.outputLimit || written > 4 << 20
                return !outcome.isCut && outcome.problem == nil
            }
        } catch {
            outcome.error = error
            if error.line < 1 || error.column < 1 || error.description.isEmpty {
                outcome.problem = "an error without a place: \(error.message)"
            }
        }
        return outcome
    }

    /// What is wrong if the one output that is asked for is not the one that all are.
    private func disagreement(_ program: Program, _ input: [UInt8], _ all: Outcome) -> String? {
        guard !all.isCut, all.outputs.count < 2, let value = parse(input) else { return nil }
        do throws(EvaluationError) {
            let output = try evaluator.one(program, value)
            buffer.removeAll()
            buffer.write(output)
            guard all.outputs == [buffer.text], all.error == nil else {
                return "one output is \(buffer.text), all are \(all.text)"
            }
        } catch {
            // The way to one output may count its steps differently.
            let isLimit = error.kind != .raised && error.kind != .noOutput
            if !isLimit, all.error == nil, all.outputs.count == 1 {
                return "all give \(all.text), the one output fails: \(error.message)"
            }
        }
        return nil
    }
}
