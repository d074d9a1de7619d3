import JSON

/// Checks what a schema says of itself: its `examples` and `default` values, and whether anything can satisfy it.
public enum SchemaExamples {
    /// A fault of a schema that compiles.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The kinds of faults.
        public enum Kind: String, Hashable, Sendable {
            /// An example, or a default, is not valid against the schema that it stands in.
            case example, `default`
            /// No value at all is valid.
            case unsatisfiable
        }

        public let kind: Kind
        /// The URI, or the file's path, by which the schema was asked for.
        public let uri: String
        /// The place in it, as a JSON Pointer.
        public let location: String
        /// What is wrong there.
        public let message: String

        public var description: String { "\(uri)#\(location): \(message)" }
    }

    /// All problems of a schema file: at its root and at every schema in it, referred to or not.
    ///
    /// A schema `false` is meant to refuse everything and is no problem in itself.
    ///
    /// - Throws: ``SchemaError`` when the file does not compile.
    public static func problems(
        of uri: String, in registry: SchemaRegistry, options: Schema.Options = Schema.Options()
    ) throws(SchemaError) -> [Problem] {
        guard let resource = try registry.resource(uri) else {
            throw SchemaError(uri: uri, location: "", message: "the schema is not found")
        }
        var walk = SubschemaWalk()
        walk.visit(resource.place)
        var check = ExampleCheck(uri: uri, registry: registry, options: options)
        for place in walk.places { try check.run(place) }
        return check.problems
    }
}
