/// A record to produce, in Swift's own memory. Where speed counts, `Producer.produce` takes pointers.
public struct ProducerRecord: Sendable, Hashable {
    public struct Header: Sendable, Hashable {
        public var name: String
        /// `nil` is a null value, which is not the same as an empty one.
        public var value: [UInt8]?

        public init(_ name: String, _ value: [UInt8]?) {
            self.name = name
            self.value = value
        }

        public init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
    }

    public var topic: String
    /// `nil` lets the partitioner choose by the key.
    public var partition: Int32?
    public var key: [UInt8]?
    /// `nil` makes a tombstone.
    public var value: [UInt8]?
    public var headers: [Header]
    /// Milliseconds since 1970; `nil` is now.
    public var timestamp: Int64?

    public init(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = [],
        timestamp: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}
