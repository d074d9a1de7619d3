/// Generated programs on generated documents, here and in the program `jq`.
public struct Differential {
    public struct Difference: Sendable, CustomStringConvertible {
        public let number: Int
        public let program: String
        public let document: String
        public let ours: ProgramOutcome
        public let theirs: ProgramOutcome

        public var description: String {
            "program \(number): \(program)\n  on   \(document)\n  ours \(ours)\n  jq   \(theirs)"
        }
    }

    /// Programs that were compared, and documents that they ran on, all in all.
    public private(set) var programs = 0
    public private(set) var runs = 0
    /// Runs that ended with an error on both sides.
    public private(set) var errors = 0
    /// Programs that jq crashes on, or takes too long for.
    public private(set) var unanswered: [(number: Int, program: String)] = []
    /// How often each explanation was needed.
    public private(set) var explained: [String: Int] = [:]
    public private(set) var unexplained: [Difference] = []

    private let peer: JQPeer
    private let ourSide = OurSide()
    private let comparison = OutcomeComparison()

    public init(peer: JQPeer) { self.peer = peer }

    /// Compares the programs with these numbers, so many at a time.
    public mutating func run(seed: UInt64, numbers: Range<Int>, batch: Int = 100, documents: Int = 3) {
        var start = numbers.lowerBound
        while start < numbers.upperBound {
            let end = min(start + batch, numbers.upperBound)
            var generator = ProgramGenerator(Dice(seed: seed, number: -1 - start / batch))
            let documents = (0..<documents).map { _ in generator.document() }
            compare(Array(start..<end), documents) { number in
                var generator = ProgramGenerator(Dice(seed: seed, number: number))
                return generator.program()
            }
            start = end
        }
    }

    /// What came of it, for people.
    public var report: String {
        var lines = [
            "\(peer.version): \(programs) programs, \(runs) runs (\(errors) end with an error on both sides), "
                + "\(unanswered.count) programs without an answer, "
                + "\(explained.values.reduce(0, +)) differences explained, \(unexplained.count) not"
        ]
        for (name, count) in explained.sorted(by: { $0.key < $1.key }) { lines.append("    \(count)  \(name)") }
        for (number, program) in unanswered.prefix(20) { lines.append("    no answer to \(number): \(program)") }
        return lines.joined(separator: "\n")
    }

    private mutating func compare(_ numbers: [Int], _ documents: [String], _ make: (Int) -> String) {
        let texts = numbers.map(make)
        let answers = peer.run(texts, on: documents)
        for (position, text) in texts.enumerated() {
            guard let theirs = answers[position] else {
                unanswered.append((numbers[position], text))
                continue
            }
            programs += 1
            let ours = ourSide.run(text, on: documents)
            for (place, document) in documents.enumerated() where theirs.indices.contains(place) {
                runs += 1
                judge(
                    Difference(
                        number: numbers[position], program: text, document: document, ours: ours[place],
                        theirs: theirs[place]))
            }
        }
    }

    private mutating func judge(_ difference: Difference) {
        if difference.ours.hasFailed, difference.theirs.hasFailed { errors += 1 }
        if comparison.areEqual(difference.ours, difference.theirs) { return }
        if let names = explanation(of: difference) {
            for name in names { explained[name, default: 0] += 1 }
        } else {
            unexplained.append(difference)
        }
    }

    /// The names of those known differences that make the whole of this one; `nil` if there are none.
    private func explanation(of difference: Difference) -> [String]? {
        let known = ExplainedDifference.concerning(difference.program)
        // One alone explains more than several together.
        for attempt in known.map({ [$0] }) + (known.count > 1 ? [known] : []) {
            let text = attempt.reduce(difference.program) { $1.applied(to: $0) }
            let ours = ourSide.run(text, on: [difference.document])
            if let ours = ours.first, comparison.areEqual(ours, difference.theirs) { return attempt.map(\.name) }
        }
        return nil
    }
}
