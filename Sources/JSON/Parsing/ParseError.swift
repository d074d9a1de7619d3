/// Why bytes are not a JSON document, and where.
public struct ParseError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// A byte that cannot stand here.
        case unexpectedByte(UInt8, expected: Expectation)
        /// The document ends too early.
        case unexpectedEnd(expected: Expectation)
        /// A UTF-8 byte order mark, which RFC 8259 forbids to send.
        case byteOrderMark
        /// A number such as `012`.
        case leadingZero
        /// Bytes that are not UTF-8: stray, overlong, a surrogate, beyond U+10FFFF, or cut off.
        case invalidUTF8
        /// A byte below 0x20 inside a string, where it must be escaped.
        case controlCharacter(UInt8)
        /// A backslash before something that is no escape.
        case invalidEscape
        /// A `\u` escape of one half of a surrogate pair without the other.
        case loneSurrogate
        /// A member name that stands twice in one object, after unescaping.
        case duplicateMember(String)
        /// More arrays and objects inside one another than ``Limits/depth``.
        case depthExceeded(limit: Int)
        /// More bytes than ``Limits/byteCount``.
        case tooLarge(limit: Int)
        /// More memory than the arena's limit.
        case memoryExhausted(limit: Int)
    }

    /// What could have stood at the place of the error.
    public enum Expectation: String, Sendable {
        case value = "a value"
        case valueOrEndOfArray = "a value or ‘]’"
        case nameOrEndOfObject = "a member name in double quotes or ‘}’"
        case name = "a member name in double quotes"
        case colon = "‘:’"
        case commaOrEndOfArray = "‘,’ or ‘]’"
        case commaOrEndOfObject = "‘,’ or ‘}’"
        case endOfDocument = "the end of the document"
        case digit = "a digit"
        case literalTrue = "‘true’"
        case literalFalse = "‘false’"
        case literalNull = "‘null’"
        case closingQuote = "the closing ‘\"’ of a string"
        case hexadecimalDigit = "a hexadecimal digit"
    }

    public let kind: Kind
    /// The position of the first offending byte, counted from 0.
    public let offset: Int
    /// The line of that byte, counted from 1. A line ends with a line feed.
    public let line: Int
    /// The position of that byte in its line, in bytes, counted from 1.
    public let column: Int

    init(_ kind: Kind, at offset: Int, in document: UnsafeRawBufferPointer) {
        self.kind = kind
        self.offset = offset
        let place = TextPlace(of: offset, in: document)
        line = place.line
        column = place.column
    }
}

extension ParseError: CustomStringConvertible {
    /// For example: `line 3, column 7 (offset 41): found ‘]’ where a value is expected`.
    public var description: String { "line \(line), column \(column) (offset \(offset)): \(message)" }

    /// What is wrong, without the place.
    public var message: String {
        switch kind {
        case .unexpectedByte(let byte, let expected):
            "found \(Self.name(of: byte)) where \(expected.rawValue) is expected"
        case .unexpectedEnd(let expected): "the document ends where \(expected.rawValue) is expected"
        case .byteOrderMark: "the document begins with a byte order mark, which JSON does not allow"
        case .leadingZero: "a number must not begin with a zero that other digits follow"
        case .invalidUTF8: "invalid UTF-8"
        case .controlCharacter(let byte):
            "found \(Self.name(of: byte)) inside a string, where control characters must be escaped"
        case .invalidEscape: "a backslash must be followed by one of \" \\ / b f n r t u"
        case .loneSurrogate: "the escape stands for one half of a surrogate pair without the other"
        case .duplicateMember(let name): "the member name \(String(reflecting: name)) stands twice in one object"
        case .depthExceeded(let limit): "more than \(limit) arrays and objects inside one another"
        case .tooLarge(let limit): "the document has more than \(limit) bytes"
        case .memoryExhausted(let limit): "the document needs more than \(limit) bytes of memory"
        }
    }

    private static func name(of byte: UInt8) -> String {
        switch byte {
        case 0x21...0x7e: "‘\(Character(Unicode.Scalar(byte)))’"
        case 0x20: "a space"
        case 0x0a: "a line feed"
        case 0x0d: "a carriage return"
        case 0x09: "a tab"
        default: "the byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
        }
    }
}
