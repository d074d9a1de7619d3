import Testing

@testable import JSON

@Suite struct StringTests {
    static let flagged: [(String, Value.Flags)] = [
        (#""""#, [.verbatim, .ascii]), (#""plain""#, [.verbatim, .ascii]), ("\"é\"", .verbatim),
        (#""a\/b""#, [.verbatim, .ascii]), (#""\u0041""#, [.verbatim, .ascii]), (#""\u00e9""#, .verbatim),
        (#""\n""#, .ascii), (#""\"""#, .ascii), (#""\\""#, .ascii), (#""\u001f""#, .ascii), (#""é\n""#, []),
        (#""\ud83d\ude00""#, .verbatim), ("\"\u{7f}\"", [.verbatim, .ascii]), (#""\u007f""#, [.verbatim, .ascii]),
        (#""\u0080""#, .verbatim),
    ]

    @Test("The flags of a string are exact", arguments: flagged)
    func flags(_ text: String, _ flags: Value.Flags) throws {
        try withDocument(text) { #expect($0.flags == flags) }
        try withDocument(text) { #expect(Value.Flags.ofString($0.bytes) == flags) }
    }

    @Test("Strings without escapes and numbers point into the document; decoded strings into the arena")
    func places() throws {
        let bytes = Array(#"["verbatim text","x\ny",12.50]"#.utf8)
        try bytes.withUnsafeBytes { bytes in
            let document = Document()
            let elements = try document.parse(bytes).elements
            func isInside(_ value: Value) -> Bool {
                guard let start = value.bytes.baseAddress, let base = bytes.baseAddress else { return false }
                return start >= base && start < base + bytes.count
            }
            #expect(isInside(elements[0]))
            #expect(!isInside(elements[1]))
            #expect(isInside(elements[2]))
            #expect(elements[1].string == "x\ny")
        }
    }

    @Test("An escape or a quote is found at every distance from the start and the end")
    func everyAlignment() throws {
        for lead in 0..<24 {
            for tail in 0..<24 {
                let a = String(repeating: "a", count: lead)
                let b = String(repeating: "b", count: tail)
                #expect(try withDocument("\"\(a)\\n\(b)\"") { $0.string } == "\(a)\n\(b)")
                #expect(try rewritten("[\"\(a)\\\"\(b)\",\"\(a)é\(b)\"]") == "[\"\(a)\\\"\(b)\",\"\(a)é\(b)\"]")
                let buffer = ByteBuffer()
                buffer.writeString("\(a)\u{1}\(b)é")
                #expect(buffer.text == "\"\(a)\\u0001\(b)é\"")
            }
        }
    }

    @Test("Every ASCII character survives writing and parsing, without claims about it")
    func everyASCII() throws {
        for code in UInt8(0)..<128 {
            let text = String(repeating: "x", count: Int(code % 9)) + String(Unicode.Scalar(code)) + "yé"
            let buffer = ByteBuffer()
            buffer.writeString(text)
            #expect(try withDocument(buffer.text) { $0.string } == text)
        }
    }
}
