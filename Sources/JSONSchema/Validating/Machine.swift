import JSON
import RegularExpressions

/// Runs a program on a value and says yes or no: no error is built, nothing is allocated, nothing is counted.
///
/// `marks` is where the evaluated elements or members of the value are marked for an `unevaluated…` keyword around, as
/// a position in the scratch; ``noMarks`` if nobody asks.
struct Machine {
    static let noMarks = -1

    let tables: UnsafePointer<Tables>
    let scratch: UnsafeMutablePointer<Scratch>

    /// Whether a value that stands on its own (an element, a member, the document) matches a schema.
    @inline(__always)
    func check(_ index: NodeIndex, _ value: Value) -> Bool {
        let node = tables.pointee.nodes + Int(index)
        guard node.pointee.types.contains(value.kind) else { return false }
        if node.pointee.flags.contains(.typeOnly) { return true }
        return checkBody(node, value, marks: Self.noMarks)
    }

    /// Whether the same value matches a further schema.
    @inline(__always)
    func checkInPlace(_ index: NodeIndex, _ value: Value, marks: Int) -> Bool {
        let node = tables.pointee.nodes + Int(index)
        guard node.pointee.types.contains(value.kind) else { return false }
        if node.pointee.flags.contains(.typeOnly) { return true }
        return checkBody(node, value, marks: marks)
    }

    /// All of a node but the kind of value, which has been checked.
    @inline(__always)
    func checkBody(_ node: UnsafePointer<Node>, _ value: Value, marks: Int) -> Bool {
        if value.kind == .string, node.pointee.applicators.isEmpty {
            return checkString(node, value) && checkValues(node, value)
        }
        return checkWhole(node, value, marks: marks)
    }

    @inline(never)
    private func checkWhole(_ node: UnsafePointer<Node>, _ value: Value, marks: Int) -> Bool {
        if value.kind == .number, node.pointee.applicators.isEmpty {
            return checkNumber(node, value) && checkValues(node, value)
        }
        guard scratch.pointee.depth < Scratch.depthLimit else {
            scratch.pointee.abandonment = .depthLimit
            return false
        }
        scratch.pointee.depth += 1
        defer { scratch.pointee.depth -= 1 }
        let hasEntered = tables.pointee.isDynamic && scratch.pointee.enter(node.pointee.resource)
        defer { if hasEntered { scratch.pointee.leave() } }
        return node.pointee.flags.contains(.tracksEvaluation)
            ? checkTracked(node, value, marks: marks)
            : checkAssertions(node, value, marks: marks)
    }

    /// All of a node but `unevaluatedItems` and `unevaluatedProperties`.
    func checkAssertions(_ node: UnsafePointer<Node>, _ value: Value, marks: Int) -> Bool {
        let matches =
            switch value.kind {
            case .string: checkString(node, value)
            case .number: checkNumber(node, value)
            case .array: checkArray(node, value, marks: marks)
            case .object: checkObject(node, value, marks: marks)
            case .null, .false, .true: true
            }
        guard matches, checkValues(node, value) else { return false }
        for index in node.pointee.applicators.indices {
            guard apply(tables.pointee.applicators[index], value, marks: marks) else { return false }
        }
        return true
    }

    // MARK: Strings

    @inline(__always)
    private func checkString(_ node: UnsafePointer<Node>, _ value: Value) -> Bool {
        guard node.pointee.string >= 0 else { return true }
        return check(tables.pointee.strings + Int(node.pointee.string), value)
    }

    @inline(never)
    private func check(_ rule: UnsafePointer<StringRule>, _ value: Value) -> Bool {
        guard hasLength(value, from: rule.pointee.minLength, to: rule.pointee.maxLength) else { return false }
        if let format = rule.pointee.format, !format.matches(Self.bytes(of: value)) { return false }
        return rule.pointee.pattern < 0 || matches(rule.pointee.pattern, value)
    }

    /// The bytes of a value that is known to be a string or a literal.
    @inline(__always)
    static func bytes(of value: Value) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: value.contents, count: value.count)
    }

    /// Whether the string's length, in characters (code points), lies in the bounds.
    @inline(__always)
    func hasLength(_ value: Value, from minimum: Int, to maximum: Int) -> Bool {
        let byteCount = value.count
        if value.flags.contains(.ascii) { return byteCount >= minimum && byteCount <= maximum }
        // A character has one to four bytes.
        guard byteCount >= minimum, byteCount / 4 <= maximum else { return false }
        if byteCount / 4 >= minimum, byteCount <= maximum { return true }
        let count = Self.characterCount(Self.bytes(of: value))
        return count >= minimum && count <= maximum
    }

    /// The number of code points: of bytes that do not go on with one.
    @inline(never)
    private static func characterCount(_ bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// Whether the pattern occurs in the string. At the pattern's limit there is no verdict, and the value is invalid.
    func matches(_ pattern: Int32, _ value: Value) -> Bool {
        tables.pointee.patterns[Int(pattern)]._withUnsafeGuaranteedRef { expression in
            do throws(MatchError) {
                return try expression.matches(Self.bytes(of: value))
            } catch {
                scratch.pointee.abandonment = .patternLimit
                return false
            }
        }
    }

    // MARK: enum and const

    @inline(__always)
    private func checkValues(_ node: UnsafePointer<Node>, _ value: Value) -> Bool {
        guard node.pointee.values >= 0 else { return true }
        return check(tables.pointee.valueRules + Int(node.pointee.values), value)
    }

    @inline(never)
    func check(_ rule: UnsafePointer<ValuesRule>, _ value: Value) -> Bool {
        if value.kind == .string {
            guard !rule.pointee.strings.isEmpty else { return false }
            return rule.pointee.strings.find(value, in: tables.pointee.names) != nil
        }
        for index in rule.pointee.values.indices where tables.pointee.values[index].isEqual(to: value) { return true }
        return false
    }
}
