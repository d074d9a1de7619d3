import JSON

/// Builtins that are nodes of their own, because they take generators.
extension Analyzer {
    func evaluateForm(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        switch node.opcode {
        case .path:
            // Paths are only followed, not read; what is computed on the way is not looked at.
            return Outcome(.array(of: .anything), least: 0)
        case .recurseAll:
            let isScalar = context.input.shape.kinds.isSubset(of: .scalars)
            return Outcome(isScalar ? context.input.shape : .anything)
        case .recurse:
            let shape = fixpoint(context.input.shape) { evaluate(node.a, context.with($0)).shape }
            return Outcome(shape)
        case .range: return range(node, context)
        case .limit, .skip:
            let count = evaluate(node.a, context)
            let body = evaluate(node.b, cutting(node.b, context))
            return count.shape.isNothing ? .none : Outcome(body.shape, least: 0)
        case .first, .last:
            let body = evaluate(node.a, node.opcode == .last ? context : cutting(node.a, context))
            return Outcome(body.shape, least: min(1, body.least), path: body.path)
        case .isEmpty:
            _ = evaluate(node.a, context.guarded)
            return Outcome(.boolean)
        case .any, .all:
            let items = evaluate(node.a, cutting(node.a, context))
            if !items.shape.isNothing { _ = evaluate(node.b, context.with(items.shape, path: items.path)) }
            return Outcome(.boolean)
        case .sum: return Outcome(sum(of: evaluate(node.a, context)))
        case .getPath: return getPath(node, context)
        case .substitute: return substitute(index, node, context)
        case .empty, .error, .leave: return .none
        default: return .anything
        }
    }

    private func range(_ node: Node, _ context: Context) -> Outcome {
        for bound in [node.a, node.b, node.c] where bound >= 0 {
            if evaluate(bound, context).shape.isNothing { return .none }
        }
        return Outcome(.number, least: 0)
    }

    /// `null` of nothing, otherwise something of the kinds that are added.
    private func sum(of items: Outcome) -> Shape {
        var result = items.shape.only(.scalars).widened
        if items.least == 0 || result.kinds.contains(.null) { result = union(result, .null) }
        if items.shape.kinds.contains(.array) {
            result = union(result, .array(of: items.shape.only(.array).elements(&work)))
        }
        if items.shape.kinds.contains(.object) { result = union(result, Shape(.object)) }
        return result
    }

    private func getPath(_ node: Node, _ context: Context) -> Outcome {
        let path = evaluate(node.a, context)
        guard !path.shape.isNothing else { return .none }
        guard let names = constantPath(node.a) else { return Outcome(.anything, least: path.least) }
        var shape = context.input.shape
        for name in names { shape = shape.member(name, &work) }
        return Outcome(shape)
    }

    /// The names of a path that stands in the text: `["data", "id"]`.
    func constantPath(_ index: Int32) -> [String]? {
        let node = node(index)
        return node.opcode == .collect ? constantNames(node.a) : nil
    }

    private func constantNames(_ index: Int32) -> [String]? {
        let node = node(index)
        switch node.opcode {
        case .constant: return node.value.string.map { [$0] }
        case .comma:
            guard let first = constantNames(node.a), let second = constantNames(node.b) else { return nil }
            return first + second
        default: return nil
        }
    }

    private func substitute(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        var least = 1
        for argument in [node.a, node.c] where argument >= 0 {
            let value = evaluate(argument, context)
            if value.shape.isNothing { return .none }
            least = min(least, value.least)
        }
        // The replacement sees the named captures.
        let replacement = evaluate(node.b, context.with(Shape(.object)).guarded)
        let isPossible = context.input.shape.kinds.contains(.string)
        if !context.isGuarded {
            judge(
                index, .failure, label: "sub", isWrong: !isPossible,
                message: "\(context.input.shape.kinds.phrase) cannot be matched")
        }
        return Outcome(isPossible ? .string : .nothing, least: min(least, replacement.least))
    }
}
