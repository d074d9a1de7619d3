import JSON

/// One entry of the language: a function's name, its parameters, what it does, and how.
struct Builtin: Sendable {
    typealias Native = @Sendable (Evaluator, Value, Arguments) throws(Raised) -> Value

    enum Implementation: Sendable {
        /// A function of the input and of arguments that are values; it yields one output.
        case native(Native)
        /// A node of its own, for what takes generators or yields any number of outputs.
        case form(Opcode)
        /// A definition in jq, compiled when it is used.
        case definition(String)
    }

    /// A program, its input, and its outputs one behind the other, all as JSON; an error as `error: message`.
    struct Example: Sendable {
        let program: String
        let input: String
        let output: String

        init(_ program: String, _ input: String, _ output: String) {
            self.program = program
            self.input = input
            self.output = output
        }
    }

    /// `name` or `name(a; b)`.
    let signature: String
    let name: String
    /// The names of its parameters, for the reference.
    let parameters: [String]
    /// One sentence for the reference.
    let summary: String
    let examples: [Example]
    let implementation: Implementation

    /// A builtin in Swift.
    /// - Parameters:
    ///   - signature: `name` or `name(a; b)`. A name that begins with `_` is internal: it is not in the reference.
    ///   - summary: one sentence or more, for the reference.
    ///   - examples: for the reference; each is also a test.
    init(_ signature: String, _ summary: String, _ examples: [Example] = [], _ native: @escaping Native) {
        self.init(signature, summary, examples, .native(native))
    }

    /// A builtin that is a node.
    init(_ signature: String, _ summary: String, _ examples: [Example] = [], form: Opcode) {
        self.init(signature, summary, examples, .form(form))
    }

    /// A builtin in jq: the body of its definition.
    init(_ signature: String, _ summary: String, _ examples: [Example] = [], jq body: String) {
        self.init(signature, summary, examples, .definition("def \(signature): \(body);"))
    }

    private init(
        _ signature: String, _ summary: String, _ examples: [Example], _ implementation: Implementation
    ) {
        self.signature = signature
        self.examples = examples
        let parts = signature.split(separator: "(")
        name = String(parts[0])
        parameters = parts.count < 2 ? [] : parts[1].dropLast().split(separator: ";").map { String($0.trimmedSpaces) }
        self.summary = summary
        self.implementation = implementation
    }

    var key: String { "\(name)/\(parameters.count)" }

    var native: Native? {
        if case .native(let native) = implementation { native } else { nil }
    }

    /// The whole language.
    static let all: [Builtin] = Subject.all.flatMap(\.builtins)

    /// By `name/arity`.
    static let named: [String: Builtin] = Dictionary(all.map { ($0.key, $0) }) { first, _ in first }

    /// What exists in jq and not here, and why, as the end of a sentence.
    static let refused: [String: String] = {
        let outside = "reaches outside the event and is not available"
        let process = "would end the process and is not available"
        let module = "reaches outside the program and is not available"
        return [
            "input": outside, "inputs": outside, "env": outside, "input_filename": outside,
            "input_line_number": outside, "debug": outside, "stderr": outside, "halt": process,
            "halt_error": process, "modulemeta": module, "get_search_list": module,
            "get_prog_origin": module, "get_jq_origin": module,
        ]
    }()
}

extension Substring {
    var trimmedSpaces: Substring {
        drop { $0 == " " }
    }
}
