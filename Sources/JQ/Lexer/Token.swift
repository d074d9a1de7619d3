/// A token of a program: what it is, its text, and where it stands.
struct Token {
    enum Kind {
        /// A name, also one with a module prefix (`a::b`).
        case identifier
        /// A reserved word.
        case keyword
        /// `.name`; the text is the name.
        case field
        /// `$name`; the text is the name.
        case variable
        /// `@name`; the text is the name.
        case format
        /// A number's literal.
        case number
        /// The quote that opens a string, and the one that closes it.
        case stringStart, stringEnd
        /// A piece of a string between quotes and interpolations, with its escapes resolved.
        case stringText
        /// `\(` and the `)` that belongs to it.
        case interpolationStart, interpolationEnd
        /// An operator or a bracket.
        case symbol
        case end
    }

    let kind: Kind
    let text: String
    let place: Place

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
    func isKeyword(_ word: String) -> Bool { kind == .keyword && text == word }
}

/// A stretch of the program's text, in bytes from its start.
struct Place: Equatable {
    var start: Int
    var end: Int
    /// Which text: ``Source/index``.
    var source: UInt16 = 0

    /// The stretch from the start of this one to the end of another.
    func through(_ other: Place) -> Place { Place(start: start, end: max(end, other.end), source: source) }

    /// The empty stretch where this one starts.
    var beginning: Place { Place(start: start, end: start, source: source) }
}
