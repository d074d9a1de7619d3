/// Sets of characters to make strings from: some of each class, not all.
enum CharacterSets {
    typealias Ranges = [ClosedRange<UInt32>]

    static let printable: Ranges = [0x20...0x7E, 0x61...0x7A, 0xE4...0xE4, 0x6F22...0x6F22]
    static let digits: Ranges = [0x30...0x39]
    static let word: Ranges = [0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F...0x5F]
    private static let lower: Ranges = [0x61...0x7A, 0xE0...0xF6]
    private static let upper: Ranges = [0x41...0x5A, 0xC0...0xD6]

    /// Characters of a Unicode property; `nil` for those that none are known of.
    static func property(_ name: String) -> Ranges? {
        switch name.split(separator: "=").last ?? "" {
        case "L", "Letter", "Alphabetic", "Alpha": lower + upper + [0x6F22...0x6F22, 0x416...0x416]
        case "Ll", "Lowercase_Letter", "Lowercase", "Lower": lower
        case "Lu", "Uppercase_Letter", "Uppercase", "Upper": upper
        case "Lo", "Other_Letter", "Han", "Hani": [0x6F22...0x6F22, 0x5B57...0x5B57]
        case "N", "Number", "Nd", "Decimal_Number", "digit": digits
        case "P", "Punctuation", "punct": [0x21...0x23, 0x2C...0x2F, 0x3A...0x3B]
        case "S", "Symbol": [0x24...0x24, 0x2B...0x2B, 0x3C...0x3E]
        case "Z", "Separator", "Zs", "Space_Separator", "White_Space": [0x20...0x20]
        case "Latin", "Latn": lower + upper
        case "Greek", "Grek": [0x3B1...0x3C9]
        case "Cyrillic", "Cyrl": [0x410...0x44F]
        case "ASCII": [0x20...0x7E]
        case "Any": printable
        default: nil
        }
    }

    /// Characters that are not in the ranges, of the first 256 that can be seen and a few beyond.
    static func complement(_ ranges: Ranges) -> Ranges {
        let candidates: Ranges = [0x20...0x7E, 0xA1...0xFF, 0x6F22...0x6F22, 0x09...0x0A]
        return candidates.flatMap { candidate -> Ranges in
            candidate.filter { scalar in !ranges.contains { $0.contains(scalar) } }.map { $0...$0 }
        }
    }
}
