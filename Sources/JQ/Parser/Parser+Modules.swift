/// The head of a program or a module: `module`, `import` and `include`.
extension Parser {
    /// `module {…};`, which is checked and has no effect here.
    mutating func parseModuleDirective() throws(CompileError) {
        guard take(keyword: "module") else { return }
        _ = try parseMetadata()
        try expect(symbol: ";")
    }

    mutating func parseImports() throws(CompileError) -> [Import] {
        var imports: [Import] = []
        while current.isKeyword("import") || current.isKeyword("include") { imports.append(try parseImport()) }
        return imports
    }

    private mutating func parseImport() throws(CompileError) -> Import {
        let isInclusion = current.isKeyword("include")
        advance()
        let place = current.place
        guard current.kind == .stringStart else { throw unexpected(expecting: "a module's path in quotes") }
        let text = try parseString(format: nil, from: place)
        guard let path = Parser.constantText(text) else {
            throw CompileError("Import path must be constant", at: text.place, in: source)
        }
        var kind = Import.Kind.inclusion
        if !isInclusion {
            try expect(keyword: "as")
            switch current.kind {
            case .variable: kind = .data(current.text)
            case .identifier, .keyword: kind = .module(current.text)
            default: throw unexpected(expecting: "the module's name, or '$name' for data")
            }
            advance()
        }
        let metadata = current.isSymbol(";") ? [] : try parseMetadata()
        try expect(symbol: ";")
        return Import(kind: kind, path: path, search: try search(in: metadata), place: text.place)
    }

    /// An object of constants.
    private mutating func parseMetadata() throws(CompileError) -> [(key: Expression, value: Expression)] {
        let metadata = try parseTerm()
        guard Parser.isConstant(metadata) else {
            throw CompileError("Module metadata must be constant", at: metadata.place, in: source)
        }
        guard case .object(let members) = metadata.form else {
            throw CompileError("Module metadata must be an object", at: metadata.place, in: source)
        }
        return members
    }

    /// The folders of `search`: a string or an array of strings.
    private func search(in metadata: [(key: Expression, value: Expression)]) throws(CompileError) -> [String] {
        var folders: [String] = []
        for (key, value) in metadata where Parser.constantText(key) == "search" {
            if let folder = Parser.constantText(value) {
                folders = [folder]
            } else if case .array(let body) = value.form {
                folders = try body.map { body throws(CompileError) in try strings(in: body) } ?? []
            } else {
                throw CompileError("search must be a folder or an array of folders", at: value.place, in: source)
            }
        }
        return folders
    }

    private func strings(in expression: Expression) throws(CompileError) -> [String] {
        if case .comma(let left, let right) = expression.form {
            return try strings(in: left) + strings(in: right)
        }
        guard let text = Parser.constantText(expression) else {
            throw CompileError("search must be a folder or an array of folders", at: expression.place, in: source)
        }
        return [text]
    }

    // MARK: Constants

    static func constantText(_ expression: Expression) -> String? {
        guard case .string(let pieces, nil) = expression.form else { return nil }
        var text = ""
        for piece in pieces {
            guard case .text(let part) = piece else { return nil }
            text += part
        }
        return text
    }

    private static func isConstant(_ expression: Expression) -> Bool {
        switch expression.form {
        case .null, .true, .false, .number: true
        case .string: constantText(expression) != nil
        case .negate(let operand): isConstant(operand)
        case .array(let body): body.map(isConstant) ?? true
        case .comma(let left, let right): isConstant(left) && isConstant(right)
        case .object(let members): members.allSatisfy { isConstant($0.key) && isConstant($0.value) }
        default: false
        }
    }
}
