import JSON

/// A compiled JSON Schema, of draft 2020-12 or draft 7.
///
/// Values are validated without allocating anything while they are valid. A schema belongs to one thread, for the
/// memory that a validation needs is the schema's own.
public final class Schema {
    /// What a compiled schema does beyond its draft.
    public struct Options: Hashable, Sendable {
        /// Whether `format` is an assertion for the formats `date-time`, `date`, `time`, `duration`, `email`,
        /// `hostname`, `ipv4`, `ipv6`, `uri`, `uri-reference`, `uuid`, `json-pointer` and `regex`. All others are
        /// annotations. A metaschema with the format-assertion vocabulary makes it an assertion anyway.
        public var assertFormats: Bool

        public init(assertFormats: Bool = true) {
            self.assertFormats = assertFormats
        }
    }

    /// The URI, or path, that the schema was compiled from.
    public let uri: String

    let program: Program
    let machine: Machine
    private let tables: UnsafeMutablePointer<Tables>
    private let scratch: UnsafeMutablePointer<Scratch>

    /// Compiles a schema and all that it refers to.
    ///
    /// - Parameters:
    ///   - uri: where the schema is, in the registry or for its loader. With a fragment it is one of the schemas in
    ///     that file: `Schemas/crm.json#/$defs/customer`.
    ///   - registry: finds this schema and those that it refers to.
    /// - Throws: ``SchemaError`` when a schema is not found, is not valid against its metaschema, refers to something
    ///   that is not there, has a pattern that cannot be honoured, or refers to itself without getting on.
    public init(
        uri: String, in registry: SchemaRegistry, options: Options = Options()
    ) throws(SchemaError) {
        self.uri = uri
        program = try Compiler.compile(uri, in: registry, options: options)
        tables = .allocate(capacity: 1)
        tables.initialize(to: program.tables)
        scratch = .allocate(capacity: 1)
        scratch.initialize(to: Scratch())
        machine = Machine(tables: UnsafePointer(tables), scratch: scratch)
    }

    deinit {
        scratch.pointee.deallocate()
        scratch.deallocate()
        tables.deallocate()
    }

    /// Whether the value is valid. Allocates nothing, but for the schema's own memory that grows with the largest value
    /// so far. When a pattern reaches its limit the value is not valid; ``validate(_:)`` says so.
    public func isValid(_ value: Value) -> Bool {
        scratch.pointee.begin()
        return machine.check(program.root, value) && scratch.pointee.abandonment == nil
    }

    /// Why the value is not valid; `nil` if it is, and then nothing was allocated.
    public func validate(_ value: Value) -> ValidationFailure? {
        isValid(value) ? nil : Explainer(program, machine).explain(value)
    }
}
