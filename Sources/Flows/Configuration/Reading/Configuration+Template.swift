extension Configuration {
    /// A text with jq expressions in braces, such as `clients/{.data.id}`.
    public struct Template: Sendable, Hashable {
        public enum Part: Sendable, Hashable {
            case text(String)
            /// A jq expression over the event, whose result is put in.
            case expression(Expression)
            /// What is remembered of the event's key under this name.
            case reference(String)
        }

        public let parts: [Part]

        /// The text as a route, with `{}` for every expression: the same for all events.
        public var route: String {
            parts.map { part in
                if case .text(let text) = part { return text }
                return "{}"
            }.joined()
        }
    }
}

/// Finds the expressions of a template. Braces and quotes inside an expression are jq's own.
struct TemplateScanner {
    let reader: ConfigurationReader
    let site: Site
    /// Where the template begins.
    let place: SourcePlace
    /// Whether columns can be told: not when the text was expanded, or has several lines.
    let isAsWritten: Bool

    init(_ text: ConfigurationReader.Text, _ site: Site, _ reader: ConfigurationReader) {
        self.reader = reader
        self.site = site
        place = text.place
        isAsWritten = text.value == text.written && text.indentation == 0
    }

    /// - Parameter offset: how many characters stand before `text` in its value.
    func scan(_ text: Substring, offset: Int) -> Configuration.Template? {
        var parts: [Configuration.Template.Part] = []
        var literal = ""
        var cursor = text.startIndex
        while cursor < text.endIndex {
            switch text[cursor] {
            case "{":
                guard let end = endOfExpression(text, after: cursor) else {
                    reader.report("‘{’ has no closing ‘}’", site)
                    return nil
                }
                if !literal.isEmpty { parts.append(.text(literal)) }
                literal = ""
                let start = text.index(after: cursor)
                let column = offset + text[..<start].unicodeScalars.count
                guard let part = part(String(text[start..<end]), column) else { return nil }
                parts.append(part)
                cursor = text.index(after: end)
            case "}":
                reader.report("‘}’ without ‘{’", site)
                return nil
            default:
                literal.append(text[cursor])
                cursor = text.index(after: cursor)
            }
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        return Configuration.Template(parts: parts)
    }

    private func part(_ text: String, _ column: Int) -> Configuration.Template.Part? {
        guard !text.allSatisfy(\.isWhitespace) else {
            reader.report("‘{}’ has no expression; write one such as {.data.id}", site)
            return nil
        }
        if isReferenceName(text) { return .reference(text) }
        let start =
            isAsWritten
            ? SourcePlace(file: place.file, line: place.line, column: place.column + column) : place
        return .expression(Configuration.Expression(text: text, path: site.path, place: start))
    }

    private func isReferenceName(_ text: String) -> Bool {
        Names.isReference(text) && !["now", "empty", "null", "true", "false"].contains(text)
    }

    /// The brace that closes the one at `open`. In a jq string braces do not count, but `\(…)` is code again.
    private func endOfExpression(_ text: Substring, after open: Substring.Index) -> Substring.Index? {
        enum Level { case brace, string, interpolation, parenthesis }
        var levels: [Level] = [.brace]
        var cursor = text.index(after: open)
        while cursor < text.endIndex {
            let next = text.index(after: cursor)
            switch (levels.last, text[cursor]) {
            case (.string, "\\"):
                guard next < text.endIndex else { return nil }
                if text[next] == "(" { levels.append(.interpolation) }
                cursor = text.index(after: next)
                continue
            case (.string, "\""): levels.removeLast()
            case (.string, _): break
            case (_, "\""): levels.append(.string)
            case (_, "{"): levels.append(.brace)
            case (_, "("): levels.append(.parenthesis)
            case (.brace, "}"):
                levels.removeLast()
                if levels.isEmpty { return cursor }
            case (.interpolation, ")"), (.parenthesis, ")"): levels.removeLast()
            default: break
            }
            cursor = next
        }
        return nil
    }
}
