/// Changes programs by their words.
enum ProgramMutator {
    /// Whole programs around a program; `$` is where it goes.
    private static let frames = [
        "($)", "[$]", "{a: ($)}", "try ($)", "try ($) catch .", "path($)", "[paths] | $", "($) |= .", "($) |= empty",
        "first($)", "[limit(3; $)]", "label $out | ($), break $out", "reduce ($) as $x (0; . + 1)",
        "foreach ($) as $x (.; $; [., $x])", "def f: $; f, f", "def f(g): g | $; f($)", "\"a\\($)b\"",
        "@json \"\\($)\"",
        "del($)", "($) += 1", "($) //= 1", "($) = 1", "if $ then . else $ end", "($) as $y | $y",
        "($) as [$a, $b] | $a",
        ". as {a: $q} ?// [$q] | $", "to_entries | map($)", "with_entries($)", "walk($)", "[recurse($)] | length",
        "[.[]? | $]", "sort_by($)", "group_by($)", "[splits($)]", "getpath([$])", "any($)", "isvalid($)", "-($)",
        "($) | tojson | fromjson", "($)?", "[$][1:]", "{($): 1}", "($) and ($)", "($) // ($)", "tostream | $",
        "def f: def g: $; g | f?; f", "until(true; $)", "[while(false; $)]", "limit(2; repeat($))", "input | $",
    ]

    static func mutate(_ original: [UInt8], _ dice: inout Dice, other: [UInt8]) -> [UInt8] {
        var words = split(original)
        for _ in 0...dice.few(4) { change(&words, &dice, other) }
        var program = Array(words.joined())
        if dice.once(in: 2) { program = framed(program, &dice) }
        if program.count > ByteMutator.byteLimit { program.removeSubrange(ByteMutator.byteLimit...) }
        return program
    }

    private static func framed(_ program: [UInt8], _ dice: inout Dice) -> [UInt8] {
        let pieces = dice.pick(frames).split(separator: "$", omittingEmptySubsequences: false)
        var result: [UInt8] = []
        for (position, piece) in pieces.enumerated() {
            // A `$` before a letter is a variable's.
            if position > 0 { result += piece.first?.isLetter == true ? [UInt8(ascii: "$")] : program }
            result += piece.utf8
        }
        return result
    }

    private static func change(_ words: inout [[UInt8]], _ dice: inout Dice, _ other: [UInt8]) {
        let place = dice.below(words.count + 1)
        let token = Array(dice.pick(dice.once(in: 2) ? Vocabulary.program : Vocabulary.calls).utf8)
        switch dice.below(9) {
        case 0 where place < words.count: words.remove(at: place)
        case 1 where place < words.count: words[place] = token
        case 2: words.insert(token, at: place)
        case 3 where place < words.count: words.swapAt(place, dice.below(words.count))
        case 4 where place < words.count: words.insert(words[place], at: dice.below(words.count))
        case 5:
            let others = split(other)
            let start = dice.below(others.count)
            words.insert(contentsOf: others[start..<min(others.count, start + 1 + dice.few(8))], at: place)
        case 6: words.append(Array("| ".utf8) + token)
        case 7: words.insert(token + Array(" | ".utf8), at: 0)
        default:
            let times = dice.once(in: 10) ? dice.below(2000) : dice.below(6)
            words.insert(
                Array(repeatElement(token, count: min(times, 20_000 / max(token.count, 1))).joined()), at: place)
        }
    }

    /// Words, numbers, runs of spaces and strings as a whole, everything else byte by byte.
    static func split(_ program: [UInt8]) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var rest = program[...]
        while let first = rest.first {
            let word: ArraySlice<UInt8>
            if isWord(first) {
                word = rest.prefix(while: isWord)
            } else if first == UInt8(ascii: "\""), let end = endOfString(rest) {
                word = rest[...end]
            } else {
                word = rest.prefix(1)
            }
            words.append(Array(word))
            rest = rest[word.endIndex...]
        }
        return words
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte == UInt8(ascii: "@")
            || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    /// The closing quote of a string that begins here, if it holds no interpolation.
    private static func endOfString(_ bytes: ArraySlice<UInt8>) -> Int? {
        var place = bytes.startIndex + 1
        while place < bytes.endIndex {
            switch bytes[place] {
            case UInt8(ascii: "\""): return place
            case UInt8(ascii: "\\"):
                if place + 1 < bytes.endIndex, bytes[place + 1] == UInt8(ascii: "(") { return nil }
                place += 2
            default: place += 1
            }
        }
        return nil
    }
}
