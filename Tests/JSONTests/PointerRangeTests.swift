import JSON
import Testing

@Suite("Places of values in a text")
struct PointerRangeTests {
    private func found(_ pointer: String, in text: String) throws -> String? {
        let pointer = try Pointer(pointer)
        return Array(text.utf8).withUnsafeBytes { bytes in
            pointer.range(in: bytes).map {
                String(decoding: UnsafeRawBufferPointer(rebasing: bytes[$0]), as: UTF8.self)
            }
        }
    }

    static let text = #" { "a" : [ 1.50, {"b": "x\"]"}, [], -2e3 ], "a\/b": {"\u0063": null} , "z": true } "#

    @Test(
        "the value at a pointer, whatever is escaped or nested before it",
        arguments: [
            ("/a/0", "1.50"), ("/a/1", #"{"b": "x\"]"}"#), ("/a/1/b", #""x\"]""#), ("/a/2", "[]"), ("/a/3", "-2e3"),
            ("/a~1b/c", "null"), ("/z", "true"),
            ("", #"{ "a" : [ 1.50, {"b": "x\"]"}, [], -2e3 ], "a\/b": {"\u0063": null} , "z": true }"#),
        ])
    func values(pointer: String, value: String) throws {
        #expect(try found(pointer, in: Self.text) == value)
    }

    @Test(
        "what is not there has no place; a text that is no JSON does no harm",
        arguments: [
            ("/b", text), ("/a/4", text), ("/a/x", text), ("/z/0", text), ("/a/2/0", text), ("/a", "{\"a\""),
            ("/a", "{\"a\":"), ("", ""), ("/0/0", "[[["), ("/1", "[1}"), ("/a", "{\"\\"), ("/a", "{1:2}"),
        ])
    func absent(pointer: String, text: String) throws {
        #expect(try found(pointer, in: text) == nil)
    }

    @Test("a place is a line and a column in bytes, both from 1")
    func places() {
        Array("ab\nü,c".utf8).withUnsafeBytes { text in
            #expect(TextPlace(of: 0, in: text) == TextPlace(line: 1, column: 1))
            #expect(TextPlace(of: 3, in: text) == TextPlace(line: 2, column: 1))
            #expect(TextPlace(of: 6, in: text) == TextPlace(line: 2, column: 4))
            #expect(TextPlace(of: 99, in: text).line == 2)
        }
    }
}
