import Yams

/// What a key's value may be: how it is read, how the schema and the reference describe it, how a default is shown.
struct ValueType<Value: Sendable>: Sendable {
    /// For the reference, such as `duration, 1ms to 10m`.
    let name: String
    /// What the JSON Schema says of it.
    let schema: SchemaTree
    /// Reads a value, or reports what is wrong and gives `nil`.
    let read: @Sendable (Node, Site, ConfigurationReader) -> Value?
    /// A default as it would be written; `nil` when there is nothing to show.
    var write: @Sendable (Value) -> SchemaTree? = { _ in nil }
    /// Sections inside, with what their paths add to the key's: `.<name>`, `[n]` or nothing.
    var sections: [(suffix: String, section: SectionDescription)] = []
}

/// Where a value stands: its key's path, and the place of the key, which errors point to.
struct Site {
    let path: String
    let place: SourcePlace

    func member(_ name: String, _ place: SourcePlace) -> Site {
        Site(path: path.isEmpty ? name : "\(path).\(name)", place: place)
    }

    func element(_ position: Int, _ place: SourcePlace) -> Site {
        Site(path: "\(path)[\(position)]", place: place)
    }
}

/// What the reference and the schema say of a section.
struct SectionDescription: Sendable {
    let documentation: String
    let fields: [FieldDescription]
    let schema: SchemaTree
}

/// What the reference says of a key.
struct FieldDescription: Sendable {
    let name: String
    let type: String
    /// The default as text; `nil` when the key has none.
    let defaultText: String?
    let isRequired: Bool
    let documentation: String
    let example: String
    /// Why the key is refused in this version.
    let refusal: String?
    let sections: [(suffix: String, section: SectionDescription)]
}
