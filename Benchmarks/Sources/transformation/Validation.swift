import JSON
import JSONSchema

/// Validate a document that is parsed already, as its peer does with jsonschema-rs.
struct Validation {
    let schema: Schema
    let text: [UInt8]

    init(schema path: String, document: String) throws {
        let registry = SchemaRegistry { try? bytes($0) }
        schema = try Schema(uri: path, in: registry)
        text = try bytes(document)
    }

    func measure(_ milliseconds: Int) throws {
        let document = Document()
        let nanoseconds = try text.withUnsafeBytes { bytes in
            let value = try document.parse(bytes)
            return try Clock.measure(milliseconds) { guard schema.isValid(value) else { throw Invalid() } }
        }
        print("{\"nanoseconds\":\(nanoseconds)}")
    }
}
