@testable import JQ

/// Makes `docs/builtins.md` from the table of builtins and from what ``LanguageNotes`` says around it.
enum BuiltinReference {
    static var text: String {
        var lines = [LanguageNotes.introduction]
        lines.append("\n## Contents\n")
        for subject in Subject.all {
            let names = subject.builtins.filter(isPublic).map { "`\($0.name)`" }
            let anchor = subject.title.lowercased().filter { $0 != "," }.replacing(" ", with: "-")
            lines.append("- [\(subject.title)](#\(anchor)): \(unique(names).joined(separator: " "))")
        }
        for subject in Subject.all {
            lines.append("\n## \(subject.title)")
            if let note = LanguageNotes.bySubject[subject.title] { lines.append("\n" + note) }
            for builtin in subject.builtins where isPublic(builtin) { lines.append(entry(builtin)) }
        }
        lines.append("\n## Formats\n")
        lines.append("`@name` gives its input as a string; `@name \"text \\(value)\"` formats what is interpolated.\n")
        lines.append("| format | gives | example |\n|---|---|---|")
        for format in LanguageNotes.formats {
            let example = code(line(format.example)).replacing("|", with: "\\|")
            lines.append("| `@\(format.name)` | \(format.summary) | \(example) |")
        }
        lines.append("\n## What is refused\n")
        lines.append("These exist in jq; a program that names one does not compile.\n")
        lines.append("| name | why |\n|---|---|")
        for (name, reason) in Builtin.refused.sorted(by: { $0.key < $1.key }) {
            lines.append("| `\(name)` | \(reason) |")
        }
        lines.append("| `$ENV`, `$__prog_args` | reach outside the event and are not available |")
        lines.append("\n" + LanguageNotes.deviations)
        return lines.joined(separator: "\n") + "\n"
    }

    static func isPublic(_ builtin: Builtin) -> Bool { !builtin.name.hasPrefix("_") }

    private static func entry(_ builtin: Builtin) -> String {
        let examples = builtin.examples.map { "    " + line($0) }
        return "\n### `\(builtin.signature)`\n\n\(builtin.summary)\n\n" + examples.joined(separator: "\n")
    }

    /// `input | program → output`; no input where it does not matter.
    private static func line(_ example: Builtin.Example) -> String {
        let input = example.input == "null" ? "" : "\(example.input) | "
        return "\(input)\(example.program)  →  \(example.output)"
    }

    private static func code(_ text: String) -> String { text.contains("`") ? "`` \(text) ``" : "`\(text)`" }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
