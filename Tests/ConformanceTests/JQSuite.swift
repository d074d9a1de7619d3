/// A case of jq's own test files.
struct JQCase: Sendable {
    let file: String
    /// The line of the program, from 1.
    let line: Int
    let program: String
    let input: String
    let outputs: [String]
    /// Whether the program must not compile.
    let mustFail: Bool

    var place: String { "\(file):\(line)" }
}

/// Reads jq's test files: a program, an input and its outputs on a line each, a blank line behind; `%%FAIL` before a
/// program that must not compile, with jq's message behind it; `#` before a comment.
enum JQSuite {
    static func cases(_ text: String, file: String) -> [JQCase] {
        var cases: [JQCase] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var index = 0
        func isSkipped(_ line: String) -> Bool {
            let content = line.drop { $0 == " " || $0 == "\t" }
            return content.isEmpty || content.first == "#"
        }
        while index < lines.count {
            if isSkipped(lines[index]) {
                index += 1
                continue
            }
            let mustFail = lines[index].hasPrefix("%%FAIL")
            if mustFail { index += 1 }
            let start = index
            index += 1
            var rest: [String] = []
            while index < lines.count, !isBlank(lines[index]) {
                if !isComment(lines[index]) { rest.append(lines[index]) }
                index += 1
            }
            cases.append(
                JQCase(
                    file: file, line: start + 1, program: lines[start], input: mustFail ? "" : rest.first ?? "null",
                    outputs: mustFail ? [] : Array(rest.dropFirst()), mustFail: mustFail))
        }
        return cases
    }

    private static func isBlank(_ line: String) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }
    private static func isComment(_ line: String) -> Bool { line.first == "#" }
}
