import Foundation
import JSON
import Kafka

/// A record copied out of the client's memory into one buffer that is reused from event to event.
///
/// A record of librdkafka keeps its whole fetch response alive; one slow key would hold a megabyte for 600 bytes.
/// The copy costs less than it saves, and makes the bound on buffered bytes exact.
final class StoredRecord {
    private(set) var partition: Int32 = 0
    private(set) var offset: Int64 = 0
    /// Milliseconds since 1970, or -1 when the record has no time.
    private(set) var timestamp: Int64 = -1

    /// Key, value, then for each header its name and value.
    private let buffer = ByteBuffer(capacity: 64, retainedCapacity: retainedCapacity)
    private static let retainedCapacity = 2_048
    private var keyCount = -1
    private var valueCount = -1
    private var headerCounts: [(name: Int32, value: Int32)] = []

    func copy(from record: borrowing RecordView, partition: Int32) {
        store(
            partition: partition, offset: record.offset, timestamp: record.timestamp ?? -1, key: record.key,
            value: record.value)
        for header in record.headers { addHeader(header.name, header.value) }
    }

    /// Takes a record's parts over, without headers; `nil` is a record without a key, and a tombstone.
    func store(
        partition: Int32, offset: Int64, timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?
    ) {
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        buffer.removeAll()
        headerCounts.removeAll(keepingCapacity: true)
        keyCount = append(key)
        valueCount = append(value)
    }

    /// Adds a header behind those that are there.
    func addHeader(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) {
        buffer.append(name)
        headerCounts.append((Int32(name.count), Int32(append(value))))
    }

    private func append(_ bytes: UnsafeRawBufferPointer?) -> Int {
        guard let bytes else { return -1 }
        buffer.append(bytes)
        return bytes.count
    }

    /// Leaves the record to be written over; one that is large is forgotten, and a reasonable amount of memory kept.
    func shrink() {
        guard buffer.count > Self.retainedCapacity else { return }
        buffer.removeAll()
        headerCounts.removeAll(keepingCapacity: true)
        keyCount = -1
        valueCount = -1
    }

    /// Bytes held.
    var byteCount: Int { buffer.count }

    var key: UnsafeRawBufferPointer? { slice(from: 0, count: keyCount) }

    /// The value; `nil` is a tombstone.
    var value: UnsafeRawBufferPointer? { slice(from: max(keyCount, 0), count: valueCount) }

    var headerCount: Int { headerCounts.count }

    /// Calls `body` for each header, in order.
    func forEachHeader(
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void
    ) {
        var start = max(keyCount, 0) + max(valueCount, 0)
        for (name, value) in headerCounts {
            let nameBytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<start + Int(name)])
            start += Int(name)
            body(nameBytes, slice(from: start, count: Int(value)))
            start += Int(max(value, 0))
        }
    }

    /// The value of the last header with this name, or `nil`.
    func header(_ wanted: StaticString) -> UnsafeRawBufferPointer? {
        var found: UnsafeRawBufferPointer?
        forEachHeader { name, value in
            if name.equals(wanted), let value { found = value }
        }
        return found
    }

    private func slice(from start: Int, count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0 else { return nil }
        return UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<start + count])
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of a text in the program.
    init(_ text: StaticString) {
        self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// Whether these are the text's bytes.
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let baseAddress else { return false }
        return memcmp(baseAddress, text.utf8Start, count) == 0
    }

    /// Whether the bytes are valid UTF-8.
    var isUTF8: Bool {
        allSatisfy { $0 < 0x80 } || String(validating: self, as: UTF8.self) != nil
    }

    /// Whether the bytes begin with a text of ASCII, whatever its case.
    func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
        let wanted = UnsafeRawBufferPointer(text)
        guard count >= wanted.count, let baseAddress else { return false }
        // Most are written as they are wanted.
        if memcmp(baseAddress, text.utf8Start, wanted.count) == 0 { return true }
        return zip(self, wanted).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    }
}
