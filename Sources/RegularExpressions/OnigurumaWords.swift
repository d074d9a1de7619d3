/// Brings Oniguruma's notion of a word into a pattern for PCRE2.
///
/// To Oniguruma marks and all connecting punctuation are parts of words; to PCRE2 before 10.43 they are none, and
/// numbers other than decimal digits are. So `\w`, `\W`, `\b` and `\B` are replaced by classes, if they occur at all.
struct OnigurumaWords {
    private static let members = #"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}"#

    private let pattern: [UInt8]
    private var output: [UInt8] = []
    private var index = 0
    /// How many `[` are open.
    private var classDepth = 0

    /// The pattern, which PCRE2 has accepted as it is, with these escapes replaced.
    static func replace(in pattern: [UInt8]) -> [UInt8] {
        var words = OnigurumaWords(pattern: pattern)
        while words.index < pattern.count { words.step() }
        return words.output
    }

    private init(pattern: [UInt8]) { self.pattern = pattern }

    private mutating func step() {
        let byte = pattern[index]
        if byte == UInt8(ascii: "\\"), index + 1 < pattern.count { return escape(pattern[index + 1]) }
        if byte == UInt8(ascii: "[") {
            copy(1)
            classDepth += 1
            if classDepth == 1 {
                // A `]` at the beginning is one of the class.
                if at(index) == UInt8(ascii: "^") { copy(1) }
                if at(index) == UInt8(ascii: "]") { copy(1) }
            } else if at(index) != UInt8(ascii: ":") {
                // Only `[:name:]` nests; any other `[` in a class is itself.
                classDepth -= 1
            }
            return
        }
        if byte == UInt8(ascii: "]"), classDepth > 0 { classDepth -= 1 }
        copy(1)
    }

    private mutating func escape(_ letter: UInt8) {
        switch letter {
        case UInt8(ascii: "Q"): copyQuoted()
        case UInt8(ascii: "w"): replace(classDepth > 0 ? Self.members : "[\(Self.members)]")
        case UInt8(ascii: "W") where classDepth == 0: replace("[^\(Self.members)]")
        case UInt8(ascii: "b") where classDepth == 0:
            replace("(?:(?<=[\(Self.members)])(?![\(Self.members)])|(?<![\(Self.members)])(?=[\(Self.members)]))")
        case UInt8(ascii: "B") where classDepth == 0:
            replace("(?:(?<=[\(Self.members)])(?=[\(Self.members)])|(?<![\(Self.members)])(?![\(Self.members)]))")
        default: copy(2)
        }
    }

    /// `\Q…\E` is what it says, letter for letter.
    private mutating func copyQuoted() {
        copy(2)
        while index < pattern.count {
            if pattern[index] == UInt8(ascii: "\\"), at(index + 1) == UInt8(ascii: "E") { return copy(2) }
            copy(1)
        }
    }

    private func at(_ index: Int) -> UInt8? { index < pattern.count ? pattern[index] : nil }

    private mutating func copy(_ count: Int) {
        output.append(contentsOf: pattern[index..<min(index + count, pattern.count)])
        index = min(index + count, pattern.count)
    }

    private mutating func replace(_ text: String) {
        output.append(contentsOf: text.utf8)
        index += 2
    }
}
