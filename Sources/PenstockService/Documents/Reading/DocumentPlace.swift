import JSON

/// Where a document stands in an input.
struct DocumentPlace: Sendable {
    /// The path, or `standard input`.
    let name: String
    /// Of the document's first byte, from 1; the column counts bytes.
    let line: Int
    let column: Int
    /// How many documents the input has before this one.
    let index: Int
    /// Whether no other document stands on the same line before it.
    let isFirst: Bool

    /// `orders.ndjson:17`; with the column, if it is not the line's first document.
    var description: String { isFirst ? "\(name):\(line)" : "\(name):\(line):\(column)" }

    /// The place in the input of a place in the document's text.
    func place(_ place: TextPlace) -> TextPlace {
        place.line == 1
            ? TextPlace(line: line, column: column + place.column - 1)
            : TextPlace(line: line + place.line - 1, column: place.column)
    }
}

/// A part of an input that is no document, and where.
struct InputFault: Sendable {
    let name: String
    let place: TextPlace
    let message: String
    /// The line in question and a caret under the place, if there is something to show.
    let excerpt: [String]

    init(name: String, place: TextPlace, message: String, excerpt: [String] = []) {
        self.name = name
        self.place = place
        self.message = message
        self.excerpt = excerpt
    }

    /// - Parameter isLast: whether what follows in the input is not read.
    init(_ error: ParseError, at document: DocumentPlace, in text: UnsafeRawBufferPointer, isLast: Bool) {
        let place = document.place(TextPlace(line: error.line, column: error.column))
        let rest = isLast && error.offset < text.count ? "; the rest of this input is not read" : ""
        self.init(
            name: document.name, place: place, message: error.message + rest,
            excerpt: SourceExcerpt.lines(of: text, at: error.offset..<error.offset + 1))
    }

    /// `orders.ndjson:17:5: what is wrong`, then the line with a caret.
    var description: String {
        (["\(name):\(place.line):\(place.column): \(message)"] + excerpt).joined(separator: "\n")
    }
}
