/// A Unicode property as PCRE2 writes it between the braces of `\p{…}`.
struct UnicodeProperty {
    private let prefix: StaticString
    private let name: UnsafeBufferPointer<UInt8>
    /// Whether the notation names the complement.
    let isComplement: Bool

    fileprivate init(prefix: StaticString = "", name: UnsafeBufferPointer<UInt8>) {
        self.prefix = prefix
        self.name = name
        isComplement = false
    }

    fileprivate init(_ name: StaticString, isComplement: Bool = false) {
        prefix = ""
        self.name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        self.isComplement = isComplement
    }

    var notation: [UInt8] {
        Array(UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)) + Array(name)
    }
}

extension ECMAScriptParser {
    /// Reads `{Name}` or `{Name=Value}` behind `\p`.
    mutating func unicodeProperty() throws(PatternError) -> UnicodeProperty {
        let start = position
        guard take("{") else { throw error("\\p must be followed by a property in braces") }
        let first = propertyWord()
        if take("}") {
            if let category = GeneralCategory.notation(of: first) { return UnicodeProperty(category) }
            // PCRE2 lacks this one: what is assigned is what is not unassigned.
            if first.equals("Assigned") { return UnicodeProperty("Cn", isComplement: true) }
            if BinaryProperty.contains(first) { return UnicodeProperty(name: first) }
            throw PatternError(message: "unknown Unicode property", offset: start)
        }
        guard take("=") else { throw error("a Unicode property is a name, or a name, '=' and a value, in braces") }
        let value = propertyWord()
        guard !value.isEmpty, take("}") else { throw error("a Unicode property must be ended by '}'") }
        if first.equals("General_Category") || first.equals("gc") {
            if let category = GeneralCategory.notation(of: value) { return UnicodeProperty(category) }
        } else if first.equals("Script") || first.equals("sc") {
            return UnicodeProperty(prefix: "sc:", name: value)
        } else if first.equals("Script_Extensions") || first.equals("scx") {
            return UnicodeProperty(prefix: "scx:", name: value)
        }
        throw PatternError(message: "unknown Unicode property", offset: start)
    }

    private mutating func propertyWord() -> UnsafeBufferPointer<UInt8> {
        let start = position
        while let byte = peek(), ASCII.isWord(byte) { position += 1 }
        return UnsafeBufferPointer(rebasing: input[start..<position])
    }
}

/// The values of `General_Category` with all names that Unicode's PropertyValueAliases gives them.
private enum GeneralCategory {
    static func notation(of name: UnsafeBufferPointer<UInt8>) -> StaticString? {
        for row in rows where row.names.containsWord(name) { return row.notation }
        return nil
    }

    private static let rows: [(names: StaticString, notation: StaticString)] = [
        ("C Other", "C"), ("Cc Control cntrl", "Cc"), ("Cf Format", "Cf"), ("Cn Unassigned", "Cn"),
        ("Co Private_Use", "Co"), ("Cs Surrogate", "Cs"), ("L Letter", "L"), ("LC Cased_Letter", "L&"),
        ("Ll Lowercase_Letter", "Ll"), ("Lm Modifier_Letter", "Lm"), ("Lo Other_Letter", "Lo"),
        ("Lt Titlecase_Letter", "Lt"), ("Lu Uppercase_Letter", "Lu"), ("M Mark Combining_Mark", "M"),
        ("Mc Spacing_Mark", "Mc"), ("Me Enclosing_Mark", "Me"), ("Mn Nonspacing_Mark", "Mn"), ("N Number", "N"),
        ("Nd Decimal_Number digit", "Nd"), ("Nl Letter_Number", "Nl"), ("No Other_Number", "No"),
        ("P Punctuation punct", "P"), ("Pc Connector_Punctuation", "Pc"), ("Pd Dash_Punctuation", "Pd"),
        ("Pe Close_Punctuation", "Pe"), ("Pf Final_Punctuation", "Pf"), ("Pi Initial_Punctuation", "Pi"),
        ("Po Other_Punctuation", "Po"), ("Ps Open_Punctuation", "Ps"), ("S Symbol", "S"),
        ("Sc Currency_Symbol", "Sc"), ("Sk Modifier_Symbol", "Sk"), ("Sm Math_Symbol", "Sm"),
        ("So Other_Symbol", "So"), ("Z Separator", "Z"), ("Zl Line_Separator", "Zl"),
        ("Zp Paragraph_Separator", "Zp"), ("Zs Space_Separator", "Zs"),
    ]
}

/// The binary properties that ECMA-262 names; PCRE2 knows more, and by looser names.
private enum BinaryProperty {
    static func contains(_ name: UnsafeBufferPointer<UInt8>) -> Bool { names.containsWord(name) }

    private static let names: StaticString = """
        ASCII AHex ASCII_Hex_Digit Alpha Alphabetic Any Bidi_C Bidi_Control Bidi_M Bidi_Mirrored CI \
        Case_Ignorable Cased CWCF Changes_When_Casefolded CWCM Changes_When_Casemapped CWL Changes_When_Lowercased \
        CWT Changes_When_Titlecased CWU Changes_When_Uppercased Dash DI Default_Ignorable_Code_Point Dep Deprecated \
        Dia Diacritic Emoji EComp Emoji_Component EMod Emoji_Modifier EBase Emoji_Modifier_Base EPres \
        Emoji_Presentation ExtPict Extended_Pictographic Ext Extender Gr_Base Grapheme_Base Gr_Ext Grapheme_Extend \
        Hex Hex_Digit IDSB IDS_Binary_Operator IDST IDS_Trinary_Operator IDC ID_Continue IDS ID_Start Ideo \
        Ideographic Join_C Join_Control LOE Logical_Order_Exception Lower Lowercase Math NChar \
        Noncharacter_Code_Point Pat_Syn Pattern_Syntax Pat_WS Pattern_White_Space QMark Quotation_Mark Radical RI \
        Regional_Indicator STerm Sentence_Terminal SD Soft_Dotted Term Terminal_Punctuation UIdeo Unified_Ideograph \
        Upper Uppercase VS Variation_Selector space White_Space XIDC XID_Continue XIDS XID_Start
        """
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && indices.allSatisfy { self[$0] == text.utf8Start[$0] }
    }
}

extension StaticString {
    /// Whether `word` is one of the words of this text, which single spaces part.
    fileprivate func containsWord(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !word.isEmpty else { return false }
        var start = 0
        for end in 0...utf8CodeUnitCount where end == utf8CodeUnitCount || utf8Start[end] == UInt8(ascii: " ") {
            if UnsafeBufferPointer(start: utf8Start + start, count: end - start).elementsEqual(word) { return true }
            start = end + 1
        }
        return false
    }
}
