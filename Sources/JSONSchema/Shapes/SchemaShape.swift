import JSON

extension Schema {
    /// What is known of the values that this schema allows: never less than it allows, often more.
    ///
    /// Types, members, elements, constants, references and the keywords that combine schemas are understood; of
    /// what remains (patterns, bounds, `not`, `dependentSchemas` and so on) nothing is concluded. A schema that refers
    /// to itself is followed once.
    public var shape: Shape {
        var builder = ShapeBuilder(program)
        return builder.shape(of: program.root)
    }
}

/// Draws shapes from the nodes of a compiled schema.
struct ShapeBuilder {
    let program: Program
    var work = ShapeWork(400_000)
    private var known: [NodeIndex: Shape] = [:]
    /// The nodes that are being looked at: one that is met again is taken for anything.
    private var pending: Set<NodeIndex> = []
    /// Whether a node in this branch came back to one that is pending; such shapes are not kept.
    private var metPending = false

    init(_ program: Program) {
        self.program = program
    }

    func node(_ index: NodeIndex) -> Node { program.tables.nodes[Int(index)] }

    /// The children of an applicator.
    func children(_ span: Span) -> [NodeIndex] { span.indices.map { program.tables.children[$0] } }

    func place(of index: NodeIndex) -> Shape.Origins {
        let place = program.places[Int(index)]
        return .schema("\(place.document.uri)#\(place.pointer)")
    }

    /// The shape of what a schema allows; anything where there is none.
    mutating func shape(of index: NodeIndex) -> Shape {
        guard index >= 0 else { return .anything }
        if let shape = known[index] { return shape }
        guard pending.count < 64, pending.insert(index).inserted, work.spend() else {
            metPending = true
            return .anything
        }
        let outer = metPending
        metPending = false
        let shape = build(index)
        pending.remove(index)
        if !metPending || pending.isEmpty { known[index] = shape }
        metPending = metPending && !pending.isEmpty || outer
        return shape
    }

    private mutating func build(_ index: NodeIndex) -> Shape {
        let node = node(index)
        if node.flags.contains(.never) { return .nothing }
        var shape = assertions(index, node)
        let applicators = node.applicators.indices.map { program.tables.applicators[$0] }
        // Conditions last: what is known by then rules out one of their branches more often.
        for applicator in applicators where applicator.kind != .condition {
            shape = apply(applicator, to: shape)
        }
        for applicator in applicators where applicator.kind == .condition {
            shape = condition(children(applicator.children), shape)
        }
        if node.unevaluatedProperties >= 0 { shape = closing(shape, index, node) }
        return shape
    }

    // MARK: Assertions

    private mutating func assertions(_ index: NodeIndex, _ node: Node) -> Shape {
        let asks = node.types != .all || node.array >= 0 || node.object >= 0 || node.values >= 0
        guard asks else { return .anything }
        let origins = place(of: index)
        var shape = Shape(Shape.Kinds(rawValue: node.types.rawValue & 0x7F), origins: origins)
        if node.values >= 0 {
            let rule = program.tables.valueRules[Int(node.values)]
            var values = Shape.nothing
            for position in rule.values.indices {
                values = values.union(Shape(of: program.tables.values[position], origins: origins), &work)
            }
            shape = shape.intersection(values, &work)
        }
        if node.object >= 0 { shape = shape.intersection(objects(node, origins), &work) }
        if node.array >= 0 { shape = shape.intersection(arrays(node, origins), &work) }
        return shape
    }

    private mutating func objects(_ node: Node, _ origins: Shape.Origins) -> Shape {
        let rule = program.tables.objects[Int(node.object)]
        var others = shape(of: rule.additional)
        for position in rule.patterns.indices {
            others = others.union(shape(of: program.tables.patternRules[position].node), &work)
        }
        var members: [String: ObjectShape.Slot] = [:]
        for entry in rule.names.isEmpty ? [] : rule.names.entries(in: program.tables.names) {
            let name = entry.name.string ?? ""
            let slot = ObjectShape.Slot(
                shape: entry.node >= 0 ? shape(of: entry.node) : others, isRequired: entry.isRequired)
            members[name] = slot
        }
        let object = ObjectShape(members: members, others: others, origins: origins)
        let isImpossible = members.values.contains { $0.isRequired && $0.shape.isNothing }
        return Shape(Shape.Kinds.all.subtracting(.object), origins: origins).union(
            .object(isImpossible ? [] : [object], origins: origins), &work)
    }

    private mutating func arrays(_ node: Node, _ origins: Shape.Origins) -> Shape {
        let rule = program.tables.arrays[Int(node.array)]
        var element = shape(of: rule.items)
        for child in children(rule.prefix) { element = element.union(shape(of: child), &work) }
        return Shape(Shape.Kinds.all.subtracting(.array), origins: origins).union(
            .array(of: element, atLeast: rule.minItems, origins: origins), &work)
    }

    // MARK: Applicators

    private mutating func apply(_ applicator: Applicator, to shape: Shape) -> Shape {
        let children = children(applicator.children)
        switch applicator.kind {
        case .reference, .allOf:
            var shape = shape
            for child in children { shape = shape.intersection(self.shape(of: child), &work) }
            return shape
        case .anyOf, .oneOf:
            var union = Shape.nothing
            for child in children { union = union.union(shape.intersection(self.shape(of: child), &work), &work) }
            return union
        case .dynamicReference, .not, .condition:
            return shape
        }
    }

    /// `if`, `then`, `else`: the values of either way.
    private mutating func condition(_ nodes: [NodeIndex], _ shape: Shape) -> Shape {
        let condition = self.shape(of: nodes[0])
        let met = shape.intersection(condition, &work).intersection(self.shape(of: nodes[1]), &work)
        let unmet = shape.intersection(complement(of: nodes[0]), &work).intersection(self.shape(of: nodes[2]), &work)
        return met.union(unmet, &work)
    }

    /// What is not valid by a schema that does nothing but compare one member with constants; anything for all others.
    private func complement(of index: NodeIndex) -> Shape {
        let node = node(index)
        guard node.object >= 0, node.string < 0, node.number < 0, node.array < 0, node.values < 0,
            node.applicators.isEmpty, node.unevaluatedItems < 0, node.unevaluatedProperties < 0,
            node.types == .all || node.types == .object
        else { return .anything }
        let rule = program.tables.objects[Int(node.object)]
        guard rule.isPlain, rule.additional < 0, rule.dependents.isEmpty, rule.minProperties == 0,
            rule.maxProperties == .max, !rule.names.isEmpty
        else { return .anything }
        let entries = rule.names.entries(in: program.tables.names)
        guard entries.count == 1, let entry = entries.first, entry.node >= 0, let name = entry.name.string,
            let texts = constantTexts(of: entry.node)
        else { return .anything }
        let slot = ObjectShape.Slot(shape: Shape.anything.without(strings: texts), isRequired: !entry.isRequired)
        let objects = Shape.object([ObjectShape(members: [name: slot], others: .anything)])
        return node.types == .all ? objects : Shape(Shape.Kinds.all.subtracting(.object)).union(objects)
    }

    /// The strings of a schema that is nothing but a `const` or `enum` of strings.
    private func constantTexts(of index: NodeIndex) -> Set<String>? {
        let node = node(index)
        guard node.values >= 0, node.string < 0, node.number < 0, node.array < 0, node.object < 0,
            node.applicators.isEmpty, node.unevaluatedItems < 0, node.unevaluatedProperties < 0,
            node.types.contains(.string)
        else { return nil }
        let values = program.tables.valueRules[Int(node.values)].values.indices.map { program.tables.values[$0] }
        let texts = values.compactMap(\.string)
        return texts.count == values.count ? Set(texts) : nil
    }
}
