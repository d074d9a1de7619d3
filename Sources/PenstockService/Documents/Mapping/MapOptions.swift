import JQ

/// What `penstock map` was asked for.
public struct MapOptions: Sendable {
    /// What stands on the command line for a variable.
    public enum Argument: Sendable {
        case text(String)
        case json(String)
        /// A file's documents as an array.
        case documents(path: String)
        /// A file's text.
        case file(path: String)
    }

    /// The program's text, and what to call it in messages: a file's path, or `<expression>`.
    public var program: String
    public var programName: String
    /// `-` is standard input.
    public var files: [String]
    public var environment = Environment()
    /// What to do when a program looks up a value map and there are none.
    public var mapHint: String?

    // MARK: Input

    /// All documents of all inputs become one array.
    public var slurps = false
    /// The program runs once, on `null`.
    public var readsNothing = false
    /// Each line is a string.
    public var readsText = false
    /// The variables `$event`, `$headers`, `$reference`, `$steps`, and those of the user's own.
    public var variables: [(name: String, value: Argument)] = []
    /// The most steps of one run.
    public var stepLimit = 1_000_000

    // MARK: Output

    /// Strings are printed without quotes.
    public var isRaw = false
    /// No line feed after an output; strings are printed without quotes.
    public var joinsOutput = false
    public var sortsKeys = false
    /// `nil`: on a terminal.
    public var colours: Bool?
    /// Whether a last output of `false` or `null`, or none, is a found problem.
    public var setsExitStatus = false
    var layout = DocumentPrinter.Layout.spaces(2)

    public init(program: String, programName: String, files: [String]) {
        self.program = program
        self.programName = programName
        self.files = files
    }

    /// Sets how outputs are laid out. Spaces for each level; 0 is everything on one line.
    public mutating func indent(spaces: Int) {
        layout = spaces == 0 ? .compact : .spaces(spaces)
    }

    /// Sets a tab for each level.
    public mutating func indentByTabs() {
        layout = .tabs
    }
}
