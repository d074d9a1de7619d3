/// Why a program cannot be run, and where.
public struct CompileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, as one sentence without a full stop.
    public let message: String
    /// The name that the program was given, usually its file; or that of a module's file.
    public let name: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, in bytes of UTF-8.
    public let column: Int
    /// How many bytes the faulty stretch has within its line; at least 1.
    public let length: Int
    /// The text of the line.
    public let sourceLine: String

    init(_ message: String, at place: Place, in source: Source) {
        self.message = message
        name = source.name
        (line, column) = source.position(of: place.start)
        sourceLine = source.line(line)
        length = max(1, min(place.end - place.start, sourceLine.utf8.count - column + 1))
    }

    /// The place, the message, the line and a caret under the fault.
    public var description: String {
        let excerpt = SourceExcerpt.text(sourceLine, column: column, length: length)
        return "\(name):\(line):\(column): \(message)\n\(excerpt)"
    }
}
