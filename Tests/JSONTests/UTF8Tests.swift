import Testing

@testable import JSON

/// Strings are well-formed UTF-8, as in table 3-7 of the Unicode standard, or the document is refused.
@Suite struct UTF8Tests {
    static let faulty: [[UInt8]] = [
        [0x80], [0xbf], [0xff], [0xfe],  // stray
        [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xf0, 0x80, 0x80, 0x80],
        [0xf0, 0x8f, 0xbf, 0xbf],  // overlong
        [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf],  // surrogates
        [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],  // beyond U+10FFFF
        [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xe2, 0x28, 0xa1], [0xf0, 0x28, 0x8c, 0xbc],  // cut off
    ]

    @Test("Bytes that are not UTF-8 are refused, at every place of a string", arguments: faulty)
    func refuses(_ sequence: [UInt8]) throws {
        for lead in 0..<20 {
            let text = Array("[\"".utf8) + Array(repeating: UInt8(ascii: "a"), count: lead) + sequence
            for tail in ["\"]", "aaaaaaaaaaaaaaaa\"]", ""] {
                let error = try #require(parseError(text + Array(tail.utf8)))
                #expect(error.offset == 2 + lead)
                #expect(error.kind == .invalidUTF8)
            }
        }
    }

    @Test("Every scalar value is accepted, alone and escaped, and comes back the same")
    func acceptsAllScalars() throws {
        let document = Document()
        let buffer = ByteBuffer()
        for code in stride(from: UInt32(0x80), through: 0x10ffff, by: 1) {
            guard let scalar = Unicode.Scalar(code), code < 0x3000 || code % 61 == 0 || code > 0x10fff0 else {
                continue
            }
            let bytes = Array("\"\(Character(scalar))\"".utf8)
            try bytes.withUnsafeBytes { bytes in
                let value = try document.parse(bytes)
                #expect(value.flags == .verbatim)
                buffer.removeAll()
                buffer.write(value)
                #expect(buffer.bytes.elementsEqual(bytes))
            }
        }
    }
}
