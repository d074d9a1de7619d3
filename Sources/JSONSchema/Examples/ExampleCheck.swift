import JSON

/// Checks the schemas of one document, one after the other.
struct ExampleCheck {
    let uri: String
    let registry: SchemaRegistry
    let options: Schema.Options
    private(set) var problems: [SchemaExamples.Problem] = []
    /// Schemas that have been looked at for whether anything satisfies them, by their JSON Pointers.
    private var examined: Set<Name> = []

    init(uri: String, registry: SchemaRegistry, options: Schema.Options) {
        self.uri = uri
        self.registry = registry
        self.options = options
    }

    mutating func run(_ place: SchemaPlace) throws(SchemaError) {
        let hasValues = place.value["examples"]?.kind == .array || place.value["default"] != nil
        let isNew = !examined.contains(Name(place.pointer))
        guard hasValues || isNew else { return }
        let schema = try Schema(
            uri: place.pointer.isEmpty ? uri : "\(uri)#\(place.pointer.fragmentEncoded)", in: registry,
            options: options)
        if isNew { examine(schema, in: place.document) }
        // Whatever stands beside a reference means nothing in draft 7.
        guard hasValues, place.resource.dialect.draft != .draft7 || place.value["$ref"] == nil else { return }
        if let value = place.value["default"] { check(value, .default, at: "\(place.pointer)/default", schema) }
        for (index, value) in (place.value["examples"]?.elements ?? Value.emptyArray.elements).enumerated() {
            check(value, .example, at: "\(place.pointer)/examples/\(index)", schema)
        }
    }

    private mutating func check(
        _ value: Value, _ kind: SchemaExamples.Problem.Kind, at location: String, _ schema: Schema
    ) {
        guard let failure = schema.validate(value) else { return }
        let leaf = failure.mostSpecific
        let part = leaf.instanceLocation.isEmpty ? "" : " at \(leaf.instanceLocation)"
        let noun = kind == .default ? "the default" : "the example"
        report(
            kind, location, "\(noun) is not valid against its own schema:\(part) \(leaf.message) (\(leaf.keyword))")
    }

    // MARK: Satisfiability

    /// Looks at each schema that this one leads to in the document.
    private mutating func examine(_ schema: Schema, in document: SchemaDocument) {
        guard !schema.program.tables.isDynamic else {
            for place in schema.program.places { examined.insert(Name(place.pointer)) }
            return
        }
        let examination = SatisfiabilityCheck(schema)
        for (index, place) in schema.program.places.enumerated() where place.document === document {
            guard examined.insert(Name(place.pointer)).inserted,
                let reason = examination.problem(of: NodeIndex(index))
            else { continue }
            report(.unsatisfiable, place.pointer, reason)
        }
        // What makes an inner schema impossible makes the outer ones so: the inner one is to be mended.
        let impossible = problems.filter { $0.kind == .unsatisfiable }.map(\.location)
        problems.removeAll { problem in
            problem.kind == .unsatisfiable && impossible.contains { $0.hasPrefix(problem.location + "/") }
        }
    }

    private mutating func report(_ kind: SchemaExamples.Problem.Kind, _ location: String, _ message: String) {
        problems.append(SchemaExamples.Problem(kind: kind, uri: uri, location: location, message: message))
    }
}
