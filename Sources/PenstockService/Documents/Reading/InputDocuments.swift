import Flows
import Foundation
import JSON

/// A document of an input, whichever way the input is written.
struct InputDocument {
    let place: DocumentPlace
    let value: Value
    /// Where the value at a pointer stands, and what to show of it.
    let locate: (Pointer) -> (place: TextPlace, excerpt: [String])?
}

/// The documents of an input by its name: `.csv` rows as objects of strings, `.yaml` and `.yml` documents of YAML, and
/// JSON in all others.
enum InputDocuments {
    enum Item {
        /// Valid until the next item.
        case document(InputDocument)
        case fault(InputFault)
    }

    /// - Parameters:
    ///   - path: `-` is standard input.
    ///   - stream: opens an input of JSON, which is read piece by piece; all others are read at once.
    ///   - document: where documents are read into.
    static func forEach(
        in path: String, stream: (String) throws -> ByteStream, document: Document, _ body: (Item) throws -> Void
    ) throws {
        switch (path as NSString).pathExtension.lowercased() {
        case "csv", "tsv": try rows(path, document, body)
        case "yaml", "yml": try yaml(path, document, body)
        case "ndjson", "jsonl": try json(try stream(path), isLines: true, document, body)
        default: try json(try stream(path), isLines: false, document, body)
        }
    }

    private static func json(
        _ input: ByteStream, isLines: Bool, _ document: Document, _ body: (Item) throws -> Void
    ) throws {
        let documents = DocumentStream(input, isLines: isLines)
        while let item = try documents.next(into: document) {
            switch item {
            case .fault(let fault): try body(.fault(fault))
            case .document(let place, let text, let value):
                let found = InputDocument(place: place, value: value) { pointer in
                    pointer.range(in: text).map {
                        (place.place(TextPlace(of: $0.lowerBound, in: text)), SourceExcerpt.lines(of: text, at: $0))
                    }
                }
                try body(.document(found))
            }
        }
    }

    // MARK: - Other notations

    private static func rows(_ path: String, _ document: Document, _ body: (Item) throws -> Void) throws {
        do {
            for (index, row) in try CSVRows(try TextFile.read(path)).enumerated() {
                let place = DocumentPlace(name: path, line: row.line, column: 1, index: index, isFirst: true)
                try row.json.withUnsafeBytes { text in
                    let value = try document.parse(text)
                    try body(
                        .document(
                            InputDocument(place: place, value: value) { pointer in
                                pointer.tokens.first.flatMap { row.places[$0] }.map { ($0, []) }
                            }))
                }
            }
        } catch let fault as CSVReader.Fault {
            try body(
                .fault(
                    InputFault(
                        name: path, place: TextPlace(line: fault.line, column: fault.column), message: fault.message)))
        }
    }

    private static func yaml(_ path: String, _ document: Document, _ body: (Item) throws -> Void) throws {
        let bytes = try TextFile.read(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(path): is not UTF-8", status: .foundProblems)
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func excerpt(_ line: Int, _ column: Int) -> [String] {
            lines.indices.contains(line - 1) ? SourceExcerpt.lines(of: String(lines[line - 1]), column: column) : []
        }
        do {
            for (index, found) in try YAMLDocument.read(text).enumerated() {
                let place = DocumentPlace(name: path, line: found.line, column: 1, index: index, isFirst: true)
                try found.json.withUnsafeBytes { json in
                    let value = try document.parse(json)
                    try body(
                        .document(
                            InputDocument(place: place, value: value) { pointer in
                                found.place(of: pointer).map {
                                    (TextPlace(line: $0.line, column: $0.column), excerpt($0.line, $0.column))
                                }
                            }))
                }
            }
        } catch let fault as YAMLDocument.Fault {
            let place = TextPlace(line: fault.line, column: fault.column)
            try body(
                .fault(
                    InputFault(
                        name: path, place: place, message: fault.message, excerpt: excerpt(fault.line, fault.column))))
        }
    }
}
