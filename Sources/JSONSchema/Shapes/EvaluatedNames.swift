import JSON

/// `unevaluatedProperties`: which members another keyword can have spoken for.
extension ShapeBuilder {
    /// A shape whose objects have no members but those that some keyword evaluates, and those that
    /// `unevaluatedProperties` allows.
    mutating func closing(_ shape: Shape, _ index: NodeIndex, _ node: Node) -> Shape {
        guard let names = evaluatedNames(of: index, besides: true, depth: 0) else { return shape }
        let others = self.shape(of: node.unevaluatedProperties)
        var members: [String: ObjectShape.Slot] = [:]
        for name in names { members[name] = ObjectShape.Slot(shape: .anything, isRequired: false) }
        let origins = place(of: index)
        let closed = ObjectShape(members: members, others: others, origins: origins)
        return shape.intersection(
            Shape(Shape.Kinds.all.subtracting(.object), origins: origins).union(.object([closed], origins: origins)),
            &work)
    }

    /// The names of all members that a schema can evaluate; `nil` if they cannot be listed.
    ///
    /// - Parameter besides: whether the schema's own `unevaluatedProperties` is what asks, and does not count.
    private func evaluatedNames(of index: NodeIndex, besides: Bool, depth: Int) -> Set<String>? {
        let node = node(index)
        guard depth < 32, besides || node.unevaluatedProperties < 0 else { return nil }
        var names: Set<String> = []
        if node.object >= 0 {
            let rule = program.tables.objects[Int(node.object)]
            guard rule.additional < 0, rule.patterns.isEmpty else { return nil }
            for entry in rule.names.isEmpty ? [] : rule.names.entries(in: program.tables.names)
            where entry.node >= 0 { names.insert(entry.name.string ?? "") }
            for position in rule.dependents.indices {
                let dependent = program.tables.dependents[position].node
                guard dependent >= 0 else { continue }
                guard let more = evaluatedNames(of: dependent, besides: false, depth: depth + 1) else { return nil }
                names.formUnion(more)
            }
        }
        for position in node.applicators.indices {
            let applicator = program.tables.applicators[position]
            if applicator.kind == .dynamicReference { return nil }
            for child in children(applicator.children) where child >= 0 && applicator.kind != .not {
                guard let more = evaluatedNames(of: child, besides: false, depth: depth + 1) else { return nil }
                names.formUnion(more)
            }
        }
        return names
    }
}
