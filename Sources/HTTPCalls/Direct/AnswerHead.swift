import Glibc
import JSON

/// The head of an answer that came over a connection of our own: its status and its fields. The memory is reused from
/// call to call.
struct AnswerHead: ~Copyable {
    /// 0 before an answer's first field has come.
    var status = 0
    /// `name:value`, each ended by a line feed, which cannot stand in them.
    private let fields = ByteBuffer(capacity: 512, retainedCapacity: 8 << 10)
    private var isInValue = false

    mutating func removeAll() {
        status = 0
        fields.removeAll()
        isInValue = false
    }

    /// Takes a part of a field's name.
    mutating func appendName(_ bytes: UnsafeRawBufferPointer) {
        if isInValue { fields.append(UInt8(ascii: "\n")) }
        isInValue = false
        fields.append(bytes)
    }

    /// Takes a part of a field's value, which may be empty.
    mutating func appendValue(_ bytes: UnsafeRawBufferPointer) {
        if !isInValue { fields.append(UInt8(ascii: ":")) }
        isInValue = true
        fields.append(bytes)
    }

    /// The value of a field, the last one if there are several. To ask for one that is not there costs next to nothing.
    func field(_ name: String) -> String? {
        var name = name
        return name.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    }

    private func find(_ name: UnsafeRawBufferPointer) -> String? {
        let bytes = fields.bytes
        var found: Range<Int>?
        var start = 0
        while start < bytes.count {
            let end = Self.endOfLine(in: bytes, from: start)
            let colon = start + name.count
            if colon < end, bytes[colon] == UInt8(ascii: ":"),
                FieldSyntax.equals(UnsafeRawBufferPointer(rebasing: bytes[start..<colon]), name)
            {
                found = colon + 1..<end
            }
            start = end + 1
        }
        return found.map {
            String(decoding: FieldSyntax.trimmed(UnsafeRawBufferPointer(rebasing: bytes[$0])), as: UTF8.self)
        }
    }

    private static func endOfLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
        else { return bytes.count }
        return UnsafeRawPointer(found) - base
    }
}
