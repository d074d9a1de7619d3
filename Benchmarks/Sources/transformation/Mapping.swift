import JQ
import JSON

/// Parse, map and write a document, as its peer does with libjq.
struct Mapping {
    let program: Program
    let text: [UInt8]

    init(program: String, document: String) throws {
        self.program = try Program(String(decoding: bytes(program), as: UTF8.self), name: program)
        text = try bytes(document)
    }

    func measure(_ milliseconds: Int) throws {
        let document = Document()
        let evaluator = Evaluator(arena: document.arena)
        let buffer = ByteBuffer()
        let nanoseconds = try text.withUnsafeBytes { bytes in
            try Clock.measure(milliseconds) {
                buffer.removeAll()
                buffer.write(try evaluator.one(program, try document.parse(bytes)))
            }
        }
        print("{\"nanoseconds\":\(nanoseconds),\"bytes\":\(buffer.count),\"output\":\(buffer.text)}")
    }
}
