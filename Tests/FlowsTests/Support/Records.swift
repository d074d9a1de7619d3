@testable import Flows

extension StoredRecord {
    /// A record as a producer would have written it; `nil` as the value is a tombstone.
    convenience init(
        key: String? = "K1", value: String?, headers: [(String, String?)] = [], partition: Int32 = 3,
        offset: Int64 = 42, timestamp: Int64 = 1_767_225_600_000
    ) {
        self.init(
            key: key.map { Array($0.utf8) }, bytes: value.map { Array($0.utf8) },
            headers: headers.map { ($0.0, $0.1.map { Array($0.utf8) }) }, partition: partition, offset: offset,
            timestamp: timestamp)
    }

    convenience init(
        key: [UInt8]?, bytes: [UInt8]?, headers: [(String, [UInt8]?)], partition: Int32 = 3, offset: Int64 = 42,
        timestamp: Int64 = 1_767_225_600_000
    ) {
        self.init()
        fill(key: key, bytes: bytes, headers: headers, partition: partition, offset: offset, timestamp: timestamp)
    }

    func fill(
        key: [UInt8]?, bytes: [UInt8]?, headers: [(String, [UInt8]?)], partition: Int32, offset: Int64, timestamp: Int64
    ) {
        withBytes(key) { key in
            withBytes(bytes) { value in
                store(partition: partition, offset: offset, timestamp: timestamp, key: key, value: value)
            }
        }
        for (name, value) in headers {
            withBytes(Array(name.utf8)) { name in
                withBytes(value) { value in name.map { addHeader($0, value) } }
            }
        }
    }

    /// All headers as text.
    var headerTexts: [String] {
        var texts: [String] = []
        forEachHeader { name, value in texts.append("\(text(name))=\(value.map(text) ?? "null")") }
        return texts
    }
}

func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
    guard let bytes else { return body(nil) }
    return bytes.withUnsafeBytes { body($0) }
}

/// A CloudEvent in binary mode with these attributes beside the required ones.
func cloudEvent(
    _ data: String?, id: String = "e-1", source: String = "/crm/eu", type: String = "crm.customer.created",
    more: [(String, String?)] = [], key: String? = "K1"
) -> StoredRecord {
    StoredRecord(
        key: key, value: data,
        headers: [
            ("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", source), ("ce_type", type),
            ("content-type", "application/json"),
        ] + more)
}
