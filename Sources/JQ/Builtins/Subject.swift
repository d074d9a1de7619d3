/// Builtins that belong together, for the reference.
struct Subject: Sendable {
    let title: String
    let builtins: [Builtin]

    private init(_ title: String, _ builtins: [Builtin]) {
        self.title = title
        self.builtins = builtins
    }

    static let all: [Subject] = [
        Subject("Kinds and conversion", Builtin.basics),
        Subject("Choices, sequences and errors", Builtin.control),
        Subject("Arrays and objects", Builtin.collections),
        Subject("Paths and entries", Builtin.paths),
        Subject("Strings", Builtin.strings),
        Subject("Regular expressions", Builtin.expressions),
        Subject("Dates", Builtin.dates),
        Subject("Numbers", Builtin.numbers),
        Subject("Decimals", Builtin.decimals),
        Subject("Value maps", Builtin.valueMapBuiltins),
        Subject("Identifiers", Builtin.identifiers),
        Subject("Mathematics", Builtin.mathematics),
        Subject("Streams", Builtin.streams),
    ]
}
