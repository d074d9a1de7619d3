/// Terms: what operators stand between.
extension Parser {
    mutating func parseTerm() throws(CompileError) -> Expression {
        try enter()
        defer { leave() }
        var term = try parseAtom()
        while let longer = try parseSuffix(of: term) { term = longer }
        return term
    }

    // MARK: Suffixes

    private mutating func parseSuffix(of term: Expression) throws(CompileError) -> Expression? {
        if current.kind == .field { return parseField(of: term) }
        if current.isSymbol("[") { return try parseBrackets(of: term) }
        if current.isSymbol(".") {
            if following.kind == .stringStart || following.isSymbol("[") {
                advance()
                return current.isSymbol("[") ? try parseBrackets(of: term) : try parseStringField(of: term)
            }
            return nil
        }
        if take(symbol: "?") { return make(.attempt(term, handler: nil), from: term.place) }
        return nil
    }

    /// `.name`, a field token.
    mutating func parseField(of target: Expression) -> Expression {
        let key = Expression(.string([.text(current.text)], format: nil), at: current.place)
        advance()
        let optional = take(symbol: "?")
        return make(.index(target, key: key, optional: optional), from: target.place)
    }

    /// `."name"`, from the quote on.
    mutating func parseStringField(of target: Expression) throws(CompileError) -> Expression {
        let key = try parseString(format: nil, from: current.place)
        let optional = take(symbol: "?")
        return make(.index(target, key: key, optional: optional), from: target.place)
    }

    /// `[]`, `[key]`, `[from:to]`, from the bracket on.
    mutating func parseBrackets(of target: Expression) throws(CompileError) -> Expression {
        try expect(symbol: "[")
        if take(symbol: "]") {
            let optional = take(symbol: "?")
            return make(.iterate(target, optional: optional), from: target.place)
        }
        var from: Expression?
        if !current.isSymbol(":") {
            let key = try parseQuery()
            if take(symbol: "]") {
                let optional = take(symbol: "?")
                return make(.index(target, key: key, optional: optional), from: target.place)
            }
            from = key
        }
        try expect(symbol: ":")
        let to = current.isSymbol("]") && from != nil ? nil : try parseQuery()
        try expect(symbol: "]")
        let optional = take(symbol: "?")
        return make(.slice(target, from: from, to: to, optional: optional), from: target.place)
    }

    // MARK: Atoms

    private mutating func parseAtom() throws(CompileError) -> Expression {
        let token = current
        switch token.kind {
        case .field:
            return parseField(of: Expression(.identity, at: token.place.beginning))
        case .number:
            advance()
            return make(.number(token.text), from: token.place)
        case .stringStart:
            return try parseString(format: nil, from: token.place)
        case .format:
            advance()
            if current.kind == .stringStart { return try parseString(format: token.text, from: token.place) }
            return make(.format(token.text), from: token.place)
        case .variable:
            advance()
            return make(token.text == "__loc__" ? .location : .variable(token.text), from: token.place)
        case .identifier:
            return try parseName()
        case .keyword:
            return try parseKeyword()
        case .symbol:
            return try parseSymbol()
        default:
            throw unexpected()
        }
    }

    private mutating func parseSymbol() throws(CompileError) -> Expression {
        let token = current
        advance()
        switch token.text {
        case ".":
            let identity = make(.identity, from: token.place)
            if current.kind == .stringStart { return try parseStringField(of: identity) }
            if current.kind == .identifier {
                throw unexpected(expecting: "a field's name directly behind '.'")
            }
            return identity
        case "..":
            return make(.recurse, from: token.place)
        case "-":
            let operand = try parseTerm()
            return make(.negate(operand), from: token.place)
        case "(":
            let inner = try parseQuery()
            try expect(symbol: ")")
            return Expression(inner.form, at: token.place.through(inner.place))
        case "[":
            if take(symbol: "]") { return make(.array(nil), from: token.place) }
            let inner = try parseQuery()
            try expect(symbol: "]")
            return make(.array(inner), from: token.place)
        case "{":
            return try parseObject(from: token.place)
        default:
            let message = "syntax error: unexpected '\(token.text)'"
            throw CompileError(message, at: token.place, in: source)
        }
    }

    private mutating func parseName() throws(CompileError) -> Expression {
        let token = current
        advance()
        switch token.text {
        case "null": return make(.null, from: token.place)
        case "true": return make(.true, from: token.place)
        case "false": return make(.false, from: token.place)
        default: break
        }
        var arguments: [Expression] = []
        if take(symbol: "(") {
            repeat { arguments.append(try parseQuery()) } while take(symbol: ";")
            try expect(symbol: ")")
        }
        return make(.call(token.text, arguments), from: token.place)
    }

    private mutating func parseKeyword() throws(CompileError) -> Expression {
        switch current.text {
        case "if": return try parseConditional()
        case "try": return try parseAttempt()
        case "reduce": return try parseReduce()
        case "foreach": return try parseForeach()
        case "break":
            let start = current.place
            advance()
            guard current.kind == .variable else {
                throw CompileError("break requires a label to break to", at: start, in: source)
            }
            let name = current.text
            advance()
            return make(.leave(name), from: start)
        default:
            throw unexpected()
        }
    }

    /// `if … then … elif … else … end`, from `if` or `elif` on.
    private mutating func parseConditional() throws(CompileError) -> Expression {
        let start = current.place
        advance()
        let condition = try parseQuery()
        try expect(keyword: "then")
        let then = try parseQuery()
        if current.isKeyword("elif") {
            let otherwise = try parseConditional()
            return make(.conditional(condition, then: then, else: otherwise), from: start)
        }
        let otherwise = take(keyword: "else") ? try parseQuery() : nil
        guard take(keyword: "end") else {
            throw CompileError("this 'if' has no 'end'", at: start, in: source)
        }
        return make(.conditional(condition, then: then, else: otherwise), from: start)
    }

    private mutating func parseAttempt() throws(CompileError) -> Expression {
        let start = current.place
        advance()
        let body = try parseTerm()
        let handler = take(keyword: "catch") ? try parseTerm() : nil
        return make(.attempt(body, handler: handler), from: start)
    }

    private mutating func parseReduce() throws(CompileError) -> Expression {
        let start = current.place
        advance()
        let items = try parseOperand()
        try expect(keyword: "as")
        let patterns = try parsePatterns()
        try expect(symbol: "(")
        let first = try parseQuery()
        try expect(symbol: ";")
        let update = try parseQuery()
        try expect(symbol: ")")
        return make(.reduce(items, patterns, start: first, update: update), from: start)
    }

    private mutating func parseForeach() throws(CompileError) -> Expression {
        let start = current.place
        advance()
        let items = try parseOperand()
        try expect(keyword: "as")
        let patterns = try parsePatterns()
        try expect(symbol: "(")
        let first = try parseQuery()
        try expect(symbol: ";")
        let update = try parseQuery()
        let extract = take(symbol: ";") ? try parseQuery() : nil
        try expect(symbol: ")")
        return make(.foreach(items, patterns, start: first, update: update, extract: extract), from: start)
    }

    /// A string from its opening quote on.
    mutating func parseString(format: String?, from start: Place) throws(CompileError) -> Expression {
        var pieces: [Expression.Piece] = []
        advance()
        while current.kind != .stringEnd {
            switch current.kind {
            case .stringText:
                pieces.append(.text(current.text))
                advance()
            case .interpolationStart:
                advance()
                pieces.append(.interpolation(try parseQuery()))
                guard current.kind == .interpolationEnd else { throw unexpected(expecting: "')'") }
                advance()
            default:
                throw unexpected()
            }
        }
        advance()
        return make(.string(pieces, format: format), from: start)
    }
}
