/// What a program or a module's file holds: imports, definitions, and in a program an expression.
struct ParsedText {
    var imports: [Import] = []
    var definitions: [Definition] = []
    /// The expression behind the definitions; `nil` if there is none.
    var body: Expression?
    /// Where what follows the imports begins.
    var start: Place
}

/// `import "path" as name {…};`, `import "path" as $name {…};` or `include "path" {…};`
struct Import {
    enum Kind {
        /// Definitions are called `name::definition`.
        case module(String)
        /// The values of a JSON file, in `$name` and `$name::name`.
        case data(String)
        /// Definitions are called by their own names.
        case inclusion
    }

    let kind: Kind
    let path: String
    /// Folders to look in first, relative to the folder of the importing file: the `search` of its metadata.
    let search: [String]
    /// The path in the text.
    let place: Place
}
