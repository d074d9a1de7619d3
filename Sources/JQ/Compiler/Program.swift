import JSON

/// A compiled jq program: a flat array of nodes, immutable from then on.
///
/// A program and the evaluator that runs it belong to one thread at a time; each worker compiles its own.
///
/// The language is jq's (1.7, with the grammar and messages of 1.8), without what reaches outside of the event. What
/// is not available is refused by name.
public final class Program {
    /// The name it was given, for messages.
    public let name: String
    /// The names of the variables that the evaluator must be given, in order.
    public let variables: [String]

    /// The program's text, then those of its modules.
    private let sources: [Source]
    let nodes: UnsafeMutableBufferPointer<Node>
    let links: UnsafeMutableBufferPointer<Int32>
    let functions: UnsafeMutableBufferPointer<Function>
    let implementations: UnsafeMutableBufferPointer<Builtin.Native>
    /// The names of the ``implementations``, as `name/arity`.
    let builtinKeys: [String]
    let valueMaps: UnsafeMutableBufferPointer<ValueMapEntry>
    let root: Int32
    let cellCount: Int32
    private let places: [Place]
    /// Where it was compiled with coverage.
    let branchMarks: BranchMarks?
    /// Owns the constants that the nodes point to.
    private let constants: Arena
    /// Owns the value maps that the program reads.
    private let environment: Environment

    /// Compiles a program.
    ///
    /// - Parameters:
    ///   - text: the program.
    ///   - name: what to call it in messages, such as its file.
    ///   - variables: names of global variables, without `$`.
    ///   - environment: the modules and value maps that it can use.
    ///   - measuresCoverage: whether ``branchCounts`` tells which branches were taken.
    /// - Throws: what is wrong, with line, column and the line itself.
    public init(
        _ text: String, name: String = "<program>", variables: [String] = [], environment: Environment = Environment(),
        measuresCoverage: Bool = false
    ) throws(CompileError) {
        self.name = name
        self.variables = variables
        self.environment = environment
        let source = Source(text, name: name)
        let compiler = Compiler(source, environment: environment)
        if measuresCoverage { compiler.branchMarks = BranchMarks() }
        root = try compiler.compile(try Parser.program(source), variables: variables)
        branchMarks = compiler.branchMarks
        valueMaps = Program.copy(try compiler.valueMapEntries())
        constants = compiler.constants
        sources = compiler.sources
        places = compiler.places
        cellCount = compiler.program.cellCount
        nodes = Program.copy(compiler.nodes)
        links = Program.copy(compiler.links)
        functions = Program.copy(compiler.functions)
        builtinKeys = compiler.builtins.map(\.key)
        let natives = compiler.builtins.compactMap(\.native)
        implementations = .allocate(capacity: natives.count)
        _ = implementations.initialize(from: natives)
    }

    deinit {
        nodes.deallocate()
        links.deallocate()
        functions.deallocate()
        valueMaps.deallocate()
        implementations.deinitialize()
        implementations.deallocate()
    }

    private static func copy<T: BitwiseCopyable>(_ array: [T]) -> UnsafeMutableBufferPointer<T> {
        let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: max(array.count, 1))
        _ = buffer.initialize(from: array)
        return UnsafeMutableBufferPointer(start: buffer.baseAddress, count: array.count)
    }

    /// The line, column and line text of a node.
    func position(of node: Int32) -> (line: Int, column: Int, text: String) {
        let place = places[Int(nodes[Int(node)].place)]
        let source = sources[Int(place.source)]
        let (line, column) = source.position(of: place.start)
        return (line, column, source.line(line))
    }

    /// The name of the text that a node stands in: the program's, or a module's file.
    func sourceName(of node: Int32) -> String { sources[Int(places[Int(nodes[Int(node)].place)].source)].name }
}
