/// A pattern of ECMA-262 in PCRE2's notation, with the way back for error offsets.
struct ECMAScriptTranslation {
    /// The same pattern in PCRE2's notation.
    let output: [UInt8]
    /// The name of each group by number; group 0 is the match.
    let groupNames: [String?]
    /// Offsets at which a term begins: in the output, and in the source.
    private let marks: [(output: Int, source: Int)]

    init(_ pattern: String, options: RegularExpression.Options) throws(PatternError) {
        var pattern = pattern
        let result: Result<ECMAScriptTranslation, PatternError> = pattern.withUTF8 { bytes in
            var parser = ECMAScriptParser(bytes, emits: true, dotMatchesNewline: options.contains(.dotMatchesNewline))
            do throws(PatternError) {
                try parser.parse()
                return .success(ECMAScriptTranslation(parser))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init(_ parser: ECMAScriptParser) {
        output = parser.output
        groupNames = parser.groupNames
        marks = parser.marks
    }

    /// The place in the source of the term that stands at `offset` of the output.
    func sourceOffset(of offset: Int) -> Int {
        marks.last { $0.output < offset }?.source ?? 0
    }
}

extension RegularExpression {
    /// Whether the bytes, which must be valid UTF-8, are a pattern by the grammar of ECMA-262. Allocates nothing when
    /// they are. A well-formed pattern may still be one that cannot be compiled, for instance for a look-behind of
    /// unbounded length.
    public static func isWellFormed(ecma262 utf8: UnsafeRawBufferPointer) -> Bool {
        var parser = ECMAScriptParser(utf8.assumingMemoryBound(to: UInt8.self), emits: false, dotMatchesNewline: false)
        do throws(PatternError) {
            try parser.parse()
            return true
        } catch {
            return false
        }
    }
}
