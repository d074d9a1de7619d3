import JSON

extension Generator {
    private static let attempts = 40
    /// Strings beyond this are not made, whatever the schema asks for.
    private static let lengthLimit = 10_000

    func string(_ conjunction: Conjunction) -> Value? {
        let facts = StringFacts(conjunction, reasoner)
        guard !facts.isEmpty, facts.minLength <= Self.lengthLimit else {
            note(.minLength, conjunction, "no string is of a length that is asked for")
            return nil
        }
        if random.happens(20), let hint = random.pick(hints.values.filter { $0.kind == .string }) { return hint }
        let trees = facts.patterns.sorted().map { PatternReader.read($0.bytes) }
        for attempt in 0..<Self.attempts {
            guard let text = text(facts, trees, attempt: attempt) else { break }
            if let value = string(text), fits(value, facts) { return value }
        }
        if let value = stated(conjunction) { return value }
        noteFailure(facts, trees, conjunction)
        return nil
    }

    private func stated(_ conjunction: Conjunction) -> Value? {
        conjunction.holding.lazy.compactMap { claim -> Value? in
            let schema = self.side.place(claim.node).value
            let values = (schema["examples"].map { Array($0.elements) } ?? []) + [schema["default"]].compactMap(\.self)
            return values.first { self.accepts(conjunction.facts, $0) }
        }.first
    }

    private func text(_ facts: StringFacts, _ trees: [PatternTree?], attempt: Int) -> [UInt8]? {
        let isPatternFirst = !trees.isEmpty && (facts.formats.isEmpty || attempt % 2 == 1)
        if isPatternFirst {
            guard let tree = random.pick(trees.compactMap(\.self)) else { return facts.formats.isEmpty ? nil : [] }
            var text = PatternWriter.write(tree, reach: reach(facts, attempt), &random)
            // Where the pattern does not say how the string ends, anything may follow.
            while text.count < facts.minLength, attempt % 3 != 0 { text += Array(FreeText.word(&random).utf8) }
            return text
        }
        if let format = facts.formats.first { return Array(FormatText.make(format, &random).utf8) }
        return FreeText.make(length: length(facts), &random)
    }

    /// How many more times than it must a part of a pattern is repeated.
    private func reach(_ facts: StringFacts, _ attempt: Int) -> Int {
        attempt % 4 == 0 ? 0 : attempt % 4 == 3 ? min(facts.minLength, 200) + 2 : random.below(6)
    }

    private func length(_ facts: StringFacts) -> Int {
        let longest = min(facts.maxLength, facts.minLength + 24, Self.lengthLimit)
        if random.happens(30), let hint = random.pick(hints.lengths), hint >= facts.minLength, hint <= facts.maxLength {
            return hint
        }
        switch random.below(5) {
        case 0: return facts.minLength
        case 1 where facts.maxLength <= 300: return facts.maxLength
        default: return random.within(facts.minLength...max(longest, facts.minLength))
        }
    }

    private func fits(_ value: Value, _ facts: StringFacts) -> Bool {
        side.machine.hasLength(value, from: facts.minLength, to: facts.maxLength)
            && facts.formats.allSatisfy { $0.matches(value.bytes) }
            && facts.patterns.allSatisfy { pattern in
                (try? reasoner.expression(pattern)?.matches(value.bytes)) == true
            }
    }

    private func noteFailure(_ facts: StringFacts, _ trees: [PatternTree?], _ conjunction: Conjunction) {
        guard let pattern = facts.patterns.sorted().first else {
            note(.format, conjunction, "no string was found that has this format and a length that is asked for")
            return
        }
        let reason =
            trees.contains { $0 == nil }
            ? "strings cannot be made from it; give `examples`" : "no string was found that matches it and all else"
        note(.pattern, conjunction, "the pattern \"\(pattern.text)\": \(reason)")
    }
}

/// Text without any form.
enum FreeText {
    private static let alphabet: [[UInt8]] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,:;/@#&'".map { Array($0.utf8) }
    /// What tends to go wrong: escapes, several bytes a character, beyond the basic plane.
    private static let special: [[UInt8]] = ["ä", "ß", "é", "漢", "字", "😀", "\"", "\\", "\n", "\t", "\u{1}", "\u{7F}"]
        .map { Array($0.utf8) }

    private static let words = [
        "alder", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "iris", "juniper", "kelp", "larch",
        "moss", "nettle", "oak", "pine", "quartz", "reed", "sage", "thyme", "umber", "vine", "willow", "yarrow",
    ]

    static func word(_ random: inout Randomness) -> String { random.pick(words) ?? "" }

    /// A text of so many characters (code points): words, or anything.
    static func make(length: Int, _ random: inout Randomness) -> [UInt8] {
        if random.happens(50) {
            var text: [UInt8] = []
            while text.count < length { text += Array(word(&random).utf8) + [UInt8(ascii: " ")] }
            // The last character is no space.
            return text.prefix(length).dropLast() + (length > 0 ? [UInt8(ascii: "s")] : [])
        }
        let isPlain = random.happens(60)
        return (0..<length).flatMap { _ in
            random.pick(isPlain || random.happens(70) ? alphabet : special) ?? []
        }
    }
}
