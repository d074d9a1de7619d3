import JQ
import JSON

/// What is said, and where.
extension StaticCheck {
    /// The place of a position in an expression's text, or in a module that it uses.
    func place(_ source: String, _ line: Int, _ column: Int, in expression: Expression) -> SourcePlace {
        guard source == expression.name, let inline = expression.inline else {
            return SourcePlace(file: source, line: line, column: column)
        }
        return inline.place(line: line, column: column)
    }

    /// A finding as a warning. A member that the schema only does not speak of is worth one when its name is close to
    /// one that it does speak of.
    func warning(of finding: Finding, in expression: Expression) -> FlowWarning? {
        let nearest = finding.word.flatMap { Suggestion.nearest(to: $0, among: finding.candidates) }
        var message = finding.message
        if finding.kind == .undeclaredMember {
            guard nearest != nil else { return nil }
            message += ", though it allows it"
        }
        if let nearest {
            message += "; did you mean \"\(nearest)\"?"
        } else if finding.kind == .neverEqual, (1...8).contains(finding.candidates.count) {
            message += ", only \(list(finding.candidates))"
        }
        return FlowWarning(
            place: place(finding.source, finding.line, finding.column, in: expression), message: message,
            schemas: Array(finding.schemas.prefix(1)), isCertain: finding.kind != .undeclaredMember)
    }

    func message(of misfit: Misfit) -> String {
        let path = misfit.path.reduce("") { $1 == "[]" ? $0 + "[]" : "\($0).\($1)" }
        let name = path.isEmpty ? "the document" : path
        switch misfit.reason {
        case .missing(let member):
            return "the required member \"\(member)\" is never written" + (path.isEmpty ? "" : " in \(path)")
        case .forbidden(let member):
            return "\(path).\(member) is written, and the schema allows no member \"\(member)\" there"
        case .kinds(let found, let allowed):
            return "\(name) is \(found.phrase), and the schema allows \(allowed.phrase)"
        case .texts(let found, let allowed):
            var message = "\(name) can be \(list(found)), and the schema allows \(list(allowed))"
            if found.count == 1, let word = found.first,
                let nearest = Suggestion.nearest(to: word, among: allowed.sorted())
            {
                message += "; did you mean \"\(nearest)\"?"
            }
            return message
        case .other: return "\(name) never fits the schema"
        }
    }

    private func list(_ words: some Collection<String>) -> String {
        let shown = words.sorted().prefix(6).map { "\"\($0)\"" }.joined(separator: ", ")
        return words.isEmpty ? "nothing" : words.count > 6 ? "\(shown) and \(words.count - 6) more" : shown
    }
}

extension SourcePlace {
    /// The place at the beginning of `file:line:column: …`, as schema references carry it.
    init(text: String) {
        let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, let line = Int(parts[1]), let column = Int(parts[2]) else {
            self.init(file: text, line: 1, column: 1)
            return
        }
        self.init(file: String(parts[0]), line: line, column: column)
    }
}
