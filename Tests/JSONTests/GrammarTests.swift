import Testing

@testable import JSON

/// RFC 8259, text by text: what must be accepted, and what must be refused and where.
@Suite struct GrammarTests {
    @Test("Valid documents are accepted and written compactly", arguments: GrammarTable.valid)
    func accepts(_ row: GrammarTable.Valid) throws {
        #expect(try rewritten(row.text) == row.compact)
    }

    @Test("Invalid documents are refused at the right byte", arguments: GrammarTable.invalid)
    func refuses(_ row: GrammarTable.Invalid) throws {
        let error = try #require(parseError(row.text), "accepted: \(row.text)")
        #expect(error.offset == row.offset, "\(row.text): \(error)")
        #expect(error.kind == row.kind, "\(row.text): \(error)")
    }

    @Test("Every proper prefix of a document is refused at its end, and never read beyond")
    func truncated() throws {
        let text = #"{"a":[1.5e+3,-0,true,false,null,"xéy\n\ud83d\ude00 plain text of some length",{"b":{}}],"c":[[]]}"#
        let bytes = Array(text.utf8)
        _ = try withDocument(bytes) { _ in }
        for count in 0..<bytes.count {
            // An allocation of exactly this size, so that a sanitizer sees a read beyond it.
            let error = try #require(parseError(Array(bytes[..<count])), "accepted \(count) bytes")
            #expect(error.offset <= count)
        }
    }

    @Test("A document of nothing is refused")
    func empty() throws {
        let document = Document()
        #expect(throws: ParseError.self) { try document.parse(UnsafeRawBufferPointer(start: nil, count: 0)) }
        #expect(document.root.kind == .null)
    }
}

enum GrammarTable {
    struct Valid: Sendable, CustomTestStringConvertible {
        let text: String
        let compact: String
        var testDescription: String { text }

        init(_ text: String, _ compact: String? = nil) {
            self.text = text
            self.compact = compact ?? text
        }
    }

    struct Invalid: Sendable, CustomTestStringConvertible {
        let text: String
        let offset: Int
        let kind: ParseError.Kind
        var testDescription: String { text }

        init(_ text: String, _ offset: Int, _ kind: ParseError.Kind) {
            self.text = text
            self.offset = offset
            self.kind = kind
        }

        init(_ text: String, _ offset: Int, _ found: Character, expected: ParseError.Expectation) {
            self.init(text, offset, .unexpectedByte(found.asciiValue ?? 0, expected: expected))
        }

        init(_ text: String, endExpecting expected: ParseError.Expectation) {
            self.init(text, text.utf8.count, .unexpectedEnd(expected: expected))
        }
    }

    static let valid: [Valid] = [
        // Scalars at the top.
        Valid("null"), Valid("true"), Valid("false"), Valid("0"), Valid(#""""#), Valid("[]"), Valid("{}"),
        Valid(" \t\r\n null \n", "null"),
        // Numbers keep their text.
        Valid("-0"), Valid("-0.0"), Valid("0e1"), Valid("0E+1"), Valid("1E22"), Valid("1e-2"), Valid("-1"),
        Valid("123456789012345678901234567890.123456789012345678901234567890"), Valid("1e400"), Valid("-1e-400"),
        Valid("1.0"), Valid("1.50"), Valid("20e00001"), Valid("9007199254740993"),
        // Arrays.
        Valid("[ 1 , 2 ]", "[1,2]"), Valid("[[[[]]],[]]"), Valid("[null,1,\"1\",{}]"), Valid("[1\n]", "[1]"),
        Valid("[2] ", "[2]"), Valid("[ ]", "[]"),
        // Objects.
        Valid(#"{ "a" : 1 , "b" : { } }"#, #"{"a":1,"b":{}}"#), Valid(#"{"":0}"#), Valid(#"{"a":[],"b":{"a":1}}"#),
        Valid(#"{"\u0061":1,"\u0062":2}"#, #"{"a":1,"b":2}"#), Valid(#"{"title":"\u041f"}"#, #"{"title":"П"}"#),
        // Strings.
        Valid(#""\"\\\b\f\n\r\t""#), Valid(#""\/""#, #""/""#), Valid(#""\u0000""#), Valid(#""\u001F""#, #""\u001f""#),
        Valid(#""\u00e9""#, #""é""#), Valid(#""\uD83D\uDE00""#, #""😀""#), Valid(#""\ud800\udc00""#, "\"\u{10000}\""),
        Valid(#""\uDBFF\uDFFF""#, "\"\u{10FFFF}\""), Valid(#""\u2028\u2029""#, "\"\u{2028}\u{2029}\""),
        Valid("\"\u{7f}\""), Valid("\"\u{2028}\u{feff}\u{fffe}\u{ffff}\u{10ffff}\""),
        Valid(#""\uFFFE""#, "\"\u{fffe}\""),
        Valid(#""a/*b*/c // d""#), Valid(#""new\u000Aline""#, #""new\nline""#), Valid(#""\\u0041""#), Valid(#""\\\\""#),
        Valid("\"ü\""), Valid("\"日本語のテキスト、かなり長い\""), Valid("\"aaaaaaaéaaaaaaaa\\\"aaaaaaa\""),
    ]

    static let invalid: [Invalid] = structure + numbers + strings + words

    private static let structure: [Invalid] = [
        Invalid("", endExpecting: .value),
        Invalid("  ", endExpecting: .value),
        Invalid("[", endExpecting: .valueOrEndOfArray),
        Invalid("[1", endExpecting: .commaOrEndOfArray),
        Invalid("[1,", endExpecting: .value),
        Invalid("[1,]", 3, "]", expected: .value),
        Invalid("[,1]", 1, ",", expected: .value),
        Invalid("[1,,2]", 3, ",", expected: .value),
        Invalid("[1 2]", 3, "2", expected: .commaOrEndOfArray),
        Invalid("[1}", 2, "}", expected: .commaOrEndOfArray),
        Invalid("[1]]", 3, "]", expected: .endOfDocument),
        Invalid("1 2", 2, "2", expected: .endOfDocument),
        Invalid("]", 0, "]", expected: .value),
        Invalid("{", endExpecting: .nameOrEndOfObject),
        Invalid("{1:2}", 1, "1", expected: .nameOrEndOfObject),
        Invalid("{a:2}", 1, "a", expected: .nameOrEndOfObject),
        Invalid("{'a':2}", 1, "'", expected: .nameOrEndOfObject),
        Invalid(#"{"a" 1}"#, 5, "1", expected: .colon),
        Invalid(#"{"a""#, endExpecting: .colon),
        Invalid(#"{"a":"#, endExpecting: .value),
        Invalid(#"{"a":}"#, 5, "}", expected: .value),
        Invalid(#"{"a"::1}"#, 5, ":", expected: .value),
        Invalid(#"{"a":1"#, endExpecting: .commaOrEndOfObject),
        Invalid(#"{"a":1,}"#, 7, "}", expected: .name),
        Invalid(#"{"a":1,,"b":2}"#, 7, ",", expected: .name),
        Invalid(#"{"a":1]"#, 6, "]", expected: .commaOrEndOfObject),
        Invalid(#"{"a":1 "b":2}"#, 7, "\"", expected: .commaOrEndOfObject),
        Invalid("{}}", 2, "}", expected: .endOfDocument),
        Invalid("[1] // comment", 4, "/", expected: .endOfDocument),
        Invalid("/**/1", 0, "/", expected: .value),
        Invalid("[\u{c}1]", 1, "\u{c}", expected: .value),
        Invalid("[\u{b}]", 1, "\u{b}", expected: .value),
        Invalid("\u{a0}1", 0, .unexpectedByte(0xc2, expected: .value)),
        Invalid("\u{feff}{}", 0, .byteOrderMark),
        Invalid("[\u{feff}]", 1, .unexpectedByte(0xef, expected: .value)),
        Invalid("[1\u{0}]", 2, "\u{0}", expected: .commaOrEndOfArray),
        Invalid(#"{"a":1,"a":2}"#, 7, .duplicateMember("a")),
        Invalid(#"{"a":1,"b":2,"\u0061":3}"#, 23, .duplicateMember("a")),
        Invalid(#"[{"x":{"":1,"":2}}]"#, 12, .duplicateMember("")),
    ]

    private static let numbers: [Invalid] = [
        Invalid("-", endExpecting: .digit),
        Invalid("-a", 1, "a", expected: .digit),
        Invalid("--1", 1, "-", expected: .digit),
        Invalid("+1", 0, "+", expected: .value),
        Invalid("[01]", 1, .leadingZero),
        Invalid("-012", 0, .leadingZero),
        Invalid("00", 0, .leadingZero),
        Invalid(".5", 0, ".", expected: .value),
        Invalid("5.", endExpecting: .digit),
        Invalid("[5.]", 3, "]", expected: .digit),
        Invalid("-.5", 1, ".", expected: .digit),
        Invalid("1.e1", 2, "e", expected: .digit),
        Invalid("1e", endExpecting: .digit),
        Invalid("1e+", endExpecting: .digit),
        Invalid("[1e+]", 4, "]", expected: .digit),
        Invalid("1e1.5", 3, ".", expected: .endOfDocument),
        Invalid("1.2.3", 3, ".", expected: .endOfDocument),
        Invalid("0x10", 1, "x", expected: .endOfDocument),
        Invalid("1_000", 1, "_", expected: .endOfDocument),
        Invalid("1,5", 1, ",", expected: .endOfDocument),
        Invalid("1a", 1, "a", expected: .endOfDocument),
        Invalid("-Infinity", 1, "I", expected: .digit),
        Invalid("NaN", 0, "N", expected: .value),
        Invalid("Infinity", 0, "I", expected: .value),
        Invalid("１", 0, .unexpectedByte(0xef, expected: .value)),
    ]

    private static let strings: [Invalid] = [
        Invalid("\"", endExpecting: .closingQuote),
        Invalid("\"abc", endExpecting: .closingQuote),
        Invalid("\"abc\\", endExpecting: .closingQuote),
        Invalid("\"abc\\\"", endExpecting: .closingQuote),
        Invalid("'a'", 0, "'", expected: .value),
        Invalid("\"a\nb\"", 2, .controlCharacter(0x0a)),
        Invalid("\"a\tb\"", 2, .controlCharacter(0x09)),
        Invalid("\"\u{0}\"", 1, .controlCharacter(0)),
        Invalid("\"0123456789\u{1f}\"", 11, .controlCharacter(0x1f)),
        Invalid(#""\a""#, 1, .invalidEscape),
        Invalid(#""\x41""#, 1, .invalidEscape),
        Invalid(#""\'""#, 1, .invalidEscape),
        Invalid("\"\\\u{0}\"", 1, .invalidEscape),
        Invalid("\"\\é\"", 1, .invalidEscape),
        Invalid(#""\U0041""#, 1, .invalidEscape),
        Invalid(#""\u00g1""#, 5, "g", expected: .hexadecimalDigit),
        Invalid(#""\u 041""#, 3, " ", expected: .hexadecimalDigit),
        Invalid(#""\u00"#, endExpecting: .hexadecimalDigit),
        Invalid(#""\u004""#, 6, "\"", expected: .hexadecimalDigit),
        Invalid(#""\ud800""#, 1, .loneSurrogate),
        Invalid(#""\udc00""#, 1, .loneSurrogate),
        Invalid(#""\ud800\ud800""#, 1, .loneSurrogate),
        Invalid(#""\ud800\n""#, 1, .loneSurrogate),
        Invalid(#""\ud800abc\udc00""#, 1, .loneSurrogate),
        Invalid(#""x\udc00\ud800""#, 2, .loneSurrogate),
        Invalid(#""\ud800\u00""#, 11, "\"", expected: .hexadecimalDigit),
        Invalid(#"{"\ud800":1}"#, 2, .loneSurrogate),
        // The first fault is the one reported.
        Invalid("\"\\q\n\"", 1, .invalidEscape),
    ]

    private static let words: [Invalid] = [
        Invalid("nul", endExpecting: .literalNull),
        Invalid("nulL", 3, "L", expected: .literalNull),
        Invalid("True", 0, "T", expected: .value),
        Invalid("tru", endExpecting: .literalTrue),
        Invalid("[truth]", 4, "t", expected: .literalTrue),
        Invalid("fals3", 4, "3", expected: .literalFalse),
        Invalid("falsey", 5, "y", expected: .endOfDocument),
        Invalid("undefined", 0, "u", expected: .value),
        Invalid("nullnull", 4, "n", expected: .endOfDocument),
    ]
}
