/// The line of a text that a message is about, with a caret under the place; long lines are cut around it.
enum SourceExcerpt {
    /// The most characters of a line that are shown.
    static let width = 100

    /// Two lines, indented by four spaces; none for a line without text.
    /// - Parameter range: the bytes in question; those behind the line's end are not marked.
    static func lines(of text: UnsafeRawBufferPointer, at range: Range<Int>) -> [String] {
        let offset = min(range.lowerBound, text.count)
        // More of a line than this many bytes is not looked at.
        let reach = width * 8
        var start = offset
        while start > 0, offset - start < reach, text[start - 1] != 0x0A { start -= 1 }
        var end = offset
        while end < text.count, end - offset < reach, text[end] != 0x0A, text[end] != 0x0D { end += 1 }
        let before = characters(text, start..<offset)
        let marked = max(1, characters(text, offset..<min(max(range.upperBound, offset), end)).count)
        let after = characters(text, offset..<end)
        return lines(before: before, after: after, marked: marked)
    }

    /// - Parameters:
    ///   - line: the line's text.
    ///   - column: in characters, from 1.
    static func lines(of line: String, column: Int, marked: Int = 1) -> [String] {
        let line = line.map { printable($0) }
        let position = min(max(column - 1, 0), line.count)
        return lines(before: Array(line[..<position]), after: Array(line[position...]), marked: marked)
    }

    private static func lines(before: [Character], after: [Character], marked: Int) -> [String] {
        var before = before
        var after = after
        let lead = max(width / 3, width - after.count)
        if before.count > lead { before = ["…"] + before.suffix(lead - 1) }
        let room = max(width - before.count, width / 3)
        if after.count > room { after = after.prefix(room - 1) + ["…"] }
        guard before.contains(where: { !$0.isWhitespace }) || after.contains(where: { !$0.isWhitespace }) else {
            return []
        }
        let indent: [Character] = before.map { $0 == "\t" ? "\t" : " " }
        let carets = "^" + String(repeating: "~", count: max(0, min(marked, after.count) - 1))
        return ["    " + String(before) + String(after), "    " + String(indent) + carets]
    }

    private static func characters(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> [Character] {
        String(decoding: UnsafeRawBufferPointer(rebasing: text[range]), as: UTF8.self).map { printable($0) }
    }

    /// Nothing that a terminal would take for a command.
    private static func printable(_ character: Character) -> Character {
        guard character != "\t" else { return character }
        let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return isControl ? "\u{FFFD}" : character
    }
}
