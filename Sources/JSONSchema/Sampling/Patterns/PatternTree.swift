/// A pattern's structure, as far as strings can be made from it. What only restricts (look-around, word boundaries) is
/// left out: whoever makes a string from a tree matches it against the pattern.
indirect enum PatternTree {
    /// One character of these ranges.
    case set([ClosedRange<UInt32>])
    case sequence([PatternTree])
    case alternatives([PatternTree])
    /// From `least` times to `most`; `nil` is without end.
    case repeated(PatternTree, least: Int, most: Int?)
    /// `^`, `$`: nothing comes before, or after.
    case start, end
}

/// Makes strings from a pattern's structure.
enum PatternWriter {
    private static let lengthLimit = 4_000

    /// A text that most likely matches, in UTF-8.
    /// - Parameter reach: how many more times than it must a part may be repeated.
    static func write(_ tree: PatternTree, reach: Int, _ random: inout Randomness) -> [UInt8] {
        var output: [UInt8] = []
        write(tree, reach, &random, &output)
        return output
    }

    private static func write(_ tree: PatternTree, _ reach: Int, _ random: inout Randomness, _ output: inout [UInt8]) {
        guard output.count < lengthLimit else { return }
        switch tree {
        case .start, .end: break
        case .set(let ranges):
            guard let range = random.pick(ranges) else { return }
            let offset = random.below(Int(range.upperBound - range.lowerBound) + 1)
            guard let scalar = Unicode.Scalar(range.lowerBound + UInt32(offset)) else { return }
            output += Array(String(scalar).utf8)
        case .sequence(let parts):
            for part in parts { write(part, reach, &random, &output) }
        case .alternatives(let cases):
            if let chosen = random.pick(cases) { write(chosen, reach, &random, &output) }
        case .repeated(let part, let least, let most):
            let count = random.within(least...max(least, min(most ?? .max, least + reach)))
            for _ in 0..<count { write(part, reach, &random, &output) }
        }
    }
}
