import JSON

/// The version of an event among the events of its key, by which a stale one is told (D13).
///
/// Equal are versions that are written the same: `1` and `1.0` are not equal, though neither is older.
public enum EventVersion: Equatable, Sendable {
    /// A JSON number's literal, digit for digit, so that none is lost beyond what a double holds.
    case number(literal: String)
    /// A text, such as a date-time of ISO 8601.
    case text(String)

    /// The version that an expression gave; `nil` for what is neither a string nor a finite number.
    public init?(_ value: Value) {
        switch value.kind {
        case .string: self = .text(String(decoding: value.bytes, as: UTF8.self))
        case .number where value.isLiteral: self = .number(literal: String(decoding: value.bytes, as: UTF8.self))
        case .number:
            guard let double = value.double, double.isFinite else { return nil }
            let buffer = ByteBuffer(capacity: 64)
            buffer.write(value)
            self = .number(literal: buffer.text)
        default: return nil
        }
    }

    /// Whether this version is older than the other: numbers by their exact decimal value, texts by code points.
    ///
    /// Date-times compare as texts, so all of a key need the same zone and precision. A number and a text have no
    /// order: neither is older, because an event that is not known to be stale is applied.
    public func isOlder(than other: EventVersion) -> Bool {
        switch (self, other) {
        case (.number(var a), .number(var b)):
            a.withUTF8 { a in
                b.withUTF8 { b in
                    Value.compareNumbers(
                        .literal(UnsafeRawBufferPointer(a)), .literal(UnsafeRawBufferPointer(b))) < 0
                }
            }
        case (.text(let a), .text(let b)):
            // The order of UTF-8 bytes is that of code points. `String` has another, by canonical equivalence.
            a.utf8.lexicographicallyPrecedes(b.utf8)
        default: false
        }
    }

    /// Appends the version as a JSON value.
    public func write(to buffer: ByteBuffer) {
        switch self {
        case .number(let literal): buffer.append(literal)
        case .text(let text): buffer.writeString(text)
        }
    }

    /// Bytes that the version keeps beyond its own size, about.
    var byteCount: Int {
        switch self {
        case .number(let text), .text(let text): text.utf8.count
        }
    }
}
