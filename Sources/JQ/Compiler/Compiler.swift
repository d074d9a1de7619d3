import JSON

/// Turns a syntax tree into nodes.
///
/// Functions that do not call themselves are expanded where they are called: their parameters become the arguments'
/// nodes, so that at run time there are no closures, and what a `map` or a `select` is given is known to be single or
/// not. An expansion without parameters and each argument are compiled once in a frame and shared. Functions that
/// call themselves get frames at run time, linked to the frame of their definition.
final class Compiler {
    /// Past this many nodes functions are no longer expanded but called, so that a small text cannot grow without end.
    static let expansionLimit = 30_000
    static let nodeLimit = 300_000
    static let moduleDepthLimit = 64

    /// The program's text, then those of its modules.
    var sources: [Source]
    let environment: Environment
    let constants = Arena(byteLimit: 64 << 20, chunkByteCount: 4 << 10)
    var nodes: [Node] = []
    var links: [Int32] = []
    var functions: [Function] = []
    var builtins: [Builtin] = []
    var builtinIndex: [String: UInt16] = [:]
    var places: [Place] = []
    /// The prelude's definitions by name and arity, made when first used.
    var preludeEntries: [String: FunctionEntry] = [:]
    private var entries: [FunctionEntry] = []
    /// The program's variables, which its modules see, too.
    private(set) var globals: Scope?
    /// The modules by path, made when first imported.
    var modules: [String: Module] = [:]
    var moduleFunctions: [FunctionEntry] = []
    /// The paths of the modules that are being compiled, each imported by the one before.
    var openModules: [String] = []
    /// While a builtin's own definition is compiled: the call that asked for it.
    var callPlace: Place?
    /// Where the program is compiled with coverage.
    var branchMarks: BranchMarks?
    let program = FrameLayout(level: 0)
    private let stackLimit = Stack.bounds().bottom + Stack.reserve

    init(_ source: Source, environment: Environment) {
        sources = [source]
        self.environment = environment
    }

    /// Compiles a program and gives its node.
    func compile(_ text: ParsedText, variables: [String]) throws(CompileError) -> Int32 {
        for name in variables {
            globals = Scope(.variable(name, program.makeSlot()), in: globals)
        }
        defer { for entry in entries { entry.scope = nil } }
        let scope = try compileImports(text.imports, of: nil, in: globals)
        var body = text.body ?? Expression(.identity, at: text.start)
        for definition in text.definitions.reversed() {
            body = Expression(.define(definition, body: body), at: definition.place)
        }
        let root = try compile(body, scope, program)
        try checkModules()
        SingleAnalysis.mark(&nodes, links: links, functions: functions)
        LinearAnalysis.mark(&nodes, links: links, builtins: builtins)
        return root
    }

    func source(of place: Place) -> Source { sources[Int(place.source)] }

    // MARK: Making nodes

    func add(_ node: Node, _ place: Place) throws(CompileError) -> Int32 {
        guard nodes.count < Compiler.nodeLimit else {
            throw CompileError("the program is too large", at: callPlace ?? place, in: source(of: callPlace ?? place))
        }
        var node = node
        let place = callPlace ?? place
        if places.last != place { places.append(place) }
        node.place = Int32(places.count - 1)
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    func addList(_ list: [Int32]) -> Int32 {
        links.append(contentsOf: list)
        return Int32(links.count - list.count)
    }

    func failure(_ message: String, _ place: Place) -> CompileError {
        CompileError(message, at: callPlace ?? place, in: source(of: callPlace ?? place))
    }

    // MARK: Expressions

    func compile(_ expression: Expression, _ scope: Scope?, _ frame: FrameLayout) throws(CompileError) -> Int32 {
        guard Stack.pointer > stackLimit else { throw failure("nested too deeply", expression.place) }
        let place = expression.place
        switch expression.form {
        case .identity: return try add(Node(.identity), place)
        case .recurse: return try add(Node(.recurseAll), place)
        case .null, .true, .false, .number, .location:
            return try compileConstant(expression)
        case .string(let pieces, let format):
            return try compileString(pieces, format: format, place, scope, frame)
        case .format(let name):
            return try add(Node(.format, code: try format(name, place), a: try add(Node(.identity), place)), place)
        case .index(let target, let key, let optional):
            return try compileIndex(target, key, optional, place, scope, frame)
        case .slice(let target, let from, let to, let optional):
            let target = try compile(target, scope, frame)
            let from = try compile(optional: from, scope, frame)
            let to = try compile(optional: to, scope, frame)
            return try add(Node(.slice, code: optional ? 1 : 0, a: target, b: from, c: to), place)
        case .iterate(let target, let optional):
            return try add(Node(.iterate, code: optional ? 1 : 0, a: try compile(target, scope, frame)), place)
        case .attempt(let body, let handler):
            return try compilePair(.attempt, body, handler, place, scope, frame)
        case .pipe(let left, let right): return try compilePipe(left, right, place, scope, frame)
        case .comma(let left, let right): return try compilePair(.comma, left, right, place, scope, frame)
        case .and(let left, let right): return try compilePair(.and, left, right, place, scope, frame)
        case .or(let left, let right): return try compilePair(.or, left, right, place, scope, frame)
        case .alternative(let left, let right):
            return try markedAlternative(left, right, place, scope, frame)
        case .binary(let op, let left, let right):
            return try compilePair(.binary, code: op, left, right, place, scope, frame)
        case .assign(let path, let value): return try compilePair(.assign, path, value, place, scope, frame)
        case .modify(let path, let value): return try compilePair(.modify, path, value, place, scope, frame)
        case .update(let op, let path, let value):
            return try compilePair(.update, code: op, path, value, place, scope, frame)
        case .updateAlternative(let path, let value):
            return try compilePair(.updateAlternative, path, value, place, scope, frame)
        case .negate(let operand): return try compileNegation(operand, place, scope, frame)
        case .array(let body):
            guard let body else { return try add(Node(.constant, value: Compiler.emptyArray), place) }
            return try add(Node(.collect, a: try compile(body, scope, frame)), place)
        case .object(let members): return try compileObject(members, place, scope, frame)
        case .conditional(let condition, let then, let otherwise):
            let condition = try compile(condition, scope, frame)
            let thenNode = try marked(.then, try compile(then, scope, frame), then.place)
            let elseNode = try marked(
                .otherwise, try compile(optional: otherwise, scope, frame), otherwise?.place ?? place)
            return try add(Node(.conditional, a: condition, b: thenNode, c: elseNode), place)
        case .reduce(let items, let patterns, let start, let update):
            return try compileLoop(.reduce, items, patterns, start, update, nil, place, scope, frame)
        case .foreach(let items, let patterns, let start, let update, let extract):
            return try compileLoop(.foreach, items, patterns, start, update, extract, place, scope, frame)
        case .bind(let value, let patterns, let body):
            return try compileBinding(value, patterns, body, place, scope, frame)
        case .label(let name, let body):
            let slot = frame.makeSlot()
            let body = try compile(body, Scope(.label(name, slot), in: scope), frame)
            return try add(Node(.label, a: slot.index, b: body), place)
        case .leave(let name):
            guard let slot = label(name, in: scope) else { throw failure("$*label-\(name) is not defined", place) }
            return try add(Node(.leave, code: UInt16(frame.level - slot.level), a: slot.index), place)
        case .define(let definition, let body):
            let entry = makeEntry(definition, in: scope, frame)
            let node = try compile(body, entry.scope, frame)
            if !entry.isUsed, callPlace == nil { try check(entry, frame) }
            return node
        case .call(let name, let arguments):
            return try compileCall(name, arguments, place, scope, frame)
        case .variable(let name):
            return try compileVariable(name, place, scope, frame)
        }
    }

    func compile(optional expression: Expression?, _ scope: Scope?, _ frame: FrameLayout)
        throws(CompileError) -> Int32
    {
        guard let expression else { return -1 }
        return try compile(expression, scope, frame)
    }

    func compilePair(
        _ opcode: Opcode, code: Operator = .add, _ left: Expression, _ right: Expression?, _ place: Place,
        _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        let left = try compile(left, scope, frame)
        let right = try compile(optional: right, scope, frame)
        return try add(Node(opcode, code: UInt16(code.rawValue), a: left, b: right), place)
    }

    private func compilePipe(
        _ left: Expression, _ right: Expression, _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        let left = try compile(left, scope, frame)
        let right = try compile(right, scope, frame)
        if nodes[Int(left)].opcode == .identity { return right }
        if nodes[Int(right)].opcode == .identity { return left }
        return try add(Node(.pipe, a: left, b: right), place)
    }

    private func compileIndex(
        _ target: Expression, _ key: Expression, _ optional: Bool, _ place: Place, _ scope: Scope?,
        _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        let target = try compile(target, scope, frame)
        let key = try compile(key, scope, frame)
        let code: UInt16 = optional ? 1 : 0
        if nodes[Int(key)].opcode == .constant, nodes[Int(key)].value.kind == .string {
            return try add(Node(.field, code: code, a: target, value: nodes[Int(key)].value), place)
        }
        return try add(Node(.index, code: code, a: target, b: key), place)
    }

    private func compileNegation(
        _ operand: Expression, _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        if case .number(let text) = operand.form {
            return try add(Node(.constant, value: try number("-" + text, place)), place)
        }
        return try add(Node(.negate, a: try compile(operand, scope, frame)), place)
    }

    private func compileVariable(
        _ name: String, _ place: Place, _ scope: Scope?, _ frame: FrameLayout
    ) throws(CompileError) -> Int32 {
        var next = scope
        while let current = next {
            if case .variable(name, let slot) = current.binding {
                let hops = UInt16(frame.level - slot.level)
                return try add(Node(.variable, code: hops, a: slot.index), place)
            }
            if case .data(name, let values) = current.binding {
                return try add(Node(.constant, value: values), place)
            }
            next = current.parent
        }
        if name == "ENV" { throw failure("`$ENV` reaches outside the event and is not available", place) }
        throw failure("$\(name) is not defined", place)
    }

    private func label(_ name: String, in scope: Scope?) -> Slot? {
        var next = scope
        while let current = next {
            if case .label(name, let slot) = current.binding { return slot }
            next = current.parent
        }
        return nil
    }

    func makeEntry(_ definition: Definition, in scope: Scope?, _ frame: FrameLayout) -> FunctionEntry {
        let entry = FunctionEntry(definition, frame: frame, isRecursive: SelfReference.isIn(definition))
        entry.scope = Scope(.function(entry), in: scope)
        entries.append(entry)
        return entry
    }
}
