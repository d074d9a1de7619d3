/// What one turn of the fuzzer feeds to a target: a document, a schema or a program, and what that is applied to.
public struct FuzzCase: Sendable, Equatable {
    /// The document, schema or program. Any bytes.
    public var subject: [UInt8]
    /// The instances of a schema, the inputs of a program.
    public var inputs: [[UInt8]]

    public init(subject: [UInt8], inputs: [[UInt8]] = []) {
        self.subject = subject
        self.inputs = inputs
    }

    /// The case from the bytes that a coverage-guided fuzzer makes: its parts are divided by the byte 0x1e.
    public init(guided bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x1e, omittingEmptySubsequences: false).map { Array($0) }
        self.init(subject: parts.first ?? [], inputs: Array(parts.dropFirst()))
    }

    /// The bytes that ``init(guided:)`` takes.
    public var guided: [UInt8] { Array(([subject] + inputs).joined(separator: [0x1e])) }

    // MARK: As a file

    /// The case as a file: before each part a line that tells its length.
    public var file: [UInt8] {
        var bytes: [UInt8] = []
        for (position, part) in ([subject] + inputs).enumerated() {
            bytes += "\(position == 0 ? "subject" : "input") \(part.count)\n".utf8
            bytes += part
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Reads what ``file`` wrote; `nil` if it is none.
    public init?(file: [UInt8]) {
        var parts: [[UInt8]] = []
        var rest = file[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            guard words.count == 2, let count = Int(words[1]), count >= 0, end + 1 + count <= rest.endIndex else {
                return nil
            }
            parts.append(Array(rest[(end + 1)..<(end + 1 + count)]))
            rest = rest[(end + 1 + count)...].dropFirst()
        }
        guard let subject = parts.first else { return nil }
        self.init(subject: subject, inputs: Array(parts.dropFirst()))
    }
}

/// What became of a case.
public enum Verdict: Sendable, Equatable {
    /// The subject was taken, and everything that must hold held.
    case accepted
    /// The subject was refused with an error, as it may be.
    case refused
    /// Something is wrong with the product, in a sentence.
    case finding(String)
}

/// A part of the product under test: makes cases, and says what became of each.
public protocol FuzzTarget: AnyObject {
    /// The case with this number, the same for the same seed and corpus.
    func makeCase(seed: UInt64, number: Int) -> FuzzCase
    func run(_ fuzzCase: FuzzCase) -> Verdict
}

/// The targets by name.
public enum TargetKind: String, CaseIterable, Sendable {
    case documents, schemas, programs

    public func make(_ corpus: Corpus) -> any FuzzTarget {
        switch self {
        case .documents: DocumentTarget(corpus)
        case .schemas: SchemaTarget(corpus)
        case .programs: ProgramTarget(corpus)
        }
    }
}
