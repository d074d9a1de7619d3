import CPCRE2

/// A compiled pattern that is matched against UTF-8 bytes without allocating.
///
/// The expression owns the memory of its matches, and the captures of the last match are read from it: one thread at a
/// time may use it. Matching is bounded by ``Limits``; a pattern that reaches them says so instead of going on.
///
/// Subjects must be valid UTF-8 and offsets must lie between characters. The bytes are not checked again, because they
/// come from a parser that has checked them.
public final class RegularExpression {
    /// The notation in which a pattern is written.
    public enum Dialect: Sendable {
        /// ECMA-262 with Unicode semantics, as JSON Schema asks for: `\d`, `\w` and `\b` are ASCII, `\s` is
        /// ECMAScript's white space, `$` is the very end, a surrogate pair is one character.
        ///
        /// Unambiguous notation of ECMA-262's Annex B is accepted as well: `\-` and other escaped punctuation, a lone
        /// `]`, `{` or `}`, and `[\w-.]`.
        case ecma262
        /// The notation of jq, which is Oniguruma's "Perl_NT" syntax: classes are Unicode, `$` also matches before a
        /// final newline.
        case oniguruma
    }

    /// What changes how a pattern is understood.
    public struct Options: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Letters match in either case, by Unicode's simple folding.
        public static let caseInsensitive = Options(rawValue: 1)
        /// White space and `#` comments in the pattern are ignored; ``Dialect/oniguruma`` only.
        public static let extended = Options(rawValue: 2)
        /// `.` also matches line terminators.
        public static let dotMatchesNewline = Options(rawValue: 4)
        /// An empty match is no match.
        public static let notEmpty = Options(rawValue: 8)
        /// The longest match anywhere counts, not the first one; ``Dialect/oniguruma`` only.
        public static let longest = Options(rawValue: 16)
    }

    /// How far one match may go before it is given up.
    public struct Limits: Hashable, Sendable {
        /// Backtracking steps of one match.
        public var steps: UInt32
        /// Nested backtracking points of one match, where the system forbids machine code and the pattern is
        /// interpreted. In machine code a match is bounded by a stack of one mebibyte instead.
        public var depth: UInt32

        public init(steps: UInt32 = 1_000_000, depth: UInt32 = 50_000) {
            self.steps = steps
            self.depth = depth
        }
    }

    /// The pattern as it was given.
    public let pattern: String
    /// The name of each capture group, by its number; group 0 is the whole match. `nil` where a group has no name.
    public let groupNames: [String?]
    /// The number of capture groups, group 0 included.
    public var groupCount: Int { groupNames.count }

    private let code: OpaquePointer
    private let matchData: OpaquePointer
    private let matchContext: OpaquePointer
    private let bounds: UnsafeMutablePointer<Int>
    private let matchOptions: UInt32
    private let isCompiledToMachineCode: Bool
    /// Made when a match first needs more than the 32 KiB of the caller's stack that it has otherwise.
    private var stack: OpaquePointer?

    /// The search for the longest match, if that is wanted.
    private let longest: UnsafeMutablePointer<LongestMatch>?

    private static let stackByteLimit = 1 << 20

    /// Compiles a pattern.
    /// - Throws: ``PatternError`` when the pattern is wrong, or cannot be honoured exactly.
    public init(
        _ pattern: String, dialect: Dialect, options: Options = [], limits: Limits = Limits()
    ) throws(PatternError) {
        let compiled: CompiledPattern
        switch dialect {
        case .ecma262:
            let translation = try ECMAScriptTranslation(pattern, options: options)
            compiled = try CompiledPattern(translation, options: options)
        case .oniguruma:
            compiled = try CompiledPattern(oniguruma: pattern, options: options)
        }
        guard
            let matchContext = pcre2_match_context_create_8(nil),
            let matchData = pcre2_match_data_create_from_pattern_8(compiled.code, nil),
            let bounds = pcre2_get_ovector_pointer_8(matchData)
        else {
            pcre2_code_free_8(compiled.code)
            throw PatternError(message: "out of memory", offset: 0)
        }
        pcre2_set_match_limit_8(matchContext, limits.steps)
        pcre2_set_depth_limit_8(matchContext, limits.depth)
        self.pattern = pattern
        self.groupNames = compiled.groupNames
        self.code = compiled.code
        self.matchData = matchData
        self.matchContext = matchContext
        self.bounds = UnsafeMutableRawPointer(bounds).assumingMemoryBound(to: Int.self)
        matchOptions = options.contains(.notEmpty) ? PCRE2_NOTEMPTY : 0
        longest =
            options.contains(.longest) && dialect == .oniguruma
            ? LongestMatch.install(
                in: matchContext, groupCount: compiled.groupNames.count, allowsEmpty: !options.contains(.notEmpty))
            : nil
        // Where the system forbids executable memory the pattern is interpreted: slower, with the same result.
        isCompiledToMachineCode = pcre2_jit_compile_8(compiled.code, PCRE2_JIT_COMPLETE) == 0
    }

    deinit {
        if let longest { LongestMatch.free(longest) }
        if let stack { pcre2_jit_stack_free_8(stack) }
        pcre2_match_data_free_8(matchData)
        pcre2_match_context_free_8(matchContext)
        pcre2_code_free_8(code)
    }

    /// Whether the pattern occurs anywhere in the bytes.
    /// - Throws: ``MatchError`` when the match was given up.
    public func matches(_ utf8: UnsafeRawBufferPointer) throws(MatchError) -> Bool {
        try firstMatch(in: utf8, from: 0)
    }

    /// Looks for the first match that begins at `byteOffset` or later. What lies before still counts for look-behind
    /// and `^`. After `true`, ``group(_:)`` gives the captures, until the next match.
    ///
    /// - Parameters:
    ///   - utf8: valid UTF-8.
    ///   - byteOffset: from 0 to the number of bytes, on a character's first byte or the end. Beyond the end there is
    ///     no match.
    /// - Throws: ``MatchError`` when the match was given up.
    public func firstMatch(in utf8: UnsafeRawBufferPointer, from byteOffset: Int) throws(MatchError) -> Bool {
        guard byteOffset >= 0, byteOffset <= utf8.count else { return false }
        let subject = utf8.baseAddress ?? UnsafeRawPointer(bounds)
        let bytes = subject.assumingMemoryBound(to: UInt8.self)
        longest?.pointee.start()
        var result = run(bytes, utf8.count, from: byteOffset)
        if result == PCRE2_ERROR_JIT_STACKLIMIT, stack == nil {
            stack = pcre2_jit_stack_create_8(64 << 10, Self.stackByteLimit, nil)
            pcre2_jit_stack_assign_8(matchContext, nil, stack.map { UnsafeMutableRawPointer($0) })
            longest?.pointee.start()
            result = run(bytes, utf8.count, from: byteOffset)
        }
        if result >= 0 { return true }
        if result == PCRE2_ERROR_NOMATCH { return longest?.pointee.copy(to: bounds) ?? false }
        throw MatchError(code: result)
    }

    private func run(_ bytes: UnsafePointer<UInt8>, _ count: Int, from byteOffset: Int) -> Int32 {
        if isCompiledToMachineCode {
            return pcre2_jit_match_8(code, bytes, count, byteOffset, matchOptions, matchData, matchContext)
        }
        let options = matchOptions | PCRE2_NO_UTF_CHECK
        return pcre2_match_8(code, bytes, count, byteOffset, options, matchData, matchContext)
    }

    /// The bytes that group `index` captured in the last match, as offsets into its subject; group 0 is the match.
    /// `nil` when the group took no part, or there is no such group. Undefined unless the last match succeeded.
    public func group(_ index: Int) -> Range<Int>? {
        guard index >= 0, index < groupNames.count else { return nil }
        let start = bounds[2 * index]
        let end = bounds[2 * index + 1]
        guard start >= 0, end >= 0 else { return nil }
        // `\K` in a look-ahead can put the start behind the end.
        return min(start, end)..<end
    }
}
