extension Configuration {
    /// The reference of all keys in Markdown, from the same declarations that read them.
    public static func referenceText() -> String {
        var text = """
            # Configuration

            Made from the declarations in `Sources/Flows/Configuration`; do not edit.

            YAML, one file or a folder of files. In values, `${NAME}` and `${NAME:-default}` stand for environment
            variables and `${file:/run/secrets/name}` for the contents of a file, without the newline at its end; `$${`
            stands for the characters `${`. What is missing is an error, and so is a key that is not listed here. Paths
            are relative to the file that they stand in. Names of flows, systems and steps consist of lower-case letters,
            digits and `-`.

            """
        append(section.description, path: "", to: &text)
        return text
    }

    private static func append(_ section: SectionDescription, path: String, to text: inout String) {
        text += "\n## \(path.isEmpty ? "Top level" : "`\(path)`")\n\n\(section.documentation)\n\n"
        text += "| key | type | default | meaning | example |\n|---|---|---|---|---|\n"
        for field in section.fields where field.refusal == nil {
            let standard = field.isRequired ? "**required**" : field.defaultText.map(words) ?? ""
            text +=
                "| `\(field.name)` | \(field.type) | \(standard) | \(field.documentation) | \(code(field.example)) |\n"
        }
        let refused = section.fields.filter { $0.refusal != nil }.map { "`\($0.name)`" }
        if !refused.isEmpty {
            text += "\nKnown, but refused by this version: \(refused.joined(separator: ", ")).\n"
        }
        for field in section.fields {
            let fieldPath = path.isEmpty ? field.name : "\(path).\(field.name)"
            for (suffix, child) in field.sections { append(child, path: fieldPath + suffix, to: &text) }
        }
    }

    /// A default as code, unless it is told in words.
    private static func words(_ text: String) -> String { text.contains(" ") ? text : code(text) }

    private static func code(_ text: String) -> String {
        "`\(text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|"))`"
    }
}
