/// Why the store cannot answer for a partition.
public struct ReceiptStoreError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Equatable, Sendable {
        /// Nothing was begun for the partition, or it was dropped.
        case notBegun
        /// The partition's file cannot be used. What the store knew of the partition is gone; every call for it gives
        /// this error until ``ReceiptStore/begin(_:)``, after which the partition is loaded from Kafka again.
        case file
        /// What a receipt remembers is no JSON object. Nothing was changed.
        case badRemembered
    }

    public let partition: Int32
    public let kind: Kind
    /// SQLite's extended result code; 0 for what does not come from SQLite.
    public let code: Int32
    public let message: String

    public var description: String { "receipts of partition \(partition): \(message)" }
}
