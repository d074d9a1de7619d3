import Glibc
import JSON

/// Parser and writer: what is accepted comes back the same, by whichever way; what is refused says where.
public final class DocumentTarget: FuzzTarget {
    private let corpus: Corpus
    private let mutator = TreeMutator(
        names: ["a", "b", "", "id", "é", "\\u0061", "\\u0000", "a/b", "m~n"], values: TreeMutator.scalars)
    private let document = Document()
    private let again = Document()
    private let copies = Arena()
    private let buffer = ByteBuffer()
    private let other = ByteBuffer()

    public init(_ corpus: Corpus) { self.corpus = corpus }

    public func makeCase(seed: UInt64, number: Int) -> FuzzCase {
        var dice = Dice(seed: seed, number: number)
        let original = dice.pick(corpus.documents)
        let partner = dice.pick(corpus.documents)
        var bytes = original
        if dice.once(in: 2), let tree = Tree(original), let other = Tree(partner) {
            bytes = mutator.mutate(tree, &dice, other: other).bytes
            if dice.once(in: 2) { return FuzzCase(subject: bytes) }
        }
        return FuzzCase(subject: ByteMutator.mutate(bytes, &dice, tokens: Vocabulary.json, other: partner))
    }

    public func run(_ fuzzCase: FuzzCase) -> Verdict {
        // Memory exactly as large as the document, so that a sanitizer sees a read beyond it.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: fuzzCase.subject.count, alignment: 1)
        defer { memory.deallocate() }
        memory.copyBytes(from: fuzzCase.subject)
        let value: Value
        do throws(ParseError) {
            value = try document.parse(UnsafeRawBufferPointer(memory))
        } catch {
            return problem(of: error, fuzzCase.subject).map { .finding($0) } ?? .refused
        }
        return problem(of: value, fuzzCase.subject).map { .finding($0) } ?? .accepted
    }

    private func problem(of error: ParseError, _ bytes: [UInt8]) -> String? {
        guard error.offset >= 0, error.offset <= bytes.count else { return "an error at offset \(error.offset)" }
        let lines = bytes[..<error.offset].count { $0 == UInt8(ascii: "\n") } + 1
        guard error.line == lines, error.column >= 1 else { return "an error at a wrong line: \(error)" }
        return error.description.isEmpty ? "an error without a description" : nil
    }

    private func problem(of value: Value, _ bytes: [UInt8]) -> String? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return "invalid UTF-8 is accepted" }
        buffer.removeAll()
        buffer.write(value)
        guard let second = try? again.parse(buffer.bytes) else { return "what is written cannot be parsed" }
        guard second.isEqual(to: value), value.isEqual(to: second) else { return "what is written is not equal" }
        other.removeAll()
        other.write(second)
        guard other.bytes.elementsEqual(buffer.bytes) else { return "what is written changes when written again" }
        guard hash(value) == hash(second) else { return "equal values have different hashes" }
        return styled(value) ?? copied(value) ?? numbers(in: value)
    }

    private func styled(_ value: Value) -> String? {
        other.removeAll()
        other.write(value, style: .indented(2, sortsKeys: true))
        guard let sorted = try? again.parse(other.bytes) else { return "what is indented cannot be parsed" }
        return sorted.isEqual(to: value) ? nil : "what is indented and sorted is not equal"
    }

    private func copied(_ value: Value) -> String? {
        copies.reset()
        guard let copy = try? copies.copy(value) else { return "a copy does not fit into the arena" }
        other.removeAll()
        other.write(copy)
        return other.bytes.elementsEqual(buffer.bytes) ? nil : "a copy is written differently"
    }

    private func hash(_ value: Value) -> Int {
        var hasher = Hasher()
        value.hash(into: &hasher)
        return hasher.finalize()
    }

    /// The C library reads the same doubles, and a double that is written is the same when it is read.
    private func numbers(in root: Value) -> String? {
        var pending = [root]
        var last: Value?
        var left = 64
        while left > 0, let value = pending.popLast() {
            switch value.kind {
            case .array: pending += value.elements.prefix(64)
            case .object: pending += value.members.prefix(64).map(\.value)
            case .number:
                left -= 1
                if let problem = problem(ofNumber: value, beside: last) { return problem }
                last = value
            default: break
            }
        }
        return nil
    }

    private func problem(ofNumber value: Value, beside last: Value?) -> String? {
        let text = String(decoding: value.bytes, as: UTF8.self)
        guard let double = value.double else { return "\(text) has no double" }
        guard double.bitPattern == strtod(text, nil).bitPattern else { return "\(text) is read as \(double)" }
        other.removeAll()
        other.write(.number(double))
        let written = other.text
        let back = strtod(written, nil)
        guard back == max(-Double.greatestFiniteMagnitude, min(Double.greatestFiniteMagnitude, double)) else {
            return "the double \(double) is written as \(written)"
        }
        guard Value.compareNumbers(value, value) == 0 else { return "\(text) does not equal itself" }
        if let int = value.int, Double(int) != double { return "\(text) is the integer \(int)" }
        if value.isInteger != value.isMultiple(of: .number(1)) { return "\(text): integer or not?" }
        guard let last, let other = last.double else { return nil }
        let order = Value.compareNumbers(value, last)
        guard order == -Value.compareNumbers(last, value) else { return "the order of \(text) depends on the side" }
        // Exact order and that of doubles never contradict each other.
        let isContradiction = double < other ? order >= 0 : (double > other ? order <= 0 : false)
        return isContradiction
            ? "\(text) is ordered wrongly beside \(String(decoding: last.bytes, as: UTF8.self))" : nil
    }
}
