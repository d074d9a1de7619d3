/// A place in a configuration file.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
    /// The file's path as the user gave it.
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// In Unicode scalars, counted from 1.
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, which editors and terminals make a link of.
    public var description: String { "\(file):\(line):\(column)" }
}

extension Configuration {
    /// A jq expression from the configuration, not yet compiled. It knows where it stands, so that an error inside it can
    /// be shown in the file.
    public struct Expression: Sendable, Hashable {
        /// The jq text.
        public let text: String
        /// The key it belongs to, such as `flows.customers.steps[0].when`.
        public let path: String
        /// Where the text begins: its first character, not the key.
        public let place: SourcePlace
        /// Columns to add on each line but the first: the indentation of a block of text.
        let indentation: Int

        public init(text: String, path: String, place: SourcePlace, indentation: Int = 0) {
            self.text = text
            self.path = path
            self.place = place
            self.indentation = indentation
        }

        /// The place in the file of a position inside the text; both count lines and columns from 1.
        public func place(line: Int, column: Int) -> SourcePlace {
            if line <= 1 {
                return SourcePlace(file: place.file, line: place.line, column: place.column + column - 1)
            }
            return SourcePlace(file: place.file, line: place.line + line - 1, column: indentation + column)
        }
    }
}
