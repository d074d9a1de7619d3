import CLibrdkafka

/// Headers for one record to produce, in the order in which they are added.
public struct ProducerHeaders: ~Copyable {
    private(set) var pointer: OpaquePointer?

    /// - Parameter capacity: How many headers to make room for; more may be added.
    public init(capacity: Int = 8) { pointer = rd_kafka_headers_new(capacity) }

    deinit { if let pointer { rd_kafka_headers_destroy(pointer) } }

    /// Adds a header with a text value.
    public mutating func add(_ name: String, _ value: String) {
        var value = value
        value.withUTF8 { add(name, UnsafeRawBufferPointer($0)) }
    }

    /// Adds a header. Name and value are copied; `nil` is a null value, which is not the same as an empty one.
    public mutating func add(_ name: String, _ value: UnsafeRawBufferPointer?) {
        var name = name
        name.withUTF8 { add(UnsafeRawBufferPointer($0), value) }
    }

    /// Adds a header whose name is UTF-8 without a zero byte, such as that of a record that was read.
    public mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) {
        let text = name.baseAddress?.assumingMemoryBound(to: CChar.self)
        // A null pointer means a null value, and an empty buffer may have one.
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { empty in
            let bytes = value.map { $0.baseAddress ?? UnsafeRawPointer(empty.baseAddress) } ?? nil
            rd_kafka_header_add(pointer, text, name.count, bytes, value?.count ?? 0)
        }
    }

    /// After librdkafka has taken the headers over.
    mutating func relinquish() { pointer = nil }
}
