/// Header fields of a request, checked when added and held in one run of bytes.
///
/// Kept and refilled from call to call (``removeAll()``), it allocates nothing after the first few.
public struct HeaderFields: Sendable {
    struct Entry: Sendable {
        /// Where the field's line begins: `Name: value`, then a NUL.
        let offset: Int
        let nameLength: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []

    public init() {}

    /// - Throws: `RequestError` for the first field that cannot be sent.
    public init(_ fields: KeyValuePairs<String, String>) throws(RequestError) {
        for (name, value) in fields { try append(name, value) }
    }

    public var count: Int { entries.count }

    /// All fields as text, in the order in which they were added.
    public var fields: [(name: String, value: String)] {
        entries.map { entry in
            let line = bytes[entry.offset...].prefix { $0 != 0 }
            let value = line.dropFirst(entry.nameLength + 1).drop { $0 == UInt8(ascii: " ") }
            return (
                String(decoding: line.prefix(entry.nameLength), as: UTF8.self), String(decoding: value, as: UTF8.self)
            )
        }
    }

    /// Takes all fields out and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Adds a field.
    /// - Throws: ``RequestError/invalidHeaderName`` when the name is not a token (RFC 9110, section 5.1),
    ///   ``RequestError/refusedHeader(name:)`` for fields that belong to the connection or the message's framing,
    ///   ``RequestError/invalidHeaderValue(name:)`` when the value holds CR, LF, NUL or another control character.
    public mutating func append(_ name: String, _ value: String) throws(RequestError) {
        var name = name
        var value = value
        let failure = name.withUTF8 { name in
            value.withUTF8 { value in check(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value)) }
        }
        if let failure { throw failure }
    }

    /// Adds a field given by bytes; the value should be ASCII, UTF-8 is let through.
    /// - Throws: as ``append(_:_:)-(String,String)``.
    public mutating func append(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(RequestError) {
        if let failure = check(name, value) { throw failure }
    }

    /// Adds a field whose name is a constant, with a value given by bytes.
    public mutating func append(_ name: StaticString, _ value: UnsafeRawBufferPointer) throws(RequestError) {
        let name = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        if let failure = check(name, value) { throw failure }
    }

    private mutating func check(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> RequestError? {
        guard FieldSyntax.isToken(name) else { return .invalidHeaderName }
        if FieldSyntax.isManaged(name) { return .refusedHeader(name: String(decoding: name, as: UTF8.self)) }
        let value = FieldSyntax.trimmed(value)
        guard FieldSyntax.isValue(value) else {
            return .invalidHeaderValue(name: String(decoding: name, as: UTF8.self))
        }
        entries.append(Entry(offset: bytes.count, nameLength: name.count))
        bytes.append(contentsOf: name)
        if value.isEmpty {
            // libcurl's notation for a field without a value; `Name:` would take the field away.
            bytes.append(UInt8(ascii: ";"))
        } else {
            bytes.append(UInt8(ascii: ":"))
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: value)
        }
        bytes.append(0)
        return nil
    }

    /// Whether a field of this name is there, in whatever case.
    func contains(_ name: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeBytes { bytes in
            entries.contains { entry in
                guard entry.nameLength == name.count else { return false }
                return FieldSyntax.equals(
                    UnsafeRawBufferPointer(rebasing: bytes[entry.offset..<entry.offset + entry.nameLength]), name)
            }
        }
    }

    func contains(_ name: StaticString) -> Bool {
        contains(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    func contains(_ name: [UInt8]) -> Bool { name.withUnsafeBytes { contains($0) } }

    func contains(_ name: String) -> Bool { contains(Array(name.utf8)) }
}
