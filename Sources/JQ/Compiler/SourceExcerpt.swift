/// A line of a program with carets under a stretch of it, for messages.
enum SourceExcerpt {
    /// - Parameters:
    ///   - line: the text of the line.
    ///   - column: where the stretch begins, from 1, in bytes of UTF-8.
    ///   - length: its bytes.
    static func text(_ line: String, column: Int, length: Int) -> String {
        let before = String(decoding: line.utf8.prefix(column - 1), as: UTF8.self)
        let stretch = String(decoding: line.utf8.dropFirst(column - 1).prefix(length), as: UTF8.self)
        // A character is one column wide, whatever its bytes; a tab stays a tab.
        let indent = String(before.map { $0 == "\t" ? "\t" : " " })
        let carets = String(repeating: "^", count: max(stretch.count, 1))
        return "    \(line)\n    \(indent)\(carets)"
    }
}
