import RegularExpressions

/// The first match of a pattern, as text; `nil` when there is none.
func match(
    _ pattern: String, _ dialect: RegularExpression.Dialect, _ subject: String,
    options: RegularExpression.Options = [], from offset: Int = 0
) throws -> String? {
    let expression = try RegularExpression(pattern, dialect: dialect, options: options)
    return try Array(subject.utf8).withUnsafeBytes { bytes in
        guard try expression.firstMatch(in: bytes, from: offset), let range = expression.group(0) else { return nil }
        return String(decoding: bytes[range], as: UTF8.self)
    }
}

func isWellFormed(_ pattern: String) -> Bool {
    Array(pattern.utf8).withUnsafeBytes { RegularExpression.isWellFormed(ecma262: $0) }
}
