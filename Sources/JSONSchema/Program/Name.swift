import JSON

/// A member's name, or a pattern's text, by its bytes: Swift's strings are equal when Unicode calls them equivalent,
/// JSON's only when they are the same.
struct Name: Hashable, Comparable {
    let bytes: [UInt8]

    init(_ value: Value) {
        bytes = Array(value.bytes)
    }

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The name as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    static func < (a: Name, b: Name) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
