import JSON
import RegularExpressions

/// Turns schemas into a program: a queue of places, each of which becomes one node. A reference that comes back to a
/// place finds its node's index, so recursion needs no recursion here.
struct Compiler {
    let options: Schema.Options
    let resolver: ReferenceResolver
    var builder = ProgramBuilder()

    private struct PlaceKey: Hashable {
        let document: ObjectIdentifier
        let pointer: Name
    }

    private var indexes: [PlaceKey: NodeIndex] = [:]
    private var patternIndexes: [Name: Int32] = [:]
    private var resources: [SchemaResource] = []
    /// The names of dynamic anchors that references ask for; their positions are the rows of the table.
    private var dynamicNames: [String] = []

    static func compile(
        _ uri: String, in registry: SchemaRegistry, options: Schema.Options
    ) throws(SchemaError) -> Program {
        var compiler = Compiler(options: options, resolver: ReferenceResolver(registry: registry))
        let reference = URIReference(uri)
        guard let resource = try registry.resource(reference.withoutFragment) else {
            throw SchemaError(uri: uri, location: "", message: "the schema is not found")
        }
        var place = resource.place
        if let fragment = reference.fragment, !fragment.isEmpty {
            (place, _) = try compiler.resolver.resolve("#" + fragment, from: place, keyword: .ref)
        }
        let root = try compiler.node(for: place)
        try compiler.run()
        try ProgressCheck(compiler.builder).run()
        compiler.builder.link()
        return Program(compiler.builder, root: root, assertsFormats: options.assertFormats)
    }

    private init(options: Schema.Options, resolver: ReferenceResolver) {
        self.options = options
        self.resolver = resolver
    }

    // MARK: The queue

    private mutating func run() throws(SchemaError) {
        var next = 0
        repeat {
            while next < builder.places.count {
                builder.nodes[next] = try compile(builder.places[next])
                next += 1
            }
            try fillDynamicTargets()
        } while next < builder.places.count
    }

    /// The index of a place's node, which is compiled sooner or later.
    mutating func node(for place: SchemaPlace) throws(SchemaError) -> NodeIndex {
        let key = PlaceKey(document: ObjectIdentifier(place.document), pointer: Name(place.pointer))
        if let index = indexes[key] { return index }
        let index = NodeIndex(builder.nodes.count)
        indexes[key] = index
        try enter(place.resource)
        builder.nodes.append(Node())
        builder.places.append(place)
        return index
    }

    private mutating func enter(_ resource: SchemaResource) throws(SchemaError) {
        guard !resources.contains(where: { $0 === resource }) else { return }
        resources.append(resource)
        guard !builder.documents.contains(where: { $0 === resource.document }) else { return }
        builder.documents.append(resource.document)
        try resolver.registry.check(resource.document)
    }

    /// All schemas that a dynamic reference can lead to, as far as is known by now.
    private mutating func fillDynamicTargets() throws(SchemaError) {
        builder.isDynamic = !dynamicNames.isEmpty
        var targets: [NodeIndex] = []
        repeat {
            targets = []
            builder.resourceCount = resources.count
            for name in dynamicNames {
                // A target may be in a resource that nothing else has led to: not entered, but counted from now on.
                for position in 0..<builder.resourceCount {
                    guard let anchor = resources[position].anchors[name], anchor.isDynamic else {
                        targets.append(.none)
                        continue
                    }
                    targets.append(try node(for: anchor.place))
                }
            }
        } while builder.resourceCount != resources.count
        builder.dynamicTargets = targets
    }

    // MARK: One schema

    private mutating func compile(_ place: SchemaPlace) throws(SchemaError) -> Node {
        var node = Node()
        node.resource = Int32(resources.firstIndex { $0 === place.resource } ?? 0)
        switch place.value.kind {
        case .true:
            break
        case .false:
            node.types = []
            node.flags = .never
            return node
        case .object:
            try compileKeywords(place, &node)
        default:
            throw place.error("a schema is an object, true or false")
        }
        let asksMore =
            node.types.contains(.integersOnly) || !node.flags.isEmpty
            || [node.string, node.number, node.array, node.object, node.values].contains { $0 >= 0 }
        if !asksMore, node.applicators.isEmpty { node.flags.insert(.typeOnly) }
        if !asksMore, node.types == .all, node.applicators.count == 1,
            builder.applicators[Int(node.applicators.start)].kind == .reference
        {
            node.flags.insert(.referenceOnly)
        }
        return node
    }

    private mutating func compileKeywords(_ place: SchemaPlace, _ node: inout Node) throws(SchemaError) {
        let dialect = place.resource.dialect
        if dialect.draft == .draft7, place.value["$ref"] != nil {
            // Draft 7 ignores whatever stands beside a reference.
            node.applicators = ProgramBuilder.append(try references(place), to: &builder.applicators)
            return
        }
        if dialect.vocabularies.contains(.validation) {
            node.types = try types(place)
            node.values = try values(place)
            node.number = try numbers(place)
        }
        node.string = try strings(place, dialect)
        node.array = try arrays(place, dialect)
        node.object = try objects(place, dialect)
        // Children are compiled later, so that what is appended here stands in one run.
        let applicators = try references(place) + inPlace(place, dialect)
        node.applicators = ProgramBuilder.append(applicators, to: &builder.applicators)
        guard dialect.vocabularies.contains(.unevaluated) else { return }
        node.unevaluatedItems = try subschema(.unevaluatedItems, of: place)
        node.unevaluatedProperties = try subschema(.unevaluatedProperties, of: place)
        if node.unevaluatedItems >= 0 || node.unevaluatedProperties >= 0 { node.flags.insert(.tracksEvaluation) }
    }

    // MARK: Applicators

    private mutating func references(_ place: SchemaPlace) throws(SchemaError) -> [Applicator] {
        var applicators: [Applicator] = []
        if let reference = try text(.ref, of: place) {
            let (target, _) = try resolver.resolve(reference, from: place, keyword: .ref)
            applicators.append(Applicator(kind: .reference, children: try children([target])))
        }
        guard place.resource.dialect.draft == .draft202012, let reference = try text(.dynamicRef, of: place) else {
            return applicators
        }
        let (target, isDynamic) = try resolver.resolve(reference, from: place, keyword: .dynamicRef)
        let children = try children([target])
        guard isDynamic, let name = URIReference(reference).fragment?.percentDecoded else {
            applicators.append(Applicator(kind: .reference, children: children))
            return applicators
        }
        let row = dynamicNames.firstIndex(of: name) ?? dynamicNames.count
        if row == dynamicNames.count { dynamicNames.append(name) }
        applicators.append(Applicator(kind: .dynamicReference, children: children, anchor: Int32(row)))
        return applicators
    }

    private mutating func inPlace(_ place: SchemaPlace, _ dialect: Dialect) throws(SchemaError) -> [Applicator] {
        guard dialect.vocabularies.contains(.applicator) else { return [] }
        var applicators: [Applicator] = []
        if let places = try list(.allOf, of: place) {
            applicators.append(Applicator(kind: .allOf, children: try children(places)))
        }
        if let value = place.value["not"] {
            applicators.append(Applicator(kind: .not, children: try children([place.child("not", value: value)])))
        }
        if let condition = place.value["if"] {
            var chosen = [try node(for: place.child("if", value: condition))]
            chosen.append(try subschema(.then, of: place))
            chosen.append(try subschema(.else, of: place))
            let span = ProgramBuilder.append(chosen, to: &builder.children)
            applicators.append(Applicator(kind: .condition, children: span))
        }
        if let places = try list(.anyOf, of: place) {
            applicators.append(Applicator(kind: .anyOf, children: try children(places)))
        }
        if let places = try list(.oneOf, of: place) {
            applicators.append(Applicator(kind: .oneOf, children: try children(places)))
        }
        return applicators
    }

    mutating func children(_ places: [SchemaPlace]) throws(SchemaError) -> Span {
        var nodes: [NodeIndex] = []
        for place in places { nodes.append(try node(for: place)) }
        return ProgramBuilder.append(nodes, to: &builder.children)
    }

    // MARK: Patterns

    /// The index of a pattern in the program's table.
    mutating func pattern(
        _ text: String, of place: SchemaPlace, at tokens: String...
    ) throws(SchemaError) -> Int32 {
        if let index = patternIndexes[Name(text)] { return index }
        do throws(PatternError) {
            builder.patterns.append(try RegularExpression(text, dialect: .ecma262))
        } catch {
            let location = tokens.reduce(place.pointer) { "\($0)/\($1.pointerToken)" }
            throw SchemaError(
                uri: place.document.uri, location: location, message: "the pattern \"\(text)\" is refused: \(error)")
        }
        let index = Int32(builder.patterns.count - 1)
        patternIndexes[Name(text)] = index
        return index
    }
}
