/// Object construction and the patterns of `as`.
extension Parser {
    /// `{ … }`, behind the brace.
    mutating func parseObject(from start: Place) throws(CompileError) -> Expression {
        var members: [(key: Expression, value: Expression)] = []
        while !current.isSymbol("}") {
            members.append(try parseMember())
            guard take(symbol: ",") else { break }
        }
        try expect(symbol: "}")
        return make(.object(members), from: start)
    }

    private mutating func parseMember() throws(CompileError) -> (key: Expression, value: Expression) {
        let token = current
        let key: Expression
        let shorthand: Expression?
        switch token.kind {
        case .identifier, .keyword:
            advance()
            key = constant(token)
            shorthand = field(key)
        case .number:
            // `{1: 2}` is an error that deserves its own words.
            throw CompileError("an object's key is a string, not a number", at: token.place, in: source)
        case .variable:
            advance()
            if token.text == "__loc__" {
                return (constant(token), Expression(.location, at: token.place))
            }
            let variable = Expression(.variable(token.text), at: token.place)
            if !current.isSymbol(":") { return (constant(token), variable) }
            key = variable
            shorthand = nil
        case .stringStart:
            key = try parseString(format: nil, from: token.place)
            shorthand = field(key)
        case .format where following.kind == .stringStart:
            advance()
            key = try parseString(format: token.text, from: token.place)
            shorthand = field(key)
        case .symbol where token.text == "(":
            advance()
            key = try parseQuery()
            try expect(symbol: ")")
            shorthand = nil
        default:
            throw unexpected(expecting: "an object's key")
        }
        if let shorthand, !current.isSymbol(":") {
            guard current.isSymbol(",") || current.isSymbol("}") else { throw parenthesesNeeded(at: token.place) }
            return (key, shorthand)
        }
        guard take(symbol: ":") else { throw unexpected(expecting: "':'") }
        return (key, try parseMemberValue())
    }

    /// A member's value: no comma, and a pipe only between operands.
    private mutating func parseMemberValue() throws(CompileError) -> Expression {
        let left = try parseOperand()
        guard take(symbol: "|") else { return left }
        let right = try parseMemberValue()
        return make(.pipe(left, right), from: left.place)
    }

    private func parenthesesNeeded(at place: Place) -> CompileError {
        CompileError("an object's key that is computed needs parentheses around it", at: place, in: source)
    }

    private func constant(_ token: Token) -> Expression {
        Expression(.string([.text(token.text)], format: nil), at: token.place)
    }

    private func field(_ key: Expression) -> Expression {
        let input = Expression(.identity, at: key.place.beginning)
        return Expression(.index(input, key: key, optional: false), at: key.place)
    }

    // MARK: Patterns

    /// One pattern, or alternatives between `?//`.
    mutating func parsePatterns() throws(CompileError) -> [Pattern] {
        var patterns = [try parsePattern()]
        while take(symbol: "?//") { patterns.append(try parsePattern()) }
        return patterns
    }

    private mutating func parsePattern() throws(CompileError) -> Pattern {
        let token = current
        if token.kind == .variable {
            advance()
            return .variable(token.text, token.place)
        }
        if take(symbol: "[") {
            var elements: [Pattern] = []
            repeat { elements.append(try parsePattern()) } while take(symbol: ",")
            try expect(symbol: "]")
            return .array(elements)
        }
        if take(symbol: "{") {
            var members: [(key: Expression, variable: (name: String, place: Place)?, pattern: Pattern?)] = []
            repeat { members.append(try parseMemberPattern()) } while take(symbol: ",")
            try expect(symbol: "}")
            return .object(members)
        }
        throw unexpected(expecting: "a variable, '[' or '{'")
    }

    private mutating func parseMemberPattern() throws(CompileError)
        -> (key: Expression, variable: (name: String, place: Place)?, pattern: Pattern?)
    {
        let token = current
        switch token.kind {
        case .variable:
            advance()
            let pattern = take(symbol: ":") ? try parsePattern() : nil
            return (constant(token), (token.text, token.place), pattern)
        case .identifier, .keyword:
            advance()
            try expect(symbol: ":")
            return (constant(token), nil, try parsePattern())
        case .stringStart:
            let key = try parseString(format: nil, from: token.place)
            try expect(symbol: ":")
            return (key, nil, try parsePattern())
        case .symbol where token.text == "(":
            advance()
            let key = try parseQuery()
            try expect(symbol: ")")
            try expect(symbol: ":")
            return (key, nil, try parsePattern())
        default:
            throw unexpected(expecting: "a member's name or variable")
        }
    }
}
