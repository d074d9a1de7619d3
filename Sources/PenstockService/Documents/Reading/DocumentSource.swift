import Flows
import Foundation
import JSON

/// The documents of a file, one after the other: lines of NDJSON, the elements of one JSON array, one JSON document, or
/// the rows of a CSV file as objects of strings.
struct DocumentSource {
    enum Format: String, Sendable, CaseIterable {
        /// By the file's name, and without one by its first character.
        case automatic = "auto"
        case ndjson, json, csv
    }

    /// A document and where it stands: `orders.ndjson:17`.
    struct Item {
        let place: String
        let text: ArraySlice<UInt8>
    }

    let items: [Item]

    /// - Throws: ``CommandFailure`` naming the place of what cannot be read.
    init(path: String, format: Format = .automatic) throws {
        let bytes = try TextFile.read(path)
        let name = path == "-" ? "standard input" : path
        switch DocumentSource.format(format, path: path, bytes) {
        case .csv: items = try DocumentSource.rows(bytes, name)
        case .ndjson: items = DocumentSource.lines(bytes, name)
        case .json, .automatic: items = try DocumentSource.documents(bytes, name)
        }
    }

    private static func format(_ format: Format, path: String, _ bytes: [UInt8]) -> Format {
        guard format == .automatic else { return format }
        switch (path as NSString).pathExtension.lowercased() {
        case "csv": return .csv
        case "ndjson", "jsonl": return .ndjson
        case "json": return .json
        default: break
        }
        // One document, or several: several lines that each begin like a document are NDJSON.
        let starts = lines(bytes, "").prefix(2).compactMap { $0.text.first { $0 != 0x20 && $0 != 0x09 } }
        return starts.count == 2 && starts[0] == UInt8(ascii: "{") && starts[1] == UInt8(ascii: "{") ? .ndjson : .json
    }

    private static func lines(_ bytes: [UInt8], _ name: String) -> [Item] {
        var items: [Item] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        where line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) {
            items.append(Item(place: "\(name):\(index + 1)", text: line))
        }
        return items
    }

    /// The elements of an array, or the one document as it is.
    private static func documents(_ bytes: [UInt8], _ name: String) throws -> [Item] {
        guard bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "[") else {
            return [Item(place: name, text: bytes[...])]
        }
        let document = Document(limits: Limits(byteCount: .max >> 1))
        return try bytes.withUnsafeBytes { buffer in
            do {
                let buffers = ByteBuffer()
                return try document.parse(buffer).elements.enumerated().map { index, element in
                    buffers.removeAll()
                    buffers.write(element)
                    return Item(place: "\(name)#/\(index)", text: Array(buffers.bytes)[...])
                }
            } catch let error as ParseError {
                throw CommandFailure("\(name):\(error.line):\(error.column): \(error.message)", status: .foundProblems)
            }
        }
    }

    private static func rows(_ bytes: [UInt8], _ name: String) throws -> [Item] {
        do {
            return try CSVRows(bytes).map { Item(place: "\(name):\($0.line)", text: $0.json[...]) }
        } catch {
            throw CommandFailure("\(name):\(error.line):\(error.column): \(error.message)", status: .foundProblems)
        }
    }
}
