/// Rows under headings, aligned: numbers to the right, text to the left.
public struct Table: Sendable {
    private let headings: [String]
    private var rows: [[String]] = []

    public init(_ headings: [String]) {
        self.headings = headings
    }

    /// Adds a row with a cell for each heading.
    public mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// The lines of the table.
    public var lines: [String] {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([headings] + rows).map { cells in
            let padded = cells.indices.map { Table.pad(cells[$0], to: widths[$0]) }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func pad(_ cell: String, to width: Int) -> String {
        let space = String(repeating: " ", count: width - cell.count)
        let isNumber = !cell.isEmpty && cell.allSatisfy { $0.isNumber || "-+.,%".contains($0) }
        return isNumber ? space + cell : cell + space
    }
}
