import Yams

/// What `${NAME}` and `${file:path}` in a value stand for.
public enum References: Sendable {
    /// What the environment and the file hold; it must be there.
    case required
    /// The same, but what is missing stands for the address ``placeholder``: for commands that call nobody, and must
    /// run where there are no secrets.
    case optional
    /// Themselves.
    case literal

    /// Where no system is: a top-level domain that never exists (RFC 2606).
    static let placeholder = "http://unset.invalid"
}

/// What reading one or more files needs and collects: where we are, what is expanded, what is wrong.
final class ConfigurationReader {
    let files: ConfigurationFiles
    let environment: (String) -> String?
    /// What `${…}` in values stands for.
    let references: References
    private(set) var errors: [ConfigurationError] = []
    var errorCount: Int { errors.count }

    /// The file that is being read, as the user gave it, and its lines.
    private(set) var file = ""
    private var lines: [Substring] = []
    /// The folder that the file's relative paths start from.
    var folder: String { FilePath.parent(of: file) }

    private var topLevelKeys: [String: SourcePlace] = [:]
    private var entryNames: [String: SourcePlace] = [:]

    init(
        files: ConfigurationFiles, references: References = .required, environment: @escaping (String) -> String?
    ) {
        self.files = files
        self.references = references
        self.environment = environment
    }

    func enter(file: String, text: String) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The character at a place of the file that is being read.
    func character(at place: SourcePlace) -> Unicode.Scalar? {
        guard lines.indices.contains(place.line - 1) else { return nil }
        return lines[place.line - 1].unicodeScalars.dropFirst(place.column - 1).first
    }

    func report(_ message: String, _ site: Site) {
        errors.append(ConfigurationError(path: site.path, place: site.place, message: message))
    }

    func place(of node: Node) -> SourcePlace {
        SourcePlace(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// Where a top-level key was given before, if it was.
    func firstPlace(ofTopLevelKey name: String, _ place: SourcePlace) -> SourcePlace? {
        if let other = topLevelKeys[name] { return other }
        topLevelKeys[name] = place
        return nil
    }

    /// Where an entry such as `flows.customers` was given before, if it was.
    func firstPlace(ofEntry path: String, _ place: SourcePlace) -> SourcePlace? {
        if let other = entryNames[path] { return other }
        entryNames[path] = place
        return nil
    }
}

extension ConfigurationReader {
    /// Whether an entry such as `systems.erp` was given, faulty or not.
    func hasEntry(_ path: String) -> Bool { entryNames[path] != nil }
}

// MARK: - Scalars

extension ConfigurationReader {
    /// A scalar after expansion.
    struct Text {
        let value: String
        /// As it stands in the file: the only form that messages may show.
        let written: String
        /// Where the value begins.
        let place: SourcePlace
        /// The indentation of a block of text.
        let indentation: Int
    }

    /// A scalar's text with `${…}` expanded; reports what is missing, and values that are no scalars.
    /// - Parameter expected: what to ask for, such as `a duration such as 10s`.
    func text(_ node: Node, expected: String, _ site: Site) -> Text? {
        guard let scalar = node.scalar else {
            report("expected \(expected), not a \(node.mapping == nil ? "list" : "mapping")", site)
            return nil
        }
        let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
        if !isQuoted, ["", "~", "null"].contains(scalar.string) {
            report("expected \(expected), found nothing", site)
            return nil
        }
        let expanded =
            references == .literal ? scalar.string : Expansion(reader: self, site: site).expand(scalar.string)
        guard let value = expanded else { return nil }
        let (place, indentation) = contentPlace(of: scalar, node)
        return Text(value: value, written: scalar.string, place: place, indentation: indentation)
    }

    /// Where a scalar's first character stands: behind a quote, or on the line below a `|`.
    private func contentPlace(of scalar: Node.Scalar, _ node: Node) -> (SourcePlace, Int) {
        let place = place(of: node)
        switch scalar.style {
        case .singleQuoted, .doubleQuoted:
            return (SourcePlace(file: file, line: place.line, column: place.column + 1), 0)
        case .literal, .folded:
            var line = place.line
            while line < lines.count, lines[line].allSatisfy({ $0 == " " || $0 == "\r" }) { line += 1 }
            let indentation = line < lines.count ? lines[line].prefix { $0 == " " }.count : 0
            return (SourcePlace(file: file, line: line + 1, column: indentation + 1), indentation)
        default:
            return (place, 0)
        }
    }

    /// Reports that a scalar is not what was expected; shows it as it is written.
    func reject(_ text: Text, expected: String, _ site: Site) {
        let expanded = text.written == text.value ? "" : ", once expanded,"
        report("‘\(text.written)’\(expanded) is not \(expected)", site)
    }
}
