import JSON

/// Merges remembered members into the references of a key. Keeps its memory from one merge to the next; not thread-safe.
public final class ReferenceMerger {
    /// Which side cannot be merged, and why.
    public struct Failure: Error, Equatable, Sendable {
        public let reason: String
    }

    private let known = Document()
    private let added = Document()
    private let output = ByteBuffer(capacity: 256, retainedCapacity: 64 << 10)

    public init() {}

    /// The members of both objects, of which those of `remembered` win; `null` is a value like any other.
    ///
    /// The members are sorted by name, so that the same knowledge is the same bytes, in whatever order it came.
    public func merge(_ references: [UInt8]?, with remembered: [UInt8]) throws(Failure) -> [UInt8] {
        let references = references ?? Array("{}".utf8)
        return try references.withUnsafeBytesTyped { (a) throws(Failure) in
            try remembered.withUnsafeBytesTyped { (b) throws(Failure) in
                merge(try Self.object(a, known), try Self.object(b, added))
            }
        }
    }

    private func merge(_ references: Value, _ remembered: Value) -> [UInt8] {
        var members = Array(remembered.members)
        for member in references.members where remembered.memberPosition(member.key.bytes) == nil {
            members.append(member)
        }
        members.sort { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        output.removeAll()
        members.withUnsafeBufferPointer { output.write(.object($0)) }
        return Array(output.bytes)
    }

    private static func object(_ bytes: UnsafeRawBufferPointer, _ document: Document) throws(Failure) -> Value {
        let value: Value
        do {
            value = try document.parse(bytes)
        } catch {
            throw Failure(reason: "no JSON: \(error)")
        }
        guard value.kind == .object else { throw Failure(reason: "no JSON object, but \(value.kind)") }
        return value
    }
}
