/// Makes jq programs from a grammar with kinds: most of them mean something, and run without an error.
///
/// A rule is a text with places to fill: `<n>` is an expression of the kind n, `<n@s>` one whose input is of the kind
/// s, and `<n+s>` one that may use the variable `$!` of the kind s, for which each use of the rule takes a name of its
/// own.
public struct ProgramGenerator {
    /// What an expression yields, or what its input is. See ``Grammar`` for what the letters stand for.
    typealias Kind = Character

    public private(set) var dice: Dice
    private var nextName = 0
    private var variables: [(name: String, kind: Kind)] = []
    private let grammar: Grammar

    public init(_ dice: Dice) {
        self.dice = dice
        grammar = Grammar.shared
    }

    /// A program for a document of ``document()``.
    public mutating func program() -> String {
        nextName = 0
        variables = []
        let program = expression(dice.once(in: 2) ? "x" : "a", input: "d", depth: 1 + dice.below(4))
        let own = Self.own.filter { program.contains($0.name + "(") }.map(\.definition)
        return (own + [program]).joined(separator: " ")
    }

    /// Programs update, multiply and index by functions of their own where a known difference is to be told from
    /// others: such a definition can be replaced.
    static let own = [
        (name: "update", definition: "def update(p; f): p |= f;"),
        (name: "times", definition: "def times(a; b): a * b;"),
        (name: "at", definition: "def at(i): .[i];"),
    ]

    private mutating func expression(_ wanted: Kind, input: Kind, depth: Int) -> String {
        // Now and then something of the wrong kind.
        let kind = dice.once(in: 40) ? dice.pick(grammar.kinds) : wanted
        if kind == "a" { return expression(dice.pick(grammar.concrete), input: input, depth: depth) }
        if depth > 0, let rules = grammar.rules[kind], !dice.once(in: 5) {
            return fill(dice.pick(rules), input: input, depth: depth - 1)
        }
        return atom(kind, input: input)
    }

    /// Something short: the input or a part of it, a variable, a literal.
    private mutating func atom(_ kind: Kind, input: Kind) -> String {
        let fitting = variables.filter { $0.kind == kind }
        if !fitting.isEmpty, dice.once(in: 2) { return "$" + dice.pick(fitting).name }
        if let parts = grammar.parts[input]?[kind], !dice.once(in: 4) { return dice.pick(parts) }
        if let literals = grammar.literals[kind] { return dice.pick(literals) }
        return "."
    }

    private mutating func fill(_ rule: String, input: Kind, depth: Int) -> String {
        var result = ""
        var name = ""
        if rule.contains("$!") {
            nextName += 1
            name = "v\(nextName)"
        }
        var rest = rule[...]
        while let open = rest.firstIndex(of: "<") {
            result += rest[..<open]
            rest = rest[rest.index(after: open)...]
            // A comparison's sign, or a group's name in a regular expression, is no place.
            if let close = rest.firstIndex(of: ">"), isPlace(rest[..<close]) {
                result += part(Array(rest[..<close]), input: input, depth: depth, name: name)
                rest = rest[rest.index(after: close)...]
            } else {
                result += "<"
            }
        }
        result += rest
        return name.isEmpty ? result : result.replacing("$!", with: "$" + name)
    }

    private func isPlace(_ text: Substring) -> Bool {
        guard let kind = text.first, grammar.literals[kind] != nil || kind == "a" else { return false }
        return text.count == 1 || text.dropFirst().first == "@" || text.dropFirst().first == "+"
    }

    private mutating func part(_ place: [Character], input: Kind, depth: Int, name: String) -> String {
        guard let kind = place.first else { return "" }
        var input = input
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        var index = 1
        while index + 1 < place.count {
            if place[index] == "@" { input = place[index + 1] } else { variables.append((name, place[index + 1])) }
            index += 2
        }
        return expression(kind, input: input, depth: depth)
    }

    // MARK: Documents

    /// A document with the members that the programs read, now and then others or none.
    public mutating func document() -> String {
        let members = Grammar.members.compactMap { member -> String? in
            dice.once(in: 20) ? nil : "\"\(member.name)\":\(value(dice.once(in: 25) ? "a" : member.kind, depth: 2))"
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func value(_ wanted: Kind, depth: Int) -> String {
        let kind = wanted == "a" ? dice.pick(Array("nsbNSoO")) : wanted
        switch kind {
        case "N", "S", "O":
            let element: Kind = kind == "N" ? "n" : (kind == "S" ? "s" : "o")
            return "[" + (0..<dice.below(5)).map { _ in value(element, depth: depth - 1) }.joined(separator: ",") + "]"
        case "o":
            let note = depth > 0 && dice.once(in: 6) ? ",\"x\":\(value("a", depth: depth - 1))" : ""
            return "{\"k\":\(value("s", depth: 0)),\"v\":\(value("n", depth: 0))\(note)}"
        case "x": return depth > 0 ? value("a", depth: depth - 1) : "null"
        default: return dice.pick(grammar.data[kind] ?? ["null"])
        }
    }
}
