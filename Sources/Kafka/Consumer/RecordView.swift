import CLibrdkafka

/// A record inside `Consumer.consumeBatch`: pointers into librdkafka's memory, valid until the closure returns.
public struct RecordView: ~Copyable {
    private let message: UnsafeMutablePointer<rd_kafka_message_t>
    /// The partition's number in the consumer; `Consumer.partition(at:)` names it.
    public let partition: PartitionIndex

    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, partition: PartitionIndex) {
        self.message = message
        self.partition = partition
    }

    public var offset: Int64 { message.pointee.offset }

    /// `nil` for a record without a key, which is not the same as an empty key.
    public var key: UnsafeRawBufferPointer? {
        guard let key = message.pointee.key else { return nil }
        return UnsafeRawBufferPointer(start: key, count: message.pointee.key_len)
    }

    /// `nil` for a tombstone, which is not the same as an empty value.
    public var value: UnsafeRawBufferPointer? {
        guard let payload = message.pointee.payload else { return nil }
        return UnsafeRawBufferPointer(start: payload, count: message.pointee.len)
    }

    /// Milliseconds since 1970 as the producer or the broker stamped it, or `nil` when the record has none.
    public var timestamp: Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = rd_kafka_message_timestamp(message, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : milliseconds
    }

    /// The record's headers, in order; a name may stand more than once. Asking costs no Swift allocation.
    public var headers: RecordHeaders {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return RecordHeaders(pointer: nil)
        }
        return RecordHeaders(pointer: headers)
    }
}

/// The headers of a `RecordView`; valid as long as the record is.
public struct RecordHeaders: Sequence, IteratorProtocol {
    /// One header: name in UTF-8 and value, both in librdkafka's memory.
    public struct Element {
        public let name: UnsafeRawBufferPointer
        /// `nil` for a null value, which is not the same as an empty one.
        public let value: UnsafeRawBufferPointer?

        /// Whether the name is this one, byte for byte.
        public func isNamed(_ other: StaticString) -> Bool {
            guard name.count == other.utf8CodeUnitCount else { return false }
            return name.elementsEqual(UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
        }
    }

    private let pointer: OpaquePointer?
    private var position = 0

    init(pointer: OpaquePointer?) { self.pointer = pointer }

    public var count: Int { pointer.map { rd_kafka_header_cnt($0) } ?? 0 }
    public var isEmpty: Bool { count == 0 }

    public mutating func next() -> Element? {
        guard let pointer else { return nil }
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        guard rd_kafka_header_get_all(pointer, position, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let name
        else { return nil }
        position += 1
        return Element(
            name: UnsafeRawBufferPointer(start: name, count: nameLength(name)),
            value: value.map { UnsafeRawBufferPointer(start: $0, count: size) }
        )
    }

    /// librdkafka ends names with a zero byte and does not tell their length.
    private func nameLength(_ name: UnsafePointer<CChar>) -> Int {
        var length = 0
        while name[length] != 0 { length += 1 }
        return length
    }
}
