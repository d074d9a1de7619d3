/// A program's text and its name, for messages.
struct Source: Sendable {
    /// The file's name, or `<program>`.
    let name: String
    /// Its position among the texts of a program: 0 is the program's own, the others are modules.
    let index: UInt16
    let bytes: [UInt8]

    init(_ text: String, name: String, index: UInt16 = 0) {
        self.name = name
        self.index = index
        bytes = Array(text.utf8)
    }

    /// The line and column of a byte, both from 1; the column counts bytes.
    func position(of offset: Int) -> (line: Int, column: Int) {
        let before = bytes.prefix(offset)
        let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        return (line, min(offset, bytes.count) - lineStart + 1)
    }

    /// The text of a line, counted from 1, without its end.
    func line(_ number: Int) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard number >= 1, number <= lines.count else { return "" }
        return String(decoding: lines[number - 1], as: UTF8.self)
    }
}
