import Flows
import JSON

/// The rows of a CSV text as JSON objects of strings, whose members are named by the header.
struct CSVRows: Sequence {
    struct Row {
        let line: Int
        let json: [UInt8]
        /// Where each column's field begins.
        let places: [String: TextPlace]
    }

    private let rows: [Row]

    /// - Throws: `CSVReader.Fault`.
    init(_ bytes: [UInt8]) throws(CSVReader.Fault) {
        var reader = try CSVReader(bytes)
        var rows: [Row] = []
        let header = try reader.next()
        try CSVRows.check(header)
        while let header, let row = try reader.next() {
            guard row.fields.count == header.fields.count else {
                throw CSVReader.Fault(
                    line: row.line, column: 1,
                    message: "the row has \(row.fields.count) field\(row.fields.count == 1 ? "" : "s"), the header "
                        + "\(header.fields.count)")
            }
            rows.append(CSVRows.row(row, header))
        }
        self.rows = rows
    }

    private static func check(_ header: CSVReader.Row?) throws(CSVReader.Fault) {
        var names: Set<String> = []
        for field in header?.fields ?? [] where !names.insert(field.text).inserted {
            throw CSVReader.Fault(
                line: header?.line ?? 1, column: field.column,
                message: "the column \(field.text) stands twice in the header")
        }
    }

    private static func row(_ row: CSVReader.Row, _ header: CSVReader.Row) -> Row {
        let json = ByteBuffer(capacity: 256)
        var places: [String: TextPlace] = [:]
        for (column, field) in zip(header.fields, row.fields) {
            json.append(json.count == 0 ? "{" : ",")
            json.writeString(column.text)
            json.append(":")
            json.writeString(field.text)
            places[column.text] = TextPlace(line: row.line, column: field.column)
        }
        json.append("}")
        return Row(line: row.line, json: Array(json.bytes), places: places)
    }

    func makeIterator() -> IndexingIterator<[Row]> { rows.makeIterator() }
}
