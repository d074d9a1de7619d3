/// Regular expressions.
extension Builtin {
    static let expressions: [Builtin] = []
}
/// Compiled patterns.
final class PatternCache {}
