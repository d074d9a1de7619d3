/// A JSON value in 16 bytes: copied like an integer, without reference counting.
///
/// A value does not own what it points to. Strings, literals, elements and members lie in the bytes of the record that
/// was parsed or in an ``Arena``; a value is valid until that arena is reset and those bytes go away. Whoever keeps a
/// value longer copies it (``Arena/copy(_:)``). This is what makes an event cost no allocation.
///
/// Nor does a value keep its arena alive: a local arena or document that is not mentioned after its last call may be
/// released before the values are used (`withExtendedLifetime`).
@frozen
public struct Value: BitwiseCopyable {
    /// The kinds of JSON values, in jq's order of comparison.
    @frozen
    public enum Kind: UInt8, Comparable, BitwiseCopyable, Sendable {
        case null, `false`, `true`, number, string, array, object

        @inlinable
        public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
    }

    /// What is known of a value's representation beside its kind.
    @frozen
    public struct Flags: OptionSet, BitwiseCopyable, Sendable {
        public let rawValue: UInt8
        @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// A number given by its literal text, not by a double: it is printed digit for digit.
        @inlinable public static var literal: Flags { Flags(rawValue: 1) }
        /// A string whose bytes need no escape when written: it is copied as it is.
        @inlinable public static var verbatim: Flags { Flags(rawValue: 2) }
        /// A string of ASCII only: a byte is a code point.
        @inlinable public static var ascii: Flags { Flags(rawValue: 4) }
        /// An object with a hash index behind its members, see ``MemberIndex``.
        @inlinable public static var indexed: Flags { Flags(rawValue: 8) }
        /// A container that was made with room to grow, and has a ``Growth`` before its contents.
        @inlinable public static var roomy: Flags { Flags(rawValue: 16) }
    }

    /// The address of what the value consists of, or a double's bits.
    @usableFromInline let word: UInt64
    /// Bytes of a string or literal, elements of an array, members of an object.
    @usableFromInline let length: UInt32
    public let kind: Kind
    public let flags: Flags

    @inlinable
    init(word: UInt64, length: UInt32, kind: Kind, flags: Flags) {
        self.word = word
        self.length = length
        self.kind = kind
        self.flags = flags
    }
}

/// One member of an object. The key is a string.
@frozen
public struct Member: BitwiseCopyable {
    public let key: Value
    public let value: Value

    @inlinable
    public init(key: Value, value: Value) {
        self.key = key
        self.value = value
    }
}

// MARK: - Making values

extension Value {
    @inlinable public static var null: Value { Value(word: 0, length: 0, kind: .null, flags: []) }
    @inlinable public static var `true`: Value { Value(word: 0, length: 0, kind: .true, flags: []) }
    @inlinable public static var `false`: Value { Value(word: 0, length: 0, kind: .false, flags: []) }

    @inlinable public static func bool(_ value: Bool) -> Value { value ? .true : .false }

    /// A number held as a double. A NaN is printed as `null`, an infinity as the largest finite double, as in jq.
    @inlinable
    public static func number(_ value: Double) -> Value {
        Value(word: value.bitPattern, length: 0, kind: .number, flags: [])
    }

    /// A number held by its literal, which must be a valid JSON number and outlive the value.
    @inlinable
    public static func literal(_ text: UnsafeRawBufferPointer) -> Value {
        Value(word: address(of: text.baseAddress), length: UInt32(text.count), kind: .number, flags: .literal)
    }

    /// A string over UTF-8 bytes, which must be valid and outlive the value.
    /// Claim ``Flags/verbatim`` or ``Flags/ascii`` only when known to be true.
    @inlinable
    public static func string(_ utf8: UnsafeRawBufferPointer, flags: Flags = []) -> Value {
        Value(word: address(of: utf8.baseAddress), length: UInt32(utf8.count), kind: .string, flags: flags)
    }

    /// An array over elements that outlive the value.
    @inlinable
    public static func array(_ elements: UnsafeBufferPointer<Value>) -> Value {
        Value(
            word: address(of: elements.baseAddress), length: UInt32(elements.count), kind: .array, flags: [])
    }

    /// An object over members that outlive the value; no two have the same key.
    /// Claim ``Flags/indexed`` only when a ``MemberIndex`` stands behind the members.
    @inlinable
    public static func object(_ members: UnsafeBufferPointer<Member>, flags: Flags = []) -> Value {
        Value(
            word: address(of: members.baseAddress), length: UInt32(members.count), kind: .object, flags: flags)
    }

    @inlinable
    static func address(of pointer: UnsafeRawPointer?) -> UInt64 {
        UInt64(UInt(bitPattern: pointer))
    }
}

// MARK: - Reading values

extension Value {
    /// Bytes of a string or a number's literal, elements of an array, members of an object; otherwise 0.
    @inlinable public var count: Int { Int(length) }

    @inlinable var pointer: UnsafeRawPointer? { UnsafeRawPointer(bitPattern: UInt(word)) }

    /// Where a string's or a literal's bytes, an array's elements or an object's members begin, without a look at the
    /// kind, which the caller knows. Meaningless for all other values, and where ``count`` is 0.
    @inlinable public var contents: UnsafeRawPointer? { pointer }

    /// Whether a condition counts it as true: everything but `null` and `false`.
    @inlinable public var isTruthy: Bool { kind.rawValue > Kind.false.rawValue }

    /// Whether the value is a number given by its literal.
    @inlinable public var isLiteral: Bool { flags.contains(.literal) }

    /// The UTF-8 bytes of a string, or the literal of a number. Empty for all else.
    @inlinable
    public var bytes: UnsafeRawBufferPointer {
        guard kind == .string || isLiteral else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: pointer, count: count)
    }

    /// The elements of an array. Empty for all else.
    @inlinable
    public var elements: UnsafeBufferPointer<Value> {
        guard kind == .array, length > 0, let pointer else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: Value.self), count: count)
    }

    /// The members of an object, in the order written. Empty for all else.
    @inlinable
    public var members: UnsafeBufferPointer<Member> {
        guard kind == .object, length > 0, let pointer else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: Member.self), count: count)
    }

    /// The string as a Swift `String`, which is a copy; `nil` for all other kinds. Not for the path of every event.
    public var string: String? {
        kind == .string ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
