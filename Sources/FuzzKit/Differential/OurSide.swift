import JQ
import JSON

/// Runs programs here.
final class OurSide {
    static let outputLimit = 200

    private let arena = Arena(byteLimit: 512 << 20)
    private let evaluator: Evaluator
    private let buffer = ByteBuffer()

    init() {
        evaluator = Evaluator(arena: arena, limits: Evaluator.Limits(steps: 50_000_000))
    }

    /// The outcomes of a program for each of the documents.
    func run(_ text: String, on documents: [String]) -> [ProgramOutcome] {
        let program: Program
        do throws(CompileError) {
            program = try Program(text)
        } catch {
            let outcome = ProgramOutcome(hasFailed: true, message: "does not compile: \(error.message)")
            return documents.map { _ in outcome }
        }
        return documents.map { run(program, on: $0) }
    }

    private func run(_ program: Program, on document: String) -> ProgramOutcome {
        var outcome = ProgramOutcome()
        arena.reset()
        guard let input = try? Parser().parse(document, into: arena) else { return outcome }
        do throws(EvaluationError) {
            try evaluator.all(program, input) { output in
                buffer.removeAll()
                buffer.write(output)
                outcome.outputs.append(buffer.text)
                return outcome.outputs.count < Self.outputLimit
            }
        } catch {
            outcome.hasFailed = true
            outcome.message = error.message
        }
        return outcome
    }
}
