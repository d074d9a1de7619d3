import JSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A document as the compact JSON that it was written as, compared without being parsed.
///
/// Most documents hold what is expected, in the order in which it is expected, with members of their own between. That
/// shows from the bytes. Whatever does not show from them is left to those who parse the text.
struct CompactText {
    private var cursor: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    /// - Parameter text: what ``ByteBuffer/write(_:)`` wrote of one value.
    /// - Returns: `nil` for an empty text.
    init?(_ text: UnsafeRawBufferPointer) {
        guard let start = text.baseAddress, !text.isEmpty else { return nil }
        cursor = start.assumingMemoryBound(to: UInt8.self)
        end = cursor + text.count
    }

    /// Whether the text certainly holds what is expected, as ``DocumentComparison`` counts it when only expected members
    /// matter: numbers are the same literal, members come in the same order.
    static func holds(_ text: UnsafeRawBufferPointer, _ expected: Value) -> Bool {
        guard var walk = CompactText(text) else { return false }
        return walk.holds(expected) && walk.cursor == walk.end
    }

    private mutating func holds(_ expected: Value) -> Bool {
        switch expected.kind {
        case .null: takes("null")
        case .true: takes("true")
        case .false: takes("false")
        case .string: holdsString(expected)
        case .number: expected.isLiteral && takes(expected.bytes) && isAtEndOfNumber
        case .array: holdsElements(expected)
        case .object: holdsMembers(expected)
        }
    }

    // MARK: - Scalars

    private mutating func takes(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard end - cursor >= bytes.count else { return false }
        if let other = bytes.baseAddress, memcmp(cursor, other, bytes.count) != 0 { return false }
        cursor += bytes.count
        return true
    }

    private mutating func takes(_ word: StaticString) -> Bool {
        takes(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        guard cursor < end, cursor.pointee == byte else { return false }
        cursor += 1
        return true
    }

    private var isAtEndOfNumber: Bool {
        guard cursor < end else { return true }
        return switch cursor.pointee {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): true
        default: false
        }
    }

    /// A string with a character that is written as an escape is not told.
    private mutating func holdsString(_ expected: Value) -> Bool {
        guard expected.flags.contains(.verbatim) || CompactText.isWrittenAsItIs(expected.bytes) else { return false }
        return takes(UInt8(ascii: "\"")) && takes(expected.bytes) && takes(UInt8(ascii: "\""))
    }

    private static func isWrittenAsItIs(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0x7f }
    }

    // MARK: - Containers

    private mutating func holdsElements(_ expected: Value) -> Bool {
        guard takes(UInt8(ascii: "[")) else { return false }
        var isFirst = true
        for element in expected.elements {
            guard isFirst || takes(UInt8(ascii: ",")), holds(element) else { return false }
            isFirst = false
        }
        return takes(UInt8(ascii: "]"))
    }

    private mutating func holdsMembers(_ expected: Value) -> Bool {
        guard takes(UInt8(ascii: "{")) else { return false }
        for member in expected.members {
            guard finds(member.key), holds(member.value) else { return false }
            _ = takes(UInt8(ascii: ","))
        }
        while cursor < end, cursor.pointee == UInt8(ascii: "\"") {
            guard passesMember() else { return false }
        }
        return takes(UInt8(ascii: "}"))
    }

    /// Passes over members to the value of the next one of this name.
    private mutating func finds(_ key: Value) -> Bool {
        while cursor < end {
            let start = cursor
            if holdsString(key), takes(UInt8(ascii: ":")) { return true }
            cursor = start
            guard passesMember() else { return false }
        }
        return false
    }

    private mutating func passesMember() -> Bool {
        guard passesString(), takes(UInt8(ascii: ":")), passesValue() else { return false }
        _ = takes(UInt8(ascii: ","))
        return true
    }

    // MARK: - Passing over

    private mutating func passesValue() -> Bool {
        guard cursor < end else { return false }
        switch cursor.pointee {
        case UInt8(ascii: "\""): return passesString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): return passesContainer()
        default:
            while !isAtEndOfNumber { cursor += 1 }
            return true
        }
    }

    private mutating func passesContainer() -> Bool {
        var depth = 0
        while cursor < end {
            switch cursor.pointee {
            case UInt8(ascii: "\""):
                guard passesString() else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            cursor += 1
            if depth == 0 { return true }
        }
        return false
    }

    private mutating func passesString() -> Bool {
        guard takes(UInt8(ascii: "\"")) else { return false }
        while cursor < end {
            switch cursor.pointee {
            case UInt8(ascii: "\""):
                cursor += 1
                return true
            // The next byte belongs to the escape.
            case UInt8(ascii: "\\"): cursor += 2
            default: cursor += 1
            }
        }
        return false
    }
}
