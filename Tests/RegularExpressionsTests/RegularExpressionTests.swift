import RegularExpressions
import Testing

@Suite struct RegularExpressionTests {
    @Test func capturesAreByteRanges() throws {
        let expression = try RegularExpression("(?<word>é+)(x)?(?<digit>\\d)", dialect: .ecma262)
        #expect(expression.groupNames == [nil, "word", nil, "digit"])
        #expect(expression.groupCount == 4)
        let isMatch = try Array("--éé7".utf8).withUnsafeBytes { try expression.firstMatch(in: $0, from: 0) }
        #expect(isMatch)
        #expect(expression.group(0) == 2..<7)
        #expect(expression.group(1) == 2..<6)
        #expect(expression.group(2) == nil)
        #expect(expression.group(3) == 6..<7)
        #expect(expression.group(4) == nil)
        #expect(expression.group(-1) == nil)
    }

    @Test func matchingGoesOnFromAnOffset() throws {
        #expect(try match("\\w", .oniguruma, "abc", from: 1) == "b")
        #expect(try match("(?<=a)b", .oniguruma, "ab", from: 1) == "b")
        #expect(try match("^b", .oniguruma, "ab", from: 1) == nil)
        #expect(try match("$", .oniguruma, "ab", from: 2) == "")
        #expect(try match("a", .oniguruma, "ab", from: 3) == nil)
    }

    /// jq's patterns: Oniguruma's Perl_NT syntax with Unicode classes.
    @Test(
        arguments: [
            ("\\w", "é", "é"), ("\\d", "٣", "٣"), ("\\s", "\u{A0}", "\u{A0}"), ("b$", "b\n", "b"), ("b\\z", "b\n", nil),
            ("^b", "a\nb", nil), ("a.b", "a\nb", nil), ("[[:alpha:]]+", "né7", "né"), ("(?i)É", "é", "é"),
            ("(?<n>a)\\k<n>", "aa", "aa"), ("(?>a+)a", "aa", nil),
        ] as [(String, String, String?)])
    func oniguruma(pattern: String, subject: String, expected: String?) throws {
        #expect(try match(pattern, .oniguruma, subject) == expected)
    }

    @Test func onigurumaOptions() throws {
        #expect(try match("a.b", .oniguruma, "a\nb", options: .dotMatchesNewline) == "a\nb")
        #expect(try match("a b # comment", .oniguruma, "AB", options: [.extended, .caseInsensitive]) == "AB")
        #expect(throws: PatternError.self) { try RegularExpression("(a", dialect: .oniguruma) }
        #expect(throws: PatternError.self) { try RegularExpression("\\C", dialect: .oniguruma) }
    }

    /// A pattern that backtracks without end is given up and says so.
    @Test(arguments: ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$"])
    func limit(pattern: String) throws {
        let expression = try RegularExpression(pattern, dialect: .ecma262, limits: .init(steps: 10_000))
        let subject = String(repeating: "a", count: 500) + "x"
        #expect(throws: MatchError.limitExceeded) {
            try Array(subject.utf8).withUnsafeBytes { try expression.matches($0) }
        }
        // The expression is good for the next subject.
        #expect(try Array("aa".utf8).withUnsafeBytes { try expression.matches($0) })
    }

    @Test func aLongSubjectThatNeedsStackIsMatched() throws {
        let expression = try RegularExpression("^(?:(a)|b)*$", dialect: .ecma262)
        let subject = String(repeating: "ab", count: 5_000)
        #expect(try Array(subject.utf8).withUnsafeBytes { try expression.matches($0) })
        let endless = String(repeating: "ab", count: 500_000)
        #expect(throws: MatchError.limitExceeded) {
            try Array(endless.utf8).withUnsafeBytes { try expression.matches($0) }
        }
    }
}
