/// Reads tokens into a syntax tree, by recursive descent with precedences.
///
/// From loosest to tightest: `def`/`as`/`label`, `|`, `,`, `//`, the assignments, `or`, `and`, comparisons,
/// `+ -`, `* / %`, terms. This is the grammar of jq 1.8, in which `1 + 2 as $x` binds the sum and `reduce`, `foreach`,
/// `if` and `try` are terms.
struct Parser {
    /// How deeply expressions may nest in the program's text.
    static let depthLimit = 1000

    let source: Source
    private let tokens: [Token]
    private var position = 0
    private var depth = 0
    private let stackLimit = Stack.bounds().bottom + Stack.reserve

    init(_ source: Source) throws(CompileError) {
        self.source = source
        tokens = try Lexer.tokens(of: source)
    }

    /// A whole program: imports, definitions and one expression, which may be missing and then is `.`.
    static func program(_ source: Source) throws(CompileError) -> ParsedText {
        var parser = try Parser(source)
        var text = try parser.parseText()
        if parser.current.kind != .end { text.body = try parser.parseQuery() }
        try parser.expectEnd()
        return text
    }

    /// A module's file: imports and definitions.
    static func module(_ source: Source) throws(CompileError) -> ParsedText {
        var parser = try Parser(source)
        let text = try parser.parseText()
        guard parser.current.kind == .end else {
            throw CompileError("a module has nothing but definitions", at: parser.current.place, in: source)
        }
        return text
    }

    /// A text of nothing but definitions.
    static func definitions(_ source: Source) throws(CompileError) -> [Definition] {
        var parser = try Parser(source)
        var definitions: [Definition] = []
        while parser.current.isKeyword("def") { definitions.append(try parser.parseDefinition()) }
        try parser.expectEnd()
        return definitions
    }

    // MARK: Tokens

    var current: Token { tokens[position] }
    var following: Token { tokens[min(position + 1, tokens.count - 1)] }
    private var previousPlace: Place { tokens[max(position - 1, 0)].place }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    mutating func take(symbol: String) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func take(keyword: String) -> Bool {
        guard current.isKeyword(keyword) else { return false }
        advance()
        return true
    }

    mutating func expect(symbol: String) throws(CompileError) {
        guard take(symbol: symbol) else { throw unexpected(expecting: "'\(symbol)'") }
    }

    mutating func expect(keyword: String) throws(CompileError) {
        guard take(keyword: keyword) else { throw unexpected(expecting: "'\(keyword)'") }
    }

    func unexpected(expecting: String? = nil) -> CompileError {
        let found = current.kind == .end ? "end of program" : "'\(current.text)'"
        let wanted = expecting.map { ", expecting \($0)" } ?? ""
        return CompileError("syntax error: unexpected \(found)\(wanted)", at: current.place, in: source)
    }

    private func expectEnd() throws(CompileError) {
        guard current.kind == .end else { throw unexpected() }
    }

    /// An expression from a place up to the last token taken.
    func make(_ form: Expression.Form, from start: Place) -> Expression {
        Expression(form, at: start.through(previousPlace))
    }

    /// Counts a level of nesting. The limit, or the thread's stack if that is shorter, ends it.
    mutating func enter() throws(CompileError) {
        depth += 1
        guard depth <= Parser.depthLimit, Stack.pointer > stackLimit else {
            throw CompileError("nested too deeply", at: current.place, in: source)
        }
    }

    mutating func leave() {
        depth -= 1
    }

    // MARK: Queries

    private mutating func parseText() throws(CompileError) -> ParsedText {
        try parseModuleDirective()
        var text = ParsedText(start: current.place)
        text.imports = try parseImports()
        text.start = current.place
        while current.isKeyword("def") { text.definitions.append(try parseDefinition()) }
        return text
    }

    /// Everything, pipes and bindings included.
    mutating func parseQuery() throws(CompileError) -> Expression {
        try enter()
        defer { leave() }
        var stages: [Expression] = []
        while true {
            stages.append(try parseStage())
            guard take(symbol: "|") else { break }
        }
        // `|` associates to the right.
        var result = stages.removeLast()
        while let left = stages.popLast() {
            result = Expression(.pipe(left, result), at: left.place.through(result.place))
        }
        return result
    }

    /// What stands between pipes. `def`, `label` and `as` reach to the end of the query, pipes included.
    private mutating func parseStage() throws(CompileError) -> Expression {
        let start = current.place
        if current.isKeyword("def") {
            let definition = try parseDefinition()
            let body = try parseQuery()
            return make(.define(definition, body: body), from: start)
        }
        if current.isKeyword("label") { return try parseLabel() }
        var left = try parseOperand()
        if current.isKeyword("as") { return try parseBinding(of: left) }
        while take(symbol: ",") {
            if current.isKeyword("def") || current.isKeyword("label") {
                let right = try parseStage()
                return make(.comma(left, right), from: start)
            }
            let right = try parseOperand()
            if current.isKeyword("as") {
                let binding = try parseBinding(of: right)
                return make(.comma(left, binding), from: start)
            }
            left = make(.comma(left, right), from: start)
        }
        return left
    }

    private mutating func parseLabel() throws(CompileError) -> Expression {
        let start = current.place
        advance()
        guard current.kind == .variable else { throw unexpected(expecting: "a label like '$name'") }
        let name = current.text
        advance()
        try expect(symbol: "|")
        let body = try parseQuery()
        return make(.label(name, body), from: start)
    }

    private mutating func parseBinding(of value: Expression) throws(CompileError) -> Expression {
        try expect(keyword: "as")
        let patterns = try parsePatterns()
        try expect(symbol: "|")
        let body = try parseQuery()
        return make(.bind(value, patterns, body: body), from: value.place)
    }

    mutating func parseDefinition() throws(CompileError) -> Definition {
        let start = current.place
        try expect(keyword: "def")
        guard current.kind == .identifier || current.kind == .keyword else {
            throw unexpected(expecting: "a function's name")
        }
        let name = current.text
        advance()
        var parameters: [Definition.Parameter] = []
        if take(symbol: "(") {
            repeat {
                guard current.kind == .identifier || current.kind == .keyword || current.kind == .variable else {
                    throw unexpected(expecting: "a parameter's name")
                }
                parameters.append(.init(name: current.text, isValue: current.kind == .variable))
                advance()
            } while take(symbol: ";")
            try expect(symbol: ")")
        }
        try expect(symbol: ":")
        let body = try parseQuery()
        try expect(symbol: ";")
        return Definition(
            name: name, parameters: parameters, body: body, place: start.through(previousPlace))
    }

    // MARK: Operators

    private enum Associativity { case left, right, none }

    /// The precedence of an operator token, tighter is greater.
    private var currentOperator: (precedence: Int, associativity: Associativity)? {
        if current.kind == .keyword {
            return switch current.text {
            case "or": (2, .left)
            case "and": (3, .left)
            default: nil
            }
        }
        guard current.kind == .symbol else { return nil }
        return switch current.text {
        case "//": (0, .right)
        case "=", "|=", "+=", "-=", "*=", "/=", "%=", "//=": (1, .none)
        case "==", "!=", "<", "<=", ">", ">=": (4, .none)
        case "+", "-": (5, .left)
        case "*", "/", "%": (6, .left)
        default: nil
        }
    }

    /// An expression without pipes, commas and bindings.
    mutating func parseOperand(atLeast minimum: Int = 0) throws(CompileError) -> Expression {
        try enter()
        defer { leave() }
        let start = current.place
        var left = try parseTerm()
        while let (precedence, associativity) = currentOperator, precedence >= minimum {
            let text = current.text
            advance()
            let right = try parseOperand(atLeast: associativity == .right ? precedence : precedence + 1)
            left = make(Parser.form(text, left, right), from: start)
            if associativity == .none, let next = currentOperator, next.precedence == precedence {
                throw CompileError(
                    "'\(current.text)' cannot follow '\(text)' without parentheses", at: current.place, in: source)
            }
        }
        return left
    }

    private static func form(_ text: String, _ left: Expression, _ right: Expression) -> Expression.Form {
        switch text {
        case "//": .alternative(left, right)
        case "=": .assign(left, right)
        case "|=": .modify(left, right)
        case "+=": .update(.add, left, right)
        case "-=": .update(.subtract, left, right)
        case "*=": .update(.multiply, left, right)
        case "/=": .update(.divide, left, right)
        case "%=": .update(.remainder, left, right)
        case "//=": .updateAlternative(left, right)
        case "or": .or(left, right)
        case "and": .and(left, right)
        case "==": .binary(.equal, left, right)
        case "!=": .binary(.notEqual, left, right)
        case "<": .binary(.less, left, right)
        case "<=": .binary(.lessOrEqual, left, right)
        case ">": .binary(.greater, left, right)
        case ">=": .binary(.greaterOrEqual, left, right)
        case "+": .binary(.add, left, right)
        case "-": .binary(.subtract, left, right)
        case "*": .binary(.multiply, left, right)
        case "/": .binary(.divide, left, right)
        default: .binary(.remainder, left, right)
        }
    }
}
