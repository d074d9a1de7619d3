import JSON

/// What a program gave for a document, on one of the two sides.
public struct ProgramOutcome: Sendable, Equatable {
    /// The outputs before the end, as JSON texts.
    public var outputs: [String]
    /// Whether it ended with an error.
    public var hasFailed: Bool
    /// The error's message, if there was one; the two sides word theirs differently.
    public var message: String?

    public init(outputs: [String] = [], hasFailed: Bool = false, message: String? = nil) {
        self.outputs = outputs
        self.hasFailed = hasFailed
        self.message = message
    }
}

extension ProgramOutcome: CustomStringConvertible {
    public var description: String {
        let text = (outputs + (hasFailed ? ["error: \(message ?? "")"] : [])).joined(separator: " ")
        return text.isEmpty ? "nothing" : String(text.prefix(400))
    }
}

/// Compares outcomes: outputs as JSON, numbers as doubles, an error as an error.
final class OutcomeComparison {
    private let ours = Document(limits: Limits(depth: 10_000))
    private let theirs = Document(limits: Limits(depth: 10_000))

    func areEqual(_ a: ProgramOutcome, _ b: ProgramOutcome) -> Bool {
        guard a.hasFailed == b.hasFailed, a.outputs.count == b.outputs.count else { return false }
        return zip(a.outputs, b.outputs).allSatisfy { $0 == $1 || areEqual($0, $1) }
    }

    private func areEqual(_ a: String, _ b: String) -> Bool {
        let (first, second) = (Array(a.utf8), Array(b.utf8))
        return first.withUnsafeBytes { first in
            second.withUnsafeBytes { second in
                guard let a = try? ours.parse(first), let b = try? theirs.parse(second) else { return false }
                return areEqual(a, b)
            }
        }
    }

    private func areEqual(_ a: Value, _ b: Value) -> Bool {
        guard a.kind == b.kind else { return false }
        switch a.kind {
        case .number: return a.double == b.double
        case .array: return a.count == b.count && zip(a.elements, b.elements).allSatisfy { areEqual($0, $1) }
        case .object:
            return a.count == b.count
                && a.members.allSatisfy { member in
                    b.member(member.key.bytes).map { areEqual(member.value, $0) } ?? false
                }
        default: return a.isEqual(to: b)
        }
    }
}
