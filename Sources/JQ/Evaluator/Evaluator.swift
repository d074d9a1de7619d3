import JSON

/// Runs programs on values in an arena.
///
/// Nothing is allocated but in the arena, once the buffers have grown; errors allocate their message. Not thread-safe:
/// an evaluator, its arena and the programs that it runs belong to one thread at a time.
///
/// Nodes that yield exactly one output are evaluated by ``single(_:_:_:)``, which returns it. All others push their
/// outputs into a continuation (``generate(_:_:_:_:)``). Labels, `first` and `limit` stop a generator by throwing.
public final class Evaluator {
    /// What one run may use.
    public struct Limits: Sendable, Equatable {
        /// Evaluated nodes and visited elements, so that no program runs for ever.
        public var steps: Int
        /// The nesting that `fromjson` accepts.
        public var depth: Int

        public init(steps: Int = 1_000_000, depth: Int = 10_000) {
            self.steps = steps
            self.depth = depth
        }
    }

    /// Where values are made. The evaluator never resets it.
    public let arena: Arena
    public let limits: Limits
    /// What `now` yields: seconds since 1970-01-01T00:00:00Z.
    public var now: Double = 0

    // The running program.
    var nodes: UnsafePointer<Node>
    var links: UnsafePointer<Int32>
    var functions: UnsafePointer<Function>
    var implementations: UnsafePointer<Builtin.Native>
    var valueMaps = UnsafeMutableBufferPointer<ValueMapEntry>(start: nil, count: 0)

    // The state of the run. Exclusive access is not checked at run time: each is read or written in one short step,
    // never lent out, and the evaluator belongs to one thread.
    @exclusivity(unchecked) var stepsLeft = 0
    @exclusivity(unchecked) var stackLimit: UInt = 0
    private var stackTop: UInt = 0
    /// The error's value.
    var raised: Value = .null
    /// The node that raised it.
    var raisedNode: Int32 = 0
    /// The node whose operation is under way.
    @exclusivity(unchecked) var currentNode: Int32 = 0
    var stopTarget = 0
    var lastLabel = 0
    /// The mark given out last by ``makeIdentity()``. Never reset: marks stay in values.
    var lastIdentity: UInt64 = 0
    var fatalKind: EvaluationError.Kind = .raised
    @exclusivity(unchecked) var frames = FrameMemory()
    @exclusivity(unchecked) var tails = GrowthRecord()
    let text = ByteBuffer()
    let patterns = PatternCache()

    /// - Parameters:
    ///   - arena: where values are made; its byte limit bounds what a program may use.
    ///   - limits: what one run may use.
    public init(arena: Arena, limits: Limits = Limits()) {
        self.arena = arena
        self.limits = limits
        let none = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
        none.deallocate()
        // Never read before `start` sets them to a program's.
        nodes = UnsafePointer(none.assumingMemoryBound(to: Node.self))
        links = UnsafePointer(none.assumingMemoryBound(to: Int32.self))
        functions = UnsafePointer(none.assumingMemoryBound(to: Function.self))
        implementations = UnsafePointer(none.assumingMemoryBound(to: Builtin.Native.self))
    }

    // MARK: Running

    /// The one output of a program.
    ///
    /// - Parameters:
    ///   - program: the program. It must outlive the output, which may point to its constants.
    ///   - input: its input, `.`; must outlive the output.
    ///   - variables: the values of ``Program/variables``, in order.
    /// - Throws: what the program raised, or that it yields none or several outputs.
    public func one(_ program: Program, _ input: Value, variables: [Value] = []) throws(EvaluationError) -> Value {
        if program.nodes[Int(program.root)].isSingle {
            let frame = try start(program, variables)
            do throws(Raised) {
                let output = try single(program.root, input, frame)
                try checkSize(output)
                return output
            } catch {
                throw failure(error, in: program)
            }
        }
        var result: Value?
        var count = 0
        try all(program, input, variables: variables) { value in
            result = value
            count += 1
            return count < 2
        }
        guard count < 2, let result else {
            throw problem(
                count == 0 ? .noOutput : .manyOutputs,
                count == 0
                    ? "the program yields no output, one is needed"
                    : "the program yields more than one output, one is needed",
                at: program.root, in: program)
        }
        return result
    }

    /// All outputs of a program, one after the other.
    ///
    /// - Parameter output: is given each output and says whether to go on.
    /// - Throws: what the program raised.
    public func all(
        _ program: Program, _ input: Value, variables: [Value] = [], output: (Value) -> Bool
    ) throws(EvaluationError) {
        let frame = try start(program, variables)
        let label = makeLabel()
        do throws(Raised) {
            try generate(program.root, input, frame) { value throws(Raised) in
                try checkSize(value)
                if !output(value) { throw stop(at: label) }
            }
        } catch {
            if error == .stop, stopTarget == label { return }
            throw failure(error, in: program)
        }
    }

    /// Whether the one output of a program is neither `null` nor `false`.
    public func truth(_ program: Program, _ input: Value, variables: [Value] = []) throws(EvaluationError) -> Bool {
        try one(program, input, variables: variables).isTruthy
    }

    private func start(_ program: Program, _ variables: [Value]) throws(EvaluationError) -> Frame {
        guard variables.count == program.variables.count else {
            throw problem(
                .raised, "the program takes \(program.variables.count) variables, \(variables.count) are given",
                at: program.root, in: program)
        }
        guard let nodes = UnsafePointer(program.nodes.baseAddress),
            let links = UnsafePointer(program.links.baseAddress),
            let functions = UnsafePointer(program.functions.baseAddress)
        else { throw problem(.raised, "the program is empty", at: program.root, in: program) }
        self.nodes = nodes
        self.links = links
        self.functions = functions
        if let implementations = UnsafePointer(program.implementations.baseAddress) {
            self.implementations = implementations
        }
        valueMaps = program.valueMaps
        stepsLeft = limits.steps
        lastLabel = 0
        currentNode = program.root
        tails.forget()
        frames.reset()
        findStack()
        let frame = frames.push(Int(program.cellCount))
        for index in variables.indices { frame[index + 1] = variables[index] }
        return frame
    }

    /// Reads the thread's bounds, unless we are within those that were read last.
    private func findStack() {
        let here = Stack.pointer
        if here > stackLimit, here <= stackTop { return }
        let bounds = Stack.bounds()
        stackTop = bounds.top
        stackLimit = bounds.bottom + Stack.reserve
    }

    // MARK: Failing

    private func failure(_ raised: Raised, in program: Program) -> EvaluationError {
        switch raised {
        case .fatal:
            let message: String
            switch fatalKind {
            case .stepLimit: message = "the program takes more than \(limits.steps) steps"
            case .memoryLimit: message = "the program needs more memory than the limit of \(arena.byteLimit) bytes"
            default: message = "the program or its data is nested too deeply"
            }
            return problem(fatalKind, message, at: currentNode, in: program)
        case .stop:
            return problem(.raised, "break", at: raisedNode, in: program)
        case .error:
            return problem(.raised, message(of: self.raised), at: raisedNode, in: program)
        }
    }

    /// The most bytes of an error's value in its message, about.
    private static let messageLimit = 16 << 10

    private func message(of value: Value) -> String {
        switch value.kind {
        case .string:
            guard value.count > Evaluator.messageLimit else { return value.string ?? "" }
            return String(decoding: value.bytes.prefix(Evaluator.messageLimit), as: UTF8.self) + "..."
        default:
            text.removeAll()
            text.write(beginningOf: value, byteCount: Evaluator.messageLimit)
            return value.kind == .object || value.kind == .array
                ? text.text + " (not a string)" : "\(Text.kindName(value.kind)) (\(text.text)) (not a string)"
        }
    }

    private func problem(
        _ kind: EvaluationError.Kind, _ message: String, at node: Int32, in program: Program
    ) -> EvaluationError {
        let position = program.position(of: node)
        return EvaluationError(
            kind: kind, message: message, name: program.sourceName(of: node), line: position.line,
            column: position.column, sourceLine: position.text)
    }
}
