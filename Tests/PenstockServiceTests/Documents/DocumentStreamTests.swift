import Foundation
import JSON
import Testing

@testable import PenstockService

@Suite("Streams of documents")
struct DocumentStreamTests {
    /// What is read from a text, one line each: `line[:column] document`, or `line:column! message`.
    private func read(_ text: some Sequence<UInt8>, isLines: Bool = false) throws -> [String] {
        let path = NSTemporaryDirectory() + "penstock-stream-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text).write(to: URL(filePath: path))
        let stream = DocumentStream(try ByteStream(path: path), isLines: isLines)
        let document = Document()
        var found: [String] = []
        while let item = try stream.next(into: document) {
            switch item {
            case .document(let place, _, let value):
                let buffer = ByteBuffer()
                buffer.write(value)
                found.append(place.description.dropFirst(path.count + 1) + " " + buffer.text)
            case .fault(let fault): found.append("\(fault.place.line):\(fault.place.column)! \(fault.message)")
            }
        }
        return found
    }

    @Test("documents stand one after the other, in lines or not, as jq reads them")
    func concatenated() throws {
        #expect(
            try read(" {\"a\":1}{\"b\":\"}{\\\"\"}\n[1,\n2] 3 \"x\"null\n\n4".utf8) == [
                "1 {\"a\":1}", "1:9 {\"b\":\"}{\\\"\"}", "2 [1,2]", "3:4 3", "3:6 \"x\"", "3:9 null", "5 4",
            ])
        #expect(try read("".utf8).isEmpty)
        #expect(try read(" \n\t\r\n".utf8).isEmpty)
        #expect(try read([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == ["1 {}"])
        #expect(try read([0x1E] + Array("{}\n".utf8) + [0x1E] + Array("[]\n".utf8)) == ["1 {}", "2 []"])
    }

    @Test("a faulty line is told with its place; the lines behind it are read")
    func faultyLines() throws {
        #expect(
            try read("{\"a\":1}\n{\"a\":}\n{\"a\":3}\n".utf8) == [
                "1 {\"a\":1}", "2:6! found ‘}’ where a value is expected", "3 {\"a\":3}",
            ])
        #expect(
            try read("{\"a\":1\n{\"a\":2}\n".utf8) == [
                "1:7! the document ends where ‘,’ or ‘}’ is expected", "2 {\"a\":2}",
            ], "the first line, too, where the next begins like a document")
        #expect(
            try read("[1\n[2]".utf8, isLines: true) == [
                "1:3! the document ends where ‘,’ or ‘]’ is expected", "2 [2]",
            ])
        #expect(
            try read("{\"a\":1}\n{\"a".utf8).last
                == "2:4! the document ends where the closing ‘\"’ of a string is expected")
    }

    @Test("where no line is a document, nothing is read behind a fault: what would follow is not certain")
    func faultyDocument() throws {
        #expect(
            try read("{\n \"a\": [1,\n 2}\n}\n{\"b\":1}\n".utf8) == [
                "3:3! found ‘}’ where ‘,’ or ‘]’ is expected; the rest of this input is not read"
            ])
        #expect(try read("]\n1".utf8).count == 1)
    }

    @Test("a document may be larger than what is read at once, and end anywhere in it")
    func large() throws {
        for size in [65_530, 65_536, 131_072, 300_000] {
            let text = "{\"a\":\"" + String(repeating: "ü", count: size / 2) + "\"}"
            let found = try read((text + text + "7").utf8)
            #expect(found.count == 3)
            #expect(found.last?.hasSuffix(" 7") == true)
            #expect(found.first?.utf8.count == text.utf8.count + 2)
        }
    }

    @Test("what is faulty early is told before all of it is read")
    func early() throws {
        let lines = String(repeating: "{\"a\":[1,2,3]}\n", count: 300_000)
        let found = try read(("{\"a\":1}\n{\"open\":[\n" + lines).utf8)
        #expect(found.count == 300_002)
        #expect(found[1] == "2:10! the document ends where a value or ‘]’ is expected")
    }
}

@Suite("What is shown of a text")
struct ShownTextTests {
    private func excerpt(_ text: String, _ range: Range<Int>) -> [String] {
        Array(text.utf8).withUnsafeBytes { SourceExcerpt.lines(of: $0, at: range) }
    }

    @Test("the line with a caret under the place, in characters; tabs stay, controls do not reach a terminal")
    func caret() {
        #expect(excerpt("ab\n{\"ü\": 1}\n", 10..<11) == ["    {\"ü\": 1}", "          ^"])
        #expect(excerpt("\t[1, \"abc\"]", 5..<10) == ["    \t[1, \"abc\"]", "    \t    ^~~~~"])
        #expect(excerpt("\u{1B}[31m!", 5..<6) == ["    \u{FFFD}[31m!", "         ^"])
        #expect(excerpt("a\n\n", 2..<3).isEmpty)
        #expect(excerpt("ab", 2..<3) == ["    ab", "      ^"])
    }

    @Test("a long line is cut around the place")
    func long() {
        let text = String(repeating: "a", count: 5_000) + "!" + String(repeating: "b", count: 5_000)
        let lines = excerpt(text, 5_000..<5_001)
        #expect(lines[0].count <= SourceExcerpt.width + 4)
        #expect(lines[0].hasPrefix("    …aaa"))
        #expect(lines[0].hasSuffix("bbb…"))
        let caret = lines[1].count - 1
        #expect(Array(lines[0])[caret] == "!")
        #expect(excerpt(text, 0..<1)[0].hasPrefix("    aaa"))
        #expect(excerpt(text, 10_000..<10_001)[0].hasSuffix("bbb"))
    }

    private func printed(_ text: String, _ printer: DocumentPrinter) throws -> String {
        let arena = Arena()
        return try withExtendedLifetime(arena) {
            let buffer = ByteBuffer()
            printer.write(try Parser().parse(text, into: arena), to: buffer)
            return buffer.text
        }
    }

    @Test("layouts and order of members are jq's")
    func layouts() throws {
        let text = #"{"b":[1,{}],"a":1.50}"#
        #expect(try printed(text, DocumentPrinter()) == "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": 1.50\n}")
        #expect(
            try printed(text, DocumentPrinter(layout: .tabs, sortsKeys: true))
                == "{\n\t\"a\": 1.50,\n\t\"b\": [\n\t\t1,\n\t\t{}\n\t]\n}")
        #expect(try printed(text, DocumentPrinter(layout: .compact, sortsKeys: true)) == #"{"a":1.50,"b":[1,{}]}"#)
    }

    @Test("without its colours a coloured document is the same text; colours are jq's, or those of JQ_COLORS")
    func colours() throws {
        let text = #"{"b":[1,{},[],null,"x"],"a":true}"#
        for layout in [DocumentPrinter.Layout.compact, .spaces(2), .tabs] {
            let coloured = try printed(text, DocumentPrinter(layout: layout, palette: .init()))
            let plain = coloured.replacing(try Regex("\u{1B}\\[[0-9;]*m"), with: "")
            #expect(plain == (try printed(text, DocumentPrinter(layout: layout))))
        }
        let null = try printed("null", DocumentPrinter(palette: .init()))
        #expect(null == "\u{1B}[0;90mnull\u{1B}[0m")
        #expect(try printed("null", DocumentPrinter(palette: .init(changes: "4;31"))) == "\u{1B}[4;31mnull\u{1B}[0m")
        #expect(DocumentPrinter.Palette(changes: "red:\u{1B}[") == DocumentPrinter.Palette(), "no such colours")
    }
}

@Suite("Findings")
struct FindingTests {
    @Test("a finding has the place, the message and the lines of its text")
    func text() {
        let finding = Finding(.error, text: "a/b.jq:2:7: no: such\n    .x\n    ^")
        #expect(finding.file == "a/b.jq")
        #expect(finding.line == 2)
        #expect(finding.column == 7)
        #expect(finding.message == "no: such")
        #expect(finding.text == "a/b.jq:2:7: no: such\n    .x\n    ^")
        #expect(finding.json == #"{"severity":"error","file":"a/b.jq","line":2,"column":7,"message":"no: such"}"#)
        let placeless = Finding(.warning, text: "flows.x.steps: too many")
        #expect(placeless.text == "warning: flows.x.steps: too many")
        #expect(placeless.file == nil)
    }
}
