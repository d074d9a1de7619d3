import Testing

@testable import Flows

@Suite("CSV")
struct CSVReaderTests {
    private func rows(_ text: String) throws -> [String] {
        var reader = try CSVReader(Array(text.utf8))
        var rows: [String] = []
        while let row = try reader.next() {
            rows.append("\(row.line): " + row.fields.map { "\($0.column)=\($0.text)" }.joined(separator: "|"))
        }
        return rows
    }

    @Test("fields with their places; quotes, line ends and a byte order mark as RFC 4180 and spreadsheets have them")
    func fields() throws {
        #expect(try rows("a,b\n1,2\n") == ["1: 1=a|3=b", "2: 1=1|3=2"])
        #expect(try rows("\u{FEFF}a;b\r\n\"x;\"\"y\";\r\n\r\nü;z") == ["1: 1=a|3=b", "2: 1=x;\"y|9=", "4: 1=ü|3=z"])
        #expect(try rows("a\tb\r1\t\"2\r\n3\"\r4\t5") == ["1: 1=a|3=b", "2: 1=1|3=2\r\n3", "4: 1=4|3=5"])
        #expect(try rows("\"a,b\";c\n") == ["1: 1=a,b|7=c"], "separators in quotes do not count")
        #expect(try rows("").isEmpty)
        #expect(try rows("\n\r\n").isEmpty)
    }

    @Test(
        "what is no CSV is told with its place",
        arguments: [
            ("a,b\n1,\"2\n3", 2, 3, "no closing quote"), ("a,b\nx\"y,2\n", 2, 2, "a quote inside a field"),
            ("a,b\n\"x\"y,2\n", 2, 4, "behind the closing quote"),
        ])
    func faults(text: String, line: Int, column: Int, part: String) {
        let fault = #expect(throws: CSVReader.Fault.self) { try rows(text) }
        #expect(fault?.line == line)
        #expect(fault?.column == column)
        #expect(fault?.message.contains(part) == true, "\(String(describing: fault))")
    }

    @Test("bytes that are not UTF-8 are told with their line")
    func encoding() {
        let fault = #expect(throws: CSVReader.Fault.self) { try CSVReader(Array("a,b\nx,".utf8) + [0xE4, 0x0A]) }
        #expect(fault == CSVReader.Fault(line: 2, column: 3, message: "the bytes are not UTF-8"))
    }
}
