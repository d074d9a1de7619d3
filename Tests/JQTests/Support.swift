import JSON

@testable import JQ

/// The outputs of a program as JSON, one a line; an error that ends it as `error: …`, one of compiling as `refused: …`.
func outputs(
    _ text: String, _ input: String = "null", limits: Evaluator.Limits = Evaluator.Limits(),
    environment: Environment = Environment()
) -> String {
    let arena = Arena()
    let evaluator = Evaluator(arena: arena, limits: limits)
    evaluator.now = 1_700_000_000
    let buffer = ByteBuffer()
    var lines: [String] = []
    do {
        let program = try Program(text, environment: environment)
        let input = try JSON.Parser().parse(input, into: arena)
        try evaluator.all(program, input) { value in
            buffer.removeAll()
            buffer.write(value)
            lines.append(buffer.text)
            return true
        }
    } catch let error as CompileError {
        return "refused: " + error.message
    } catch let error as EvaluationError {
        lines.append("error: " + error.message)
    } catch {
        lines.append("\(error)")
    }
    return lines.joined(separator: "\n")
}
