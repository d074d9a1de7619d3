import JSON

/// Pipes, choices and errors.
extension Analyzer {
    func pipe(_ node: Node, _ context: Context) -> Outcome {
        let left = evaluate(node.a, context)
        guard !left.shape.isNothing else { return .none }
        var right = evaluate(node.b, context.with(left.shape, path: left.path))
        right.least = min(2, left.least * right.least)
        return right
    }

    func attempt(_ node: Node, _ context: Context) -> Outcome {
        let body = evaluate(node.a, context.guarded)
        guard node.b >= 0 else { return Outcome(body.shape, least: 0, path: body.path) }
        let handler = evaluate(node.b, context.with(.anything).guarded)
        return Outcome(union(body.shape, handler.shape), least: 0)
    }

    /// `//`: what is true of the left, or the right; errors on the left count as nothing there.
    func alternative(_ node: Node, _ context: Context) -> Outcome {
        let left = evaluate(node.a, context.guarded)
        let right = evaluate(node.b, context)
        return Outcome(union(left.shape.truthy, right.shape), least: min(1, right.least))
    }

    func logic(_ node: Node, _ context: Context) -> Outcome {
        let left = evaluate(node.a, context)
        guard !left.shape.isNothing else { return .none }
        let isAnd = node.opcode == .and
        let goesOn = isAnd ? left.shape.truthy : left.shape.falsy
        let stops = isAnd ? left.shape.falsy : left.shape.truthy
        var result = stops.isNothing ? Shape.nothing : Shape(isAnd ? .false : .true)
        var least = left.least
        let next = narrowed(node.a, context, holds: isAnd)
        if !goesOn.isNothing, next.isReachable {
            let right = evaluate(node.b, next)
            if !right.shape.truthy.isNothing { result = union(result, Shape(.true)) }
            if !right.shape.falsy.isNothing { result = union(result, Shape(.false)) }
            least = min(least, left.least * right.least, 2)
        } else if stops.isNothing {
            return .none
        }
        return Outcome(result, least: least)
    }

    func conditional(_ index: Int32, _ node: Node, _ context: Context) -> Outcome {
        let (met, unmet) = branches(index, node, context)
        var result = Outcome.none
        var isFirst = true
        func add(_ outcome: Outcome) {
            result = Outcome(
                union(result.shape, outcome.shape), least: isFirst ? outcome.least : min(result.least, outcome.least),
                path: isFirst ? outcome.path : outcome.path == result.path ? result.path : nil)
            isFirst = false
        }
        if met.isReachable { add(evaluate(node.b, met)) }
        if unmet.isReachable {
            add(node.c < 0 ? Outcome(unmet.input.shape, path: unmet.input.path) : evaluate(node.c, unmet))
        }
        // Of a condition that yields nothing nothing is known but that.
        if met.conditionLeast == 0 { result.least = 0 }
        return result
    }

    /// The contexts in which a conditional's branches are evaluated; unreachable ones have no input.
    func branches(_ index: Int32, _ node: Node, _ context: Context) -> (met: Context, unmet: Context) {
        let faultsBefore = faults
        let condition = evaluate(node.a, context)
        let isExplained = faults > faultsBefore
        var met = narrowed(node.a, context, holds: true)
        var unmet = narrowed(node.a, context, holds: false)
        if condition.shape.truthy.isNothing { met.input.shape = .nothing }
        if condition.shape.falsy.isNothing { unmet.input.shape = .nothing }
        if !condition.shape.isNothing {
            judge(
                index, .neverTrue, label: "if", isWrong: !met.isReachable && !isExplained && !isDefensive(node.a),
                message: "this condition is never true")
        }
        met.conditionLeast = condition.least
        unmet.conditionLeast = condition.least
        return (met, unmet)
    }

    /// Whether a condition asks for what a careful author asks for though it should be certain: whether something is
    /// there, or of a kind.
    private func isDefensive(_ index: Int32) -> Bool {
        let node = node(index)
        switch node.opcode {
        case .field, .variable, .identity, .constant, .attempt, .index, .alternative, .call, .isEmpty: return true
        case .builtin: return true
        case .pipe: return isDefensive(node.b)
        case .and, .or: return isDefensive(node.a) || isDefensive(node.b)
        case .binary: return isNull(node.a) || isNull(node.b) || namesKind(node.a) || namesKind(node.b)
        default: return false
        }
    }

    private func isNull(_ index: Int32) -> Bool {
        let node = node(index)
        return node.opcode == .constant && node.value.kind == .null
    }

    /// Whether a node yields the name of a kind: `type`.
    func namesKind(_ index: Int32) -> Bool {
        let node = node(index)
        switch node.opcode {
        case .builtin: return program.builtinKeys[Int(node.code)] == "type/0"
        case .pipe: return namesKind(node.b)
        default: return false
        }
    }
}
