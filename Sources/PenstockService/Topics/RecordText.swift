import Flows
import Foundation
import JSON

/// A record as one JSON object, for `tail` and for files of parked events.
enum RecordText {
    /// `topic`, `partition`, `offset`, `timestamp`, `key`, `headers` and `value`. A value that is JSON stands as JSON,
    /// text as a string, and anything else as `value_base64`.
    static func json(_ record: TopicReader.Record) -> String {
        let line = ByteBuffer(capacity: 1_024)
        line.append("{\"topic\":")
        line.writeString(record.partition.topic)
        line.append(",\"partition\":\(record.partition.partition),\"offset\":\(record.offset)")
        if let timestamp = record.timestamp {
            line.append(",\"timestamp\":")
            line.writeString(Timestamp.text(milliseconds: timestamp))
        }
        member("key", record.key, to: line)
        line.append(",\"headers\":{")
        for (index, header) in record.headers.enumerated() {
            if index > 0 { line.append(",") }
            line.writeString(header.name)
            line.append(":")
            if let value = header.value {
                line.writeString(String(decoding: value, as: UTF8.self))
            } else {
                line.append("null")
            }
        }
        line.append("}")
        member("value", record.value, isDocument: true, to: line)
        line.append("}")
        return line.text
    }

    private static func member(_ name: String, _ bytes: [UInt8]?, isDocument: Bool = false, to line: ByteBuffer) {
        line.append(",\"\(name)")
        guard let bytes else { return line.append("\":null") }
        let document = Document()
        let isWritten = bytes.withUnsafeBytes { bytes in
            guard isDocument, let value = try? document.parse(bytes) else { return false }
            line.append("\":")
            line.write(value)
            return true
        }
        if isWritten { return }
        if let text = String(validating: bytes, as: UTF8.self) {
            line.append("\":")
            line.writeString(text)
        } else {
            line.append("_base64\":")
            line.writeString(Data(bytes).base64EncodedString())
        }
    }
}
