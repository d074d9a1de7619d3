/// The rows of a CSV text (RFC 4180), one after the other, each field with its place.
///
/// Lines end with LF, CR LF or CR; empty lines are passed over. The separator is a comma, semicolon or tab: whichever
/// the first line has most of outside quotes. A byte order mark at the beginning is dropped.
public struct CSVReader {
    public struct Field: Sendable, Equatable {
        public let text: String
        /// In Unicode scalars, from 1.
        public let column: Int
    }

    public struct Row: Sendable, Equatable {
        /// The line that the row begins on, from 1.
        public let line: Int
        public let fields: [Field]
    }

    /// Why a text is not CSV, and where.
    public struct Fault: Error, Sendable, Equatable {
        /// Both from 1, the column in Unicode scalars.
        public let line: Int
        public let column: Int
        public let message: String

        public init(line: Int, column: Int, message: String) {
            self.line = line
            self.column = column
            self.message = message
        }
    }

    private let bytes: [UInt8]
    private let separator: UInt8
    private var position: Int
    private var line = 1
    private var lineStart: Int

    /// - Throws: ``Fault`` when the bytes are not UTF-8.
    public init(_ bytes: [UInt8]) throws(Fault) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        lineStart = position
        separator = CSVReader.separator(bytes[position...])
        if String(validating: bytes, as: UTF8.self) == nil { throw invalidUTF8() }
    }

    private static func separator(_ bytes: ArraySlice<UInt8>) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, byte == 0x0A || byte == 0x0D { break }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? UInt8(ascii: ",")
    }

    /// The first line with something that is not UTF-8.
    private func invalidUTF8() -> Fault {
        var number = 1
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: line, as: UTF8.self) == nil {
                let repaired = String(decoding: line, as: UTF8.self)
                let column = repaired.unicodeScalars.prefix { $0 != "\u{FFFD}" }.count + 1
                return Fault(line: number, column: column, message: "the bytes are not UTF-8")
            }
            number += 1
        }
        return Fault(line: 1, column: 1, message: "the bytes are not UTF-8")
    }

    /// The next row, or `nil` at the end.
    public mutating func next() throws(Fault) -> Row? {
        while position < bytes.count, isLineEnd(bytes[position]) { skipLineEnd() }
        guard position < bytes.count else { return nil }
        let begin = line
        var fields = [try field()]
        while position < bytes.count, bytes[position] == separator {
            position += 1
            fields.append(try field())
        }
        if position < bytes.count { skipLineEnd() }
        return Row(line: begin, fields: fields)
    }

    private mutating func field() throws(Fault) -> Field {
        let column = column(of: position)
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < bytes.count, bytes[position] != separator, !isLineEnd(bytes[position]) {
                if bytes[position] == UInt8(ascii: "\"") {
                    throw fault("a quote inside a field; put the whole field in quotes and write \"\" for one")
                }
                position += 1
            }
            return Field(text: String(decoding: bytes[start..<position], as: UTF8.self), column: column)
        }
        return Field(text: try quoted(), column: column)
    }

    private mutating func quoted() throws(Fault) -> String {
        let opening = fault("the quoted field that begins here has no closing quote")
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                    try expectFieldEnd()
                    return String(decoding: content, as: UTF8.self)
                }
            }
            content.append(byte)
            if isLineEnd(byte), !(byte == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A) {
                line += 1
                lineStart = position + 1
            }
            position += 1
        }
        throw opening
    }

    private func expectFieldEnd() throws(Fault) {
        guard position < bytes.count, bytes[position] != separator, !isLineEnd(bytes[position]) else { return }
        throw fault("text behind the closing quote of a field")
    }

    // MARK: - Places

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private mutating func skipLineEnd() {
        if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
        position += 1
        line += 1
        lineStart = position
    }

    private func column(of position: Int) -> Int {
        bytes[lineStart..<position].count { $0 & 0xC0 != 0x80 } + 1
    }

    private func fault(_ message: String) -> Fault {
        Fault(line: line, column: column(of: position), message: message)
    }
}
