import JSON

/// What can be said of a program without running it: what it reads, what it can yield, and what in it cannot be meant.
public struct Analysis: Sendable {
    /// The outputs that are possible, all of them together.
    public let output: Shape
    /// How many outputs there are at least, unless it fails; 2 stands for more than one.
    public let leastOutputs: Int
    /// What is read of the input and of the global variables, each path once.
    public let reads: [Read]
    /// Whether the whole program was looked at. If it was too much, nothing is claimed of it.
    public let isComplete: Bool
    let verdicts: [Verdict.Key: Verdict]

    /// What was found, in the order of the text.
    public var findings: [Finding] { Analysis.findings(in: [self]) }

    /// What holds in all uses of one program: what is wrong in one of them and right in another is no fault of the
    /// program. The analyses must be of the same text.
    public static func findings(in uses: [Analysis]) -> [Finding] {
        guard uses.allSatisfy(\.isComplete) else { return [] }
        var common: [Verdict.Key: Verdict] = [:]
        for use in uses { common.merge(use.verdicts) { $0.and($1) } }
        return common.values.compactMap(\.finding).sorted {
            ($0.source, $0.line, $0.column, $0.message) < ($1.source, $1.line, $1.column, $1.message)
        }
    }
}

/// A path that a program reads, with the place where it does.
public struct Read: Sendable, Hashable {
    /// In jq's notation: `.data.lines[].sku`, `$headers.origin`.
    public let path: String
    /// From 1.
    public let line: Int
    /// From 1, in bytes.
    public let column: Int
}

/// Something in a program that cannot be meant, with its place.
public struct Finding: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// A member is read that no possible input has.
        case missingMember
        /// A member is read that the schema does not speak of, though it allows it.
        case undeclaredMember
        /// An operation that fails on every value it can get.
        case failure
        /// A comparison that never holds.
        case neverEqual
        /// A condition that never holds.
        case neverTrue
    }

    public let kind: Kind
    /// The name of the program, or the file of the module that it stands in.
    public let source: String
    /// From 1.
    public let line: Int
    /// From 1, in bytes.
    public let column: Int
    /// What is wrong, without a full stop.
    public let message: String
    /// The name or the constant that is not known, if that is what is wrong.
    public let word: String?
    /// What would have been known in its place.
    public let candidates: [String]
    /// The places in schemas that say so.
    public let schemas: [String]
}

/// What all evaluations of one place in the text have in common.
struct Verdict: Sendable {
    struct Key: Hashable, Sendable {
        let kind: Finding.Kind
        let source: String
        let line: Int
        let column: Int
        /// What tells expressions apart that begin at the same place.
        let label: String
    }

    /// What is wrong in every evaluation; `nil` if one of them was in order.
    var finding: Finding?

    func and(_ other: Verdict) -> Verdict {
        Verdict(finding: other.finding == nil ? nil : finding)
    }
}

extension Program {
    /// Works out what can be known of the program for inputs of a shape.
    ///
    /// It takes time in proportion to the program, and stops at a bound: then nothing is claimed.
    ///
    /// - Parameters:
    ///   - input: what is known of the input.
    ///   - variables: what is known of the global variables, in the order of ``variables``; those that are missing
    ///     can be anything.
    public func analyse(input: Shape, variables: [Shape] = []) -> Analysis {
        let analyzer = Analyzer(self)
        return analyzer.run(input: input, variables: variables)
    }
}
