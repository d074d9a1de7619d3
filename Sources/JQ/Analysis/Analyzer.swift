import JSON

/// Runs a program on shapes instead of values.
///
/// For each node it works out which outputs are possible for the inputs that are possible there. What is not understood
/// can yield anything. A finding is kept only if it holds every time that its place in the text is evaluated.
final class Analyzer {
    /// A shape and, if it is one, the path in the input that it was read from.
    struct Known {
        var shape: Shape
        var path: InputPath?
    }

    /// What a node can yield.
    struct Outcome {
        var shape: Shape
        var path: InputPath?
        /// How many outputs there are at least, unless an error ends them; 2 stands for more.
        var least: Int

        init(_ shape: Shape, least: Int = 1, path: InputPath? = nil) {
            self.shape = shape
            self.path = path
            self.least = least
        }

        /// No output.
        static let none = Outcome(.nothing, least: 0)
        static let anything = Outcome(.anything, least: 0)
    }

    /// Where a node is evaluated.
    struct Context {
        var input: Known
        /// The variables of the program's frame.
        var slots: [Known]
        /// Whether an error here is caught, or the evaluation may end before it comes here.
        var isGuarded = false
        /// In a branch: how many outputs its condition has at least.
        var conditionLeast = 1

        var isReachable: Bool { !input.shape.isNothing }

        func with(_ shape: Shape, path: InputPath? = nil) -> Context {
            var context = self
            context.input = Known(shape: shape, path: path)
            return context
        }

        var guarded: Context {
            var context = self
            context.isGuarded = true
            return context
        }
    }

    let program: Program
    var work = ShapeWork(200_000)
    var verdicts: [Verdict.Key: Verdict] = [:]
    /// How many evaluations so far were judged to be wrong.
    var faults = 0
    private(set) var isComplete = true
    private var reads: [InputPath: Int32] = [:]
    /// Reads that only lead to another read.
    private var stations: Set<InputPath> = []
    private let stackLimit = Stack.bounds().bottom + 2 * Stack.reserve

    init(_ program: Program) {
        self.program = program
    }

    func run(input: Shape, variables: [Shape]) -> Analysis {
        let context = context(input: input, variables: variables)
        let outcome = evaluate(program.root, context)
        if work.left < 0 { isComplete = false }
        return Analysis(
            output: isComplete ? outcome.shape : .anything, leastOutputs: isComplete ? outcome.least : 0,
            reads: readPaths(), isComplete: isComplete, verdicts: verdicts)
    }

    /// Where the program begins.
    func context(input: Shape, variables: [Shape]) -> Context {
        var slots = [Known](
            repeating: Known(shape: .anything), count: max(Int(program.cellCount), program.variables.count + 1))
        for (position, name) in program.variables.enumerated() {
            // The first cell links frames.
            let shape = position < variables.count ? variables[position] : .anything
            slots[position + 1] = Known(shape: shape, path: InputPath(root: "$" + name, steps: []))
        }
        return Context(input: Known(shape: input, path: InputPath(root: "", steps: [])), slots: slots)
    }

    func node(_ index: Int32) -> Node { program.nodes[Int(index)] }

    func link(_ index: Int32) -> Int32 { program.links[Int(index)] }

    func union(_ a: Shape, _ b: Shape) -> Shape { a.union(b, &work) }

    // MARK: Evaluating

    /// What a node can yield; nothing where it is never evaluated.
    func evaluate(_ index: Int32, _ context: Context) -> Outcome {
        guard context.isReachable else { return .none }
        guard work.spend(), Stack.pointer > stackLimit else {
            isComplete = false
            return .anything
        }
        let node = node(index)
        switch node.opcode {
        case .identity, .mark: return Outcome(context.input.shape, path: context.input.path)
        case .constant: return Outcome(Shape(of: node.value, origins: .program))
        case .variable:
            guard node.code == 0, Int(node.a) < context.slots.count else { return .anything }
            let known = context.slots[Int(node.a)]
            return Outcome(known.shape, path: known.path)
        case .field: return field(index, node, context)
        case .index: return subscripted(index, node, context)
        case .slice: return slice(index, node, context)
        case .iterate: return iterate(index, node, context)
        case .pipe: return pipe(node, context)
        case .comma:
            let (a, b) = (evaluate(node.a, context), evaluate(node.b, context))
            return Outcome(union(a.shape, b.shape), least: min(2, a.least + b.least))
        case .attempt: return attempt(node, context)
        case .conditional: return conditional(index, node, context)
        case .alternative: return alternative(node, context)
        case .and, .or: return logic(node, context)
        default: return evaluateRest(index, node, context)
        }
    }

    private func evaluateRest(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        switch node.opcode {
        case .binary: return binary(index, node, context)
        case .negate: return negate(index, node, context)
        case .collect:
            let all = evaluate(node.a, context)
            return Outcome(.array(of: all.shape, atLeast: all.shape.isNothing ? 0 : all.least, origins: .program))
        case .object: return object(node, context)
        case .concatenate: return concatenate(node, context)
        case .format:
            let value = evaluate(node.a, context)
            return value.shape.isNothing ? .none : Outcome(.string, least: value.least)
        case .bindVariable, .bindPattern: return binding(index, node, context)
        case .reduce: return reduce(node, context)
        case .foreach: return foreach(node, context)
        case .label:
            let body = evaluate(node.b, cutting(node.b, context))
            return Outcome(body.shape, least: 0)
        case .builtin: return builtin(index, node, context)
        case .assign, .modify, .update, .updateAlternative: return updated(node, context)
        default: return evaluateForm(index, node, context)
        }
    }

    /// The context for a node whose evaluation may be ended from outside after some output.
    func cutting(_ index: Int32, _ context: Context) -> Context {
        node(index).isSingle ? context : context.guarded
    }

    // MARK: Findings

    /// Notes that a place was evaluated, and what was wrong there.
    func judge(
        _ index: Int32, _ kind: Finding.Kind, label: String, isWrong: Bool, message: @autoclosure () -> String = "",
        word: String? = nil, candidates: Set<String> = [], schemas: [String] = []
    ) {
        let (line, column, _) = program.position(of: index)
        let source = program.sourceName(of: index)
        let key = Verdict.Key(kind: kind, source: source, line: line, column: column, label: label)
        if isWrong { faults += 1 }
        if let known = verdicts[key], known.finding == nil { return }
        guard isWrong else {
            verdicts[key] = Verdict(finding: nil)
            return
        }
        verdicts[key] = Verdict(
            finding: Finding(
                kind: kind, source: source, line: line, column: column, message: message(), word: word,
                candidates: candidates.sorted(), schemas: schemas))
    }

    // MARK: Reads

    func noteRead(_ path: InputPath?, at index: Int32, from target: InputPath?, isChain: Bool) {
        guard let path else { return }
        if isChain, let target { stations.insert(target) }
        if reads[path] == nil { reads[path] = index }
    }

    private func readPaths() -> [Read] {
        var result: [Read] = []
        for (path, node) in reads where !stations.contains(path) {
            let (line, column, _) = program.position(of: node)
            result.append(Read(path: path.description, line: line, column: column))
        }
        return result.sorted { ($0.path, $0.line, $0.column) < ($1.path, $1.line, $1.column) }
    }
}

/// A path from the input, or from a global variable, to what was read.
struct InputPath: Hashable, CustomStringConvertible {
    enum Step: Hashable {
        case member(String)
        case element
    }

    /// Empty for the input, or the variable with its `$`.
    let root: String
    let steps: [Step]

    func appending(_ step: Step) -> InputPath { InputPath(root: root, steps: steps + [step]) }

    var description: String {
        var text = root
        for (position, step) in steps.enumerated() {
            switch step {
            case .member(let name): text += InputPath.isPlain(name) ? ".\(name)" : ".\"\(name)\""
            case .element: text += position == 0 && root.isEmpty ? ".[]" : "[]"
            }
        }
        return text.isEmpty ? "." : text
    }

    private static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x5f
        }
    }
}
