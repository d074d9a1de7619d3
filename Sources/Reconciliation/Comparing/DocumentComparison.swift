import JSON

/// A member that differs, by its place in the document.
public struct MemberDifference: Equatable, Sendable {
    /// A JSON Pointer; empty for the whole document.
    public var pointer: String
    /// As JSON on one line; `nil`: it should not be there.
    public var expected: String?
    /// As JSON on one line; `nil`: it is not there.
    public var actual: String?

    public init(pointer: String, expected: String?, actual: String?) {
        self.pointer = pointer
        self.expected = expected
        self.actual = actual
    }
}

/// Compares what a system should hold with what it holds: numbers by value, objects without order, arrays by position.
public struct DocumentComparison {
    /// Which places are passed over.
    private final class Ignored {
        var children: [String: Ignored] = [:]
        var isWhole = false

        /// Any name or position is meant by `*`.
        func child(_ token: String) -> Ignored? { children[token] ?? children["*"] }
    }

    /// More differences of one document are not listed.
    public static let differenceLimit = 50
    /// Longer values are told by their size.
    public static let valueByteLimit = 2_048

    private let ignored: Ignored?
    private let comparesAll: Bool

    /// - Parameters:
    ///   - ignoring: places that are passed over, with all that is below them; a token `*` means any.
    ///   - comparesAll: whether members count that only the system's document has; systems add many of their own.
    public init(ignoring pointers: [Pointer] = [], comparesAll: Bool = false) {
        self.comparesAll = comparesAll
        guard !pointers.isEmpty else {
            ignored = nil
            return
        }
        let root = Ignored()
        for pointer in pointers {
            var node = root
            for token in pointer.tokens {
                let child = node.children[token] ?? Ignored()
                node.children[token] = child
                node = child
            }
            node.isWhole = true
        }
        ignored = root
    }

    /// Where the documents differ, in the order of the expected one; none when they are equal.
    public func differences(_ expected: Value, _ actual: Value) -> [MemberDifference] {
        var walk = Walk(comparesAll: comparesAll)
        walk.compare(expected, actual, ignored)
        return walk.differences
    }

    /// Whether there are no differences, without a word about them.
    public func isEqual(_ expected: Value, _ actual: Value) -> Bool {
        guard ignored == nil else { return differences(expected, actual).isEmpty }
        return holds(expected, actual)
    }

    /// Whether a document certainly has no differences, told from the text that ``ByteBuffer/write(_:)`` wrote of it. When
    /// it has none and that does not show without parsing, this is false.
    public func isEqual(_ expected: Value, toText actual: UnsafeRawBufferPointer) -> Bool {
        ignored == nil && !comparesAll && CompactText.holds(actual, expected)
    }

    private func holds(_ expected: Value, _ actual: Value) -> Bool {
        switch (expected.kind, actual.kind) {
        case (.object, .object):
            guard !comparesAll || expected.count == actual.count else { return false }
            let members = actual.members
            var next = 0
            for member in expected.members {
                // Most systems keep the order and put their own members between.
                if next == members.count || !members[next].key.isEqual(to: member.key) {
                    guard let found = actual.memberPosition(member.key.bytes) else { return false }
                    next = found
                }
                guard holds(member.value, members[next].value) else { return false }
                next += 1
            }
            return true
        case (.array, .array):
            guard expected.count == actual.count else { return false }
            for (left, right) in zip(expected.elements, actual.elements) {
                guard holds(left, right) else { return false }
            }
            return true
        default: return expected.isEqual(to: actual)
        }
    }

    /// One comparison. A path is kept as it is walked, and becomes a text only where something differs.
    private struct Walk {
        private enum Token {
            case member(Value)
            case position(Int)
        }

        let comparesAll: Bool
        var differences: [MemberDifference] = []
        private var path: [Token] = []

        init(comparesAll: Bool) {
            self.comparesAll = comparesAll
        }

        mutating func compare(_ expected: Value, _ actual: Value, _ ignored: Ignored?) {
            guard ignored?.isWhole != true else { return }
            switch (expected.kind, actual.kind) {
            case (.object, .object): compareMembers(expected, actual, ignored)
            case (.array, .array): compareElements(expected, actual, ignored)
            default: if !expected.isEqual(to: actual) { note(expected, actual) }
            }
        }

        private mutating func compareMembers(_ expected: Value, _ actual: Value, _ ignored: Ignored?) {
            for member in expected.members {
                let below = ignored?.child(member.key.string ?? "")
                guard below?.isWhole != true else { continue }
                path.append(.member(member.key))
                if let other = actual.member(member.key.bytes) {
                    compare(member.value, other, below)
                } else {
                    note(member.value, nil)
                }
                path.removeLast()
            }
            guard comparesAll else { return }
            for member in actual.members where expected.member(member.key.bytes) == nil {
                guard ignored?.child(member.key.string ?? "")?.isWhole != true else { continue }
                path.append(.member(member.key))
                note(nil, member.value)
                path.removeLast()
            }
        }

        private mutating func compareElements(_ expected: Value, _ actual: Value, _ ignored: Ignored?) {
            for index in 0..<max(expected.count, actual.count) {
                let below = ignored?.child(String(index))
                guard below?.isWhole != true else { continue }
                path.append(.position(index))
                switch (expected[index], actual[index]) {
                case (let left?, let right?): compare(left, right, below)
                case (let left, let right): note(left, right)
                }
                path.removeLast()
            }
        }

        private mutating func note(_ expected: Value?, _ actual: Value?) {
            guard differences.count < DocumentComparison.differenceLimit else { return }
            var pointer = Pointer()
            for token in path {
                switch token {
                case .member(let key): pointer = pointer.appending(key.string ?? "")
                case .position(let index): pointer = pointer.appending(index)
                }
            }
            differences.append(
                MemberDifference(
                    pointer: pointer.description, expected: expected.map(DocumentComparison.excerpt),
                    actual: actual.map(DocumentComparison.excerpt)))
        }
    }

    /// The value as JSON on one line; one that is too long is told by its size.
    public static func excerpt(_ value: Value) -> String {
        let buffer = ByteBuffer(capacity: 128)
        buffer.write(value)
        guard buffer.count > valueByteLimit else { return buffer.text }
        return "\"… \(buffer.count) bytes of JSON\""
    }
}
