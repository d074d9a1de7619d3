import JSON

/// Variables and loops.
extension Analyzer {
    func binding(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let value = evaluate(node.a, context)
        guard !value.shape.isNothing else { return .none }
        var inner = context
        var least = value.least
        if node.opcode == .bindVariable {
            bind(slot: node.b, Known(shape: value.shape, path: value.path), &inner)
        } else {
            guard bind(node.b, Known(shape: value.shape, path: value.path), context, &inner) else { return .none }
            if self.node(node.b).opcode != .patternVariable { least = 0 }
        }
        var result = evaluate(node.c, inner)
        result.least = min(2, result.least * least)
        return result
    }

    private func bind(slot: Int32, _ known: Known, _ context: inout Context) {
        guard context.slots.indices.contains(Int(slot)) else { return }
        context.slots[Int(slot)] = known
    }

    /// Binds a pattern's variables. Returns whether that can succeed.
    private func bind(_ pattern: Int32, _ value: Known, _ outer: Context, _ context: inout Context) -> Bool {
        let node = node(pattern)
        switch node.opcode {
        case .patternVariable:
            bind(slot: node.a, value, &context)
            return true
        case .patternArray:
            let element = part(of: value.shape, .number)
            guard !element.isNothing else { return false }
            for position in 0..<node.b {
                guard
                    bind(link(node.a + position), Known(shape: element), outer, &context)
                else { return false }
            }
            return true
        case .patternObject:
            return bindMembers(node, value, outer, &context)
        default:
            // Alternatives: any of the variables may be null or anything that one of the patterns finds.
            let count = link(node.c)
            for position in 0..<count { bind(slot: link(node.c + 1 + position), Known(shape: .anything), &context) }
            context.isGuarded = true
            return true
        }
    }

    private func bindMembers(_ node: Node, _ value: Known, _ outer: Context, _ context: inout Context) -> Bool {
        for position in 0..<node.b {
            let key = link(node.a + position * 3)
            let slot = link(node.a + position * 3 + 1)
            let inner = link(node.a + position * 3 + 2)
            // A key can be an expression that uses variables bound before it.
            let names = evaluate(key, context.with(outer.input.shape, path: outer.input.path))
            let shape = part(of: value.shape, names.shape)
            guard !shape.isNothing else { return false }
            var path: InputPath?
            if let name = names.shape.strings.list?.first, names.shape.strings.list?.count == 1 {
                path = value.path?.appending(.member(name))
                noteRead(path, at: key, from: value.path, isChain: true)
            }
            if slot >= 0 { bind(slot: slot, Known(shape: shape, path: path), &context) }
            if inner >= 0, !bind(inner, Known(shape: shape, path: path), outer, &context) { return false }
        }
        return true
    }

    // MARK: Loops

    func reduce(_ node: Node, _ context: Context) -> Outcome {
        let items = evaluate(node.a, context)
        let start = evaluate(link(node.c), context)
        guard !start.shape.isNothing else { return .none }
        guard !items.shape.isNothing else { return Outcome(start.shape, least: min(1, start.least)) }
        var inner = context
        guard bind(node.b, Known(shape: items.shape, path: items.path), context, &inner) else {
            return Outcome(start.shape, least: 0)
        }
        let state = fixpoint(start.shape) { state in
            let next = evaluate(link(node.c + 1), inner.with(state))
            // An update without an output leaves null.
            return next.least == 0 ? union(next.shape, .null) : next.shape
        }
        return Outcome(state, least: min(1, start.least))
    }

    func foreach(_ node: Node, _ context: Context) -> Outcome {
        let items = evaluate(node.a, context)
        let start = evaluate(link(node.c), context)
        guard !start.shape.isNothing, !items.shape.isNothing else { return .none }
        var inner = context
        guard bind(node.b, Known(shape: items.shape, path: items.path), context, &inner) else { return .none }
        let extract = link(node.c + 2)
        let state = fixpoint(start.shape) { state in
            let next = evaluate(link(node.c + 1), inner.with(state))
            return next.least == 0 ? union(next.shape, .null) : next.shape
        }
        let updated = evaluate(link(node.c + 1), inner.with(state))
        if extract < 0 { return Outcome(updated.shape, least: 0) }
        return Outcome(evaluate(extract, inner.with(updated.shape)).shape, least: 0)
    }

    /// The least shape that holds the start and all that steps make of it, or more where that does not come to an end.
    func fixpoint(_ start: Shape, _ step: (Shape) -> Shape) -> Shape {
        var state = start
        for round in 0..<8 {
            var next = union(state, step(state))
            if next == state { return state }
            // Objects are told as one after a while, then by their kinds alone.
            if round >= 2 { next = next.collapsed(&work) }
            if round >= 5 { next = next.widened }
            if next == state { return state }
            state = next
        }
        _ = step(.anything)
        return .anything
    }
}
