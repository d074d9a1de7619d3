import RegularExpressions
import Testing

/// Patterns of JSON Schema mean what ECMA-262 says, not what PCRE2 makes of the same text.
@Suite struct ECMAScriptTests {
    @Test(
        arguments: [
            // Unanchored.
            ("b", "abc", "b"), ("^b", "abc", nil),
            // `$` is the very end, and `^` the very beginning.
            ("c$", "abc", "c"), ("c$", "abc\n", nil), ("^b", "a\nb", nil),
            // Classes are ASCII, white space is ECMAScript's.
            ("^\\d$", "7", "7"), ("^\\d$", "߀", nil), ("^\\D$", "߀", "߀"), ("^\\w$", "é", nil), ("^\\W$", "é", "é"),
            ("^\\s$", "\u{FEFF}", "\u{FEFF}"), ("^\\s$", "\u{A0}", "\u{A0}"), ("^\\s$", "\u{85}", nil),
            ("^[\\S]$", "\u{2029}", nil), ("^[^\\S]$", "\u{2029}", "\u{2029}"), ("^[\\S]$", "x", "x"),
            ("\\bé", "é", nil), ("a\\b", "aé", "a"),
            // The dot knows four line terminators.
            ("a.b", "a\u{2028}b", nil), ("a.b", "a\rb", nil), ("a.b", "a\u{85}b", "a\u{85}b"),
            // Escapes.
            ("^\\cJ\\x41\\u0042\\u{43}\\t\\v\\f\\0$", "\nABC\t\u{B}\u{C}\0", "\nABC\t\u{B}\u{C}\0"),
            ("^\\uD83D\\uDC32$", "🐲", "🐲"), ("^[\\uD83D\\uDC32]$", "🐲", "🐲"), ("^🐲*$", "🐲🐲", "🐲🐲"),
            ("\\/\\-\\_", "/-_", "/-_"), ("[\\b]", "\u{8}", "\u{8}"),
            // Classes that PCRE2 reads otherwise.
            ("[^]", "\n", "\n"), ("a[]|b", "ab", "b"), ("[[:alpha:]]", "a]", "a]"), ("[[:alpha:]]", "x]", nil),
            ("^[\\w-.]+$", "a-b.c", "a-b.c"), ("[\\d-x]+", "1-x", "1-x"), ("[a-]+", "a-", "a-"),
            // Annex B where it is unambiguous.
            ("a{,2}", "a{,2}", "a{,2}"), ("^]}{$", "]}{", "]}{"), ("x{1", "x{1", "x{1"),
            // Repetition.
            ("a{2}", "aaa", "aa"), ("a{2,}", "aaa", "aaa"), ("a{1,2}", "aaa", "aa"), ("a+?", "aaa", "a"),
            ("^a{0,1}$", "", ""), ("^a{0}b$", "b", "b"),
            // Groups and references; an unset group matches the empty string.
            ("(?<year>\\d+)-\\k<year>", "12-12", "12-12"), ("\\k<a>(?<a>b)", "b", "b"), ("(a)|\\1b", "b", "b"),
            ("(?<=\\$)\\d+", "$42", "42"), ("(?<!a)b", "ab", nil), ("a(?!b)", "ab", nil), ("a(?=b)", "ab", "a"),
            // Properties of Unicode.
            ("^\\p{Letter}+$", "π", "π"), ("^\\p{Lu}$", "É", "É"), ("^\\p{digit}+$", "৪২", "৪২"),
            ("^\\p{Script=Greek}$", "π", "π"), ("^\\p{sc=Cyrl}$", "π", nil), ("^[\\p{L}\\p{Nd}]+$", "é7", "é7"),
            ("^\\P{L}$", "7", "7"), ("^\\p{Alphabetic}$", "é", "é"), ("^\\p{General_Category=Lu}$", "é", nil),
            ("^\\p{ASCII}$", "é", nil), ("^\\p{Assigned}$", "é", "é"), ("\\P{Assigned}", "é", nil),
            ("^\\p{scx=Deva}$", "।", "।"),
            ("^\\p{Emoji}$", "😀", "😀"),
            // The empty pattern matches the empty string.
            ("", "", ""), ("^$", "", ""),
            // White space and comments are literal.
            ("a b#c", "a b#c", "a b#c"),
        ] as [(String, String, String?)])
    func matching(pattern: String, subject: String, expected: String?) throws {
        #expect(try match(pattern, .ecma262, subject) == expected)
        #expect(isWellFormed(pattern))
    }

    @Test(arguments: [
        ("\\a", 1), ("\\Qa\\E", 1), ("\\h", 1), ("\\Z", 1), ("(?i)a", 1), ("(?P<n>a)", 1), ("(?#c)a", 1), ("(?>a)", 1),
        ("(*UTF)a", 1), ("a**", 2), ("a++", 2), ("+", 0), ("{2}", 0), ("^*", 1), ("(?=a)*", 5), ("\\b+", 2),
        ("(a", 0), ("a)", 1), ("[a", 0), ("[b-a]", 1), ("a{2,1}", 1), ("\\", 1), ("[\\", 2), ("\\1", 0), ("(a)\\2", 3),
        ("\\k<x>", 0), ("\\k", 2), ("(?<x>a)(?<x>b)", 10), ("(?<1>a)", 3), ("(?<x", 4), ("(?<>a)", 3), ("\\01", 2),
        ("\\c1", 2), ("\\x4", 3), ("\\u12", 4), ("\\u{110000}", 9), ("\\u{}", 3), ("\\uD83D", 0),
        ("[\\uD800-\\uDFFF]", 1),
        ("\\p{Klingon}", 2), ("\\pL", 2), ("\\p{Script=}", 10), ("\\p{L", 4), ("[\\1]", 2), ("\\é", 1),
    ])
    func refusedWithItsPlace(pattern: String, offset: Int) {
        let error = #expect(throws: PatternError.self) { try RegularExpression(pattern, dialect: .ecma262) }
        #expect(error?.offset == offset, "\(error?.description ?? "")")
        #expect(!isWellFormed(pattern))
    }

    /// Well-formed, and not to be honoured: refused when compiling rather than matched otherwise.
    @Test(arguments: [("ab(?<=a+)b", 2), ("\\p{Script=Klingon}", 0), ("a{100000}", 0)])
    func refusedBecauseItCannotBeHonoured(pattern: String, offset: Int) {
        let error = #expect(throws: PatternError.self) { try RegularExpression(pattern, dialect: .ecma262) }
        #expect(error?.offset == offset, "\(error?.description ?? "")")
        #expect(isWellFormed(pattern))
    }

    @Test func deepNestingIsRefusedRatherThanOverflowing() {
        let pattern = String(repeating: "(", count: 100_000)
        #expect(throws: PatternError.self) { try RegularExpression(pattern, dialect: .ecma262) }
        #expect(!isWellFormed(pattern))
    }

    @Test func options() throws {
        #expect(try match("É.", .ecma262, "é\n", options: [.caseInsensitive, .dotMatchesNewline]) == "é\n")
        #expect(try match("a*", .ecma262, "baa", options: .notEmpty) == "aa")
    }
}
