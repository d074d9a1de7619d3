/// A JSON Pointer (RFC 6901): the place of a value inside a document.
public struct Pointer: Hashable, Sendable {
    /// The member names and element positions from the root on, unescaped. Empty for the whole document.
    public var tokens: [String]

    /// The whole document.
    public init() { tokens = [] }

    public init(tokens: [String]) { self.tokens = tokens }

    /// Parses a pointer such as `/data/lines/0/price`, or its URI fragment form such as `#/data/a%20b`.
    public init(_ text: String) throws(PointerError) {
        if text.utf8.first == UInt8(ascii: "#") {
            guard let decoded = Self.percentDecoded(text.utf8.dropFirst()) else {
                throw PointerError(text: text, reason: .invalidPercentEncoding)
            }
            tokens = try Self.tokens(of: decoded, text)
        } else {
            tokens = try Self.tokens(of: text, text)
        }
    }

    private static func tokens(of pointer: String, _ text: String) throws(PointerError) -> [String] {
        guard !pointer.isEmpty else { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else {
            throw PointerError(text: text, reason: .missingSlash)
        }
        var tokens: [String] = []
        var token: [UInt8] = []
        var bytes = pointer.utf8.dropFirst().makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "/"):
                tokens.append(String(decoding: token, as: UTF8.self))
                token.removeAll()
            case UInt8(ascii: "~"):
                switch bytes.next() {
                case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
                default: throw PointerError(text: text, reason: .invalidEscape)
                }
            default: token.append(byte)
            }
        }
        tokens.append(String(decoding: token, as: UTF8.self))
        return tokens
    }

    /// The value at this place; `nil` if there is none.
    ///
    /// A position in an array is 0 or a number without leading zeros; `-`, the place behind the end, is none.
    public func resolve(in document: Value) -> Value? {
        var value = document
        for token in tokens {
            switch value.kind {
            case .object:
                guard let member = value[token] else { return nil }
                value = member
            case .array:
                guard let position = Self.position(token), let element = value[position] else { return nil }
                value = element
            default:
                return nil
            }
        }
        return value
    }

    private static func position(_ token: String) -> Int? {
        let bytes = token.utf8
        guard let first = bytes.first, bytes.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
            first != UInt8(ascii: "0") || bytes.count == 1
        else { return nil }
        return Int(token)
    }

    /// The place of a member or an element of what is here.
    public func appending(_ token: String) -> Pointer { Pointer(tokens: tokens + [token]) }

    /// The place of an element of the array here.
    public func appending(_ position: Int) -> Pointer { appending(String(position)) }
}

extension Pointer: CustomStringConvertible {
    /// The pointer's text, such as `/data/lines/0`; empty for the whole document.
    public var description: String {
        var text = ""
        for token in tokens {
            text += "/"
            for character in token.unicodeScalars {
                switch character {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(character)
                }
            }
        }
        return text
    }

    /// The pointer as a URI fragment, such as `#/data/a%20b`.
    public var uriFragment: String {
        var text = "#"
        for byte in description.utf8 {
            if Self.isAllowedInFragment(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    /// RFC 3986: unreserved characters, sub-delimiters, and `: @ / ?`.
    private static func isAllowedInFragment(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "-._~!$&'()*+,;=:@/?".utf8.contains(byte)
        }
    }

    private static func percentDecoded(_ bytes: Substring.UTF8View) -> String? {
        var result: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = iterator.next(), let low = iterator.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16), high != UInt8(ascii: "+")
            else { return nil }
            result.append(value)
        }
        return String(validating: result, as: UTF8.self)
    }
}

/// Why a text is not a JSON Pointer.
public struct PointerError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: String, Sendable {
        case missingSlash = "a JSON Pointer is empty or begins with ‘/’"
        case invalidEscape = "in a JSON Pointer ‘~’ must be followed by 0 or 1"
        case invalidPercentEncoding = "the percent-encoding is faulty"
    }

    /// The text as given.
    public let text: String
    public let reason: Reason

    public var description: String { "\(String(reflecting: text)): \(reason.rawValue)" }
}
