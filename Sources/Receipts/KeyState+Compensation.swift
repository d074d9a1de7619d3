import JSON

/// What was known of a key before an event that may have to be undone.
public struct KeyBefore: Equatable, Sendable {
    /// The event, by its name among failures.
    public var event: EffectID
    public var references: [UInt8]?
    public var version: EventVersion?

    public init(event: EffectID, references: [UInt8]? = nil, version: EventVersion? = nil) {
        self.event = event
        self.references = references
        self.version = version
    }
}

extension KeyState {
    /// Keeps what is known of the key as what was known before the event, unless that is kept already.
    public mutating func keep(before event: EffectID) {
        guard before?.event != event else { return }
        before = KeyBefore(event: event, references: references, version: version)
    }

    /// What the event's step remembered is again what it was before the event; with the last of its steps the version
    /// is, too, so that no event counts as stale because of one that is undone (D13).
    ///
    /// - Parameter withVersion: whether nothing stays of the event.
    public mutating func takeBack(_ names: [String], of event: EffectID, withVersion: Bool) {
        let old = before.flatMap { $0.event == event ? $0 : nil }
        if !names.isEmpty { references = KeyState.replacing(names, in: references, by: old?.references) }
        if withVersion, let old { version = old.version }
    }

    /// The members with those of the given names as they are in `old`, or absent where they are not there; sorted by
    /// name, as ``ReferenceMerger`` leaves them.
    private static func replacing(_ names: [String], in references: [UInt8]?, by old: [UInt8]?) -> [UInt8]? {
        let arena = Arena()
        var members = KeyState.members(references, arena).filter { member in
            !names.contains(String(decoding: member.key.bytes, as: UTF8.self))
        }
        members += KeyState.members(old, arena).filter { member in
            names.contains(String(decoding: member.key.bytes, as: UTF8.self))
        }
        members.sort { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        guard !members.isEmpty else { return nil }
        let buffer = ByteBuffer(capacity: 128)
        members.withUnsafeBufferPointer { buffer.write(.object($0)) }
        withExtendedLifetime(arena) {}
        return Array(buffer.bytes)
    }

    private static func members(_ object: [UInt8]?, _ arena: Arena) -> [Member] {
        guard let object else { return [] }
        return object.withUnsafeBytes { bytes in
            guard let value = try? Parser().parse(copying: bytes, into: arena), value.kind == .object else { return [] }
            return Array(value.members)
        }
    }
}

extension KeyBefore {
    func write(to buffer: ByteBuffer) {
        buffer.append(#""before":{"event":""#)
        event.write(to: buffer)
        buffer.append(#"""#)
        if let references {
            buffer.append(#","references":"#)
            references.withUnsafeBytes { buffer.append($0) }
        }
        if let version {
            buffer.append(#","version":"#)
            version.write(to: buffer)
        }
        buffer.append("}")
    }

    init(_ value: Value) throws(StateRecordError) {
        guard let event = value["event"]?.string.flatMap({ EffectID($0) }) else {
            throw StateRecordError(reason: "`before` names no event")
        }
        self.init(event: event)
        if let references = value["references"] {
            self.references = try StateRecordDecoder.bytes(references, "before.references")
        }
        if let version = value["version"] { self.version = try StateRecordDecoder.version(version) }
    }
}
