import Testing

@testable import JSON

@Suite struct LimitTests {
    @Test("Nesting is accepted up to the limit and refused one beyond, at the bracket")
    func depth() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ depth: Int) -> String {
                String(repeating: open, count: depth) + (open == "[" ? "" : "1")
                    + String(repeating: close, count: depth)
            }
            #expect(parseError(nested(512)) == nil)
            let error = try #require(parseError(nested(513)))
            #expect(error.kind == .depthExceeded(limit: 512))
            #expect(error.offset == 512 * open.utf8.count)
            #expect(parseError(nested(4), limits: Limits(depth: 3)) != nil)
            #expect(parseError("[[],[],[[]]]", limits: Limits(depth: 3)) == nil)
        }
    }

    @Test("A million open brackets cost no stack, refused or accepted")
    func veryDeep() throws {
        let open = String(repeating: "[", count: 1_000_000)
        #expect(parseError(open)?.kind == .depthExceeded(limit: 512))
        let limits = Limits(depth: 1_000_000)
        let text = open + String(repeating: "]", count: 1_000_000)
        try withDocument(text, limits: limits) { value in
            let buffer = ByteBuffer()
            buffer.write(value)
            #expect(buffer.text == text)
            let arena = Arena()
            let copy = try arena.copy(value)
            withExtendedLifetime(arena) { #expect(copy.isEqual(to: value)) }
            var hasher = Hasher()
            value.hash(into: &hasher)
        }
    }

    @Test("A document beyond the size limit is refused before it is read")
    func size() {
        let limits = Limits(byteCount: 4)
        #expect(parseError("null", limits: limits) == nil)
        #expect(parseError("false", limits: limits)?.kind == .tooLarge(limit: 4))
    }

    @Test("A document beyond the arena's limit is refused, and the next one is parsed")
    func memory() throws {
        let document = Document(arena: Arena(byteLimit: 32 << 10, chunkByteCount: 16 << 10))
        let large = Array(("[" + String(repeating: "[0],", count: 10_000) + "0]").utf8)
        large.withUnsafeBytes { bytes in
            let error = #expect(throws: ParseError.self) { try document.parse(bytes) }
            #expect(error?.kind == .memoryExhausted(limit: 32 << 10))
        }
        let small = Array("[[0],0]".utf8)
        try small.withUnsafeBytes { bytes in
            let value = try document.parse(bytes)
            #expect(value.count == 2)
        }
    }

    @Test("An error tells line and column in bytes")
    func places() throws {
        let error = try #require(parseError("{\n  \"ü\": 1,\r\n  \"ö\": 2 3\n}"))
        #expect((error.line, error.column, error.offset) == (3, 11, 24))
        #expect(error.description == "line 3, column 11 (offset 24): found ‘3’ where ‘,’ or ‘}’ is expected")
    }
}
