/// A line and a column of a text, both from 1; the column counts bytes, as that of ``ParseError`` does.
public struct TextPlace: Hashable, Sendable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place of a byte of a text. A line ends with a line feed.
    public init(of offset: Int, in text: UnsafeRawBufferPointer) {
        line = 1
        var lineStart = 0
        for index in 0..<min(offset, text.count) where text[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        column = offset - lineStart + 1
    }
}
