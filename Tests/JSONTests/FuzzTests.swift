import Testing

@testable import JSON

/// Mutated documents from a seed: parsing never crashes or reads beyond, and what is accepted comes back the same.
@Suite struct FuzzTests {
    static let corpus: [String] =
        GrammarTable.valid.map(\.text) + GrammarTable.invalid.map(\.text) + [
            #"{"id":"C-1","tags":["a","b"],"address":{"street":"Straße 1","zip":"0815"},"n":[0,-1.5e+10,1E-3]}"#,
            #"{"a":{"b":{"c":[[[{"d":null}]]]}},"e":"\u00e9\ud83d\ude00\\\"\/","f":[true,false]}"#,
            "{" + (0..<20).map { "\"m\($0)\":\($0)" }.joined(separator: ",") + "}",
        ]
    static let alphabet =
        Array("{}[]\",:\\/ \n\t0123456789.eE+-truefalsn\u{0}\u{1f}u00d8\u{e9}".utf8) + [0xff, 0xc0, 0x80, 0xed]

    @Test("Mutations", arguments: [UInt64(1), 2, 3, 4])
    func mutations(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let document = Document()
        let again = Document()
        let buffer = ByteBuffer()
        var accepted = 0
        for _ in 0..<10_000 {
            let bytes = mutated(&random)
            // Exactly as large as the document, so that a sanitizer sees a read beyond it.
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            defer { memory.deallocate() }
            memory.copyBytes(from: bytes)
            guard let value = try? document.parse(UnsafeRawBufferPointer(memory)) else { continue }
            accepted += 1
            buffer.removeAll()
            buffer.write(value)
            let copy = try again.parse(buffer.bytes)
            // Literals are kept, so even numbers beyond comparison are the same.
            #expect(copy.isEqual(to: value), "\(String(decoding: bytes, as: UTF8.self))")
            #expect(String(validating: buffer.bytes, as: UTF8.self) != nil)
        }
        #expect(accepted > 500)
    }

    private func mutated(_ random: inout SplitMix) -> [UInt8] {
        var bytes = Array(Self.corpus[Int.random(in: 0..<Self.corpus.count, using: &random)].utf8)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let byte = Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)]
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = byte
            case 3: bytes.removeSubrange(place...)
            default:
                let other = Array(Self.corpus[Int.random(in: 0..<Self.corpus.count, using: &random)].utf8)
                bytes.insert(contentsOf: other, at: place)
            }
        }
        return bytes
    }
}
