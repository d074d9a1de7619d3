import JSON
import Kafka

/// Records as the payload of an entry in a table by key.
///
///     partition  4 bytes, offset 8, time 8 (-1: none), then the lengths of key and value as 4 bytes (-1: none),
///     key, value, and each header as the lengths of name and value, name, value; little-endian
enum RecordSpilling {
    /// Orders the events of a key: those of one partition by offset.
    static func ordinal(partition: Int32, offset: Int64) -> UInt64 {
        UInt64(truncatingIfNeeded: partition) << 48 | UInt64(bitPattern: offset) & (1 << 48 - 1)
    }

    /// How long a record is when it is written.
    static func byteCount(of record: borrowing RecordView, _ headers: RecordHeaders) -> Int {
        var count = headByteCount + (record.key?.count ?? 0) + (record.value?.count ?? 0)
        for header in headers { count += 8 + header.name.count + (header.value?.count ?? 0) }
        return count
    }

    /// Writes a record to a place that has room for all of it.
    static func write(
        _ record: borrowing RecordView, _ headers: RecordHeaders, partition: Int32,
        to place: UnsafeMutableRawBufferPointer
    ) {
        var writer = Writer(rest: place)
        writer.put(partition)
        writer.put(record.offset)
        writer.put(record.timestamp ?? -1)
        writer.put(record.key.map { Int32($0.count) } ?? -1)
        writer.put(record.value.map { Int32($0.count) } ?? -1)
        writer.put(record.key)
        writer.put(record.value)
        for header in headers {
            writer.put(Int32(header.name.count))
            writer.put(header.value.map { Int32($0.count) } ?? -1)
            writer.put(header.name)
            writer.put(header.value)
        }
    }

    /// Before a record's key.
    private static let headByteCount = 28

    static func write(_ record: StoredRecord, to buffer: ByteBuffer) {
        let time = record.timestamp < 0 ? nil : record.timestamp
        write(record.offset, time, record.partition, record.key, record.value, to: buffer)
        record.forEachHeader { write($0, $1, to: buffer) }
    }

    private static func write(
        _ offset: Int64, _ time: Int64?, _ partition: Int32, _ key: UnsafeRawBufferPointer?,
        _ value: UnsafeRawBufferPointer?, to buffer: ByteBuffer
    ) {
        append(partition, to: buffer)
        append(offset, to: buffer)
        append(time ?? -1, to: buffer)
        append(key.map { Int32($0.count) } ?? -1, to: buffer)
        append(value.map { Int32($0.count) } ?? -1, to: buffer)
        if let key { buffer.append(key) }
        if let value { buffer.append(value) }
    }

    private static func write(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?, to buffer: ByteBuffer
    ) {
        append(Int32(name.count), to: buffer)
        append(value.map { Int32($0.count) } ?? -1, to: buffer)
        buffer.append(name)
        if let value { buffer.append(value) }
    }

    private static func append<Number: FixedWidthInteger>(_ number: Number, to buffer: ByteBuffer) {
        withUnsafeBytes(of: number.littleEndian) { buffer.append($0) }
    }

    /// Puts a record back that was written.
    static func read(_ payload: UnsafeRawBufferPointer, into record: StoredRecord) {
        var reader = Reader(rest: payload)
        let partition = reader.number(Int32.self)
        let offset = reader.number(Int64.self)
        let time = reader.number(Int64.self)
        let (keyCount, valueCount) = (reader.number(Int32.self), reader.number(Int32.self))
        let key = reader.bytes(keyCount)
        record.store(
            partition: partition, offset: offset, timestamp: time, key: key, value: reader.bytes(valueCount))
        while !reader.rest.isEmpty {
            let (nameCount, valueCount) = (reader.number(Int32.self), reader.number(Int32.self))
            guard let name = reader.bytes(nameCount) else { return }
            record.addHeader(name, reader.bytes(valueCount))
        }
    }

    /// Where a record was read that was written.
    static func place(of payload: UnsafeRawBufferPointer) -> DeadLetter.Place {
        var reader = Reader(rest: payload)
        let partition = reader.number(Int32.self)
        return DeadLetter.Place(partition: partition, offset: reader.number(Int64.self))
    }

    /// Milliseconds since 1970; -1: none.
    static func time(of payload: UnsafeRawBufferPointer) -> Int64 {
        var reader = Reader(rest: payload)
        _ = reader.number(Int32.self)
        _ = reader.number(Int64.self)
        return reader.number(Int64.self)
    }

    /// Whether a record that was written is no tombstone.
    static func hasValue(_ payload: UnsafeRawBufferPointer) -> Bool {
        var reader = Reader(rest: payload)
        _ = (reader.number(Int32.self), reader.number(Int64.self), reader.number(Int64.self))
        _ = reader.number(Int32.self)
        return reader.number(Int32.self) >= 0
    }

    private struct Writer {
        var rest: UnsafeMutableRawBufferPointer

        mutating func put<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
            rest.storeBytes(of: number.littleEndian, as: Number.self)
            rest = UnsafeMutableRawBufferPointer(rebasing: rest[MemoryLayout<Number>.size...])
        }

        mutating func put(_ bytes: UnsafeRawBufferPointer?) {
            guard let bytes, !bytes.isEmpty else { return }
            rest.copyMemory(from: bytes)
            rest = UnsafeMutableRawBufferPointer(rebasing: rest[bytes.count...])
        }
    }

    private struct Reader {
        var rest: UnsafeRawBufferPointer

        mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number {
            let count = MemoryLayout<Number>.size
            guard rest.count >= count else { return 0 }
            defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
            return Number(littleEndian: rest.loadUnaligned(as: Number.self))
        }

        mutating func bytes(_ count: Int32) -> UnsafeRawBufferPointer? {
            guard count >= 0, rest.count >= Int(count) else { return nil }
            defer { rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...]) }
            return UnsafeRawBufferPointer(rebasing: rest[..<Int(count)])
        }
    }
}
