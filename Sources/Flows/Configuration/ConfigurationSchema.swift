import JSON

extension Configuration {
    /// The JSON Schema (draft 2020-12) of the configuration, for editors; from the same declarations that read it.
    public static func schemaText() throws(Arena.Exhausted) -> String {
        let tree = section.schema.prepending([
            .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            .init("title", .string("Configuration of Penstock")),
            .init("description", .string(section.documentation)),
        ])
        let arena = Arena()
        let buffer = ByteBuffer()
        buffer.write(try tree.value(in: arena), style: .indented(2))
        buffer.append("\n")
        return withExtendedLifetime(arena) { buffer.text }
    }
}
