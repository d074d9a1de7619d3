/// Dates.
extension Builtin {
    static let dates: [Builtin] = []
}
