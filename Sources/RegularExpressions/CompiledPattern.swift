import CPCRE2

/// A pattern in PCRE2's form, and the names of its groups. Whoever takes ``code`` frees it.
struct CompiledPattern {
    let code: OpaquePointer
    let groupNames: [String?]

    /// Compiles what ECMA-262 notation was translated to.
    init(_ translation: ECMAScriptTranslation, options: RegularExpression.Options) throws(PatternError) {
        // Not UCP: ECMAScript's \d, \w and \b are ASCII. An unset back reference matches the empty string there.
        let flags = PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF | Self.caseFlag(options)
        switch Self.compile(translation.output, flags: flags) {
        case .success(let code):
            self.code = code
            groupNames = translation.groupNames
        case .failure(let error):
            throw PatternError(message: error.message, offset: translation.sourceOffset(of: error.offset))
        }
    }

    /// Compiles Oniguruma's Perl_NT notation, which PCRE2 reads as it is.
    init(oniguruma pattern: String, options: RegularExpression.Options) throws(PatternError) {
        var flags = PCRE2_UTF | PCRE2_UCP | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C | Self.caseFlag(options)
        if options.contains(.extended) { flags |= PCRE2_EXTENDED }
        if options.contains(.dotMatchesNewline) { flags |= PCRE2_DOTALL }
        var code = try Self.compile(Array(pattern.utf8), flags: flags).get()
        // The pattern as it stands is compiled first, to see its faults, and to see them where they are.
        let words = OnigurumaWords.replace(in: Array(pattern.utf8))
        if words != Array(pattern.utf8) || options.contains(.longest) {
            pcre2_code_free_8(code)
            var changed = words
            if options.contains(.longest) {
                changed = LongestMatch.pattern(words, isExtended: options.contains(.extended))
                flags |= PCRE2_NO_AUTO_POSSESS
            }
            code = try Self.compile(changed, flags: flags).get()
        }
        self.code = code
        groupNames = Self.groupNames(of: code)
    }

    private static func caseFlag(_ options: RegularExpression.Options) -> UInt32 {
        options.contains(.caseInsensitive) ? PCRE2_CASELESS : 0
    }

    private static func compile(_ pattern: [UInt8], flags: UInt32) -> Result<OpaquePointer, PatternError> {
        // PCRE2's build decides which newlines `.` and `$` know; we say it.
        guard let context = pcre2_compile_context_create_8(nil) else {
            return .failure(PatternError(message: "out of memory", offset: 0))
        }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
        var errorCode: Int32 = 0
        var errorOffset = 0
        let code = pattern.withUnsafeBufferPointer { bytes in
            // An empty array may have no address.
            var nothing: UInt8 = 0
            return withUnsafePointer(to: &nothing) { empty in
                pcre2_compile_8(bytes.baseAddress ?? empty, bytes.count, flags, &errorCode, &errorOffset, context)
            }
        }
        if let code { return .success(code) }
        // Errors stand behind what is wrong, but for this one, which stands at its beginning.
        if errorCode == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH { errorOffset += 1 }
        return .failure(PatternError(message: message(of: errorCode), offset: errorOffset))
    }

    private static func message(of errorCode: Int32) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let count = pcre2_get_error_message_8(errorCode, buffer.baseAddress, buffer.count)
            guard count > 0 else { return "error \(errorCode)" }
            return String(decoding: buffer[..<Int(count)], as: UTF8.self)
        }
    }

    private static func groupNames(of code: OpaquePointer) -> [String?] {
        var captureCount: UInt32 = 0
        var nameCount: UInt32 = 0
        var entrySize: UInt32 = 0
        var table: UnsafePointer<UInt8>?
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &captureCount)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &nameCount)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &entrySize)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
        var names = [String?](repeating: nil, count: Int(captureCount) + 1)
        guard let table else { return names }
        for index in 0..<Int(nameCount) {
            // An entry is the group's number in two bytes and its name, ended by a zero.
            let entry = table + index * Int(entrySize)
            let number = Int(entry[0]) << 8 | Int(entry[1])
            names[number] = String(cString: entry + 2)
        }
        return names
    }
}
