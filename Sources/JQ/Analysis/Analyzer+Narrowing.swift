import JSON

/// What is known where a condition holds, or does not.
extension Analyzer {
    /// A part of the input or of a variable that a condition speaks of: `.a.b`, `$event.type`.
    struct Focus {
        /// `nil`: the input.
        var slot: Int32?
        var names: [String]
    }

    /// The context in which a condition's output was true, or false. Nothing is concluded from conditions that are not
    /// understood.
    func narrowed(_ index: Int32, _ context: Context, holds: Bool) -> Context {
        guard context.isReachable, work.spend() else { return context }
        let node = node(index)
        switch node.opcode {
        case .identity, .field, .variable: return narrowTruth(index, context, holds: holds)
        case .attempt where node.b < 0: return narrowed(node.a, context, holds: holds)
        case .and, .or: return narrowLogic(node, context, holds: holds)
        case .binary: return narrowEquality(node, context, holds: holds)
        case .pipe: return narrowPipe(node, context, holds: holds)
        case .any: return holds ? narrowMembership(node, context) : context
        case .builtin: return narrowBuiltin(node, context, holds: holds)
        case .alternative:
            // `.a // false`: true only if `.a` is.
            guard holds, isFalsyConstant(node.b) else { return context }
            return narrowTruth(node.a, context, holds: true)
        default: return context
        }
    }

    private func isFalsyConstant(_ index: Int32) -> Bool {
        node(index).opcode == .constant && !node(index).value.isTruthy
    }

    func focus(of index: Int32) -> Focus? {
        let node = node(index)
        switch node.opcode {
        case .identity: return Focus(slot: nil, names: [])
        case .variable: return node.code == 0 ? Focus(slot: node.a, names: []) : nil
        case .field:
            guard var focus = focus(of: node.a), let name = node.value.string else { return nil }
            focus.names.append(name)
            return focus
        case .attempt: return node.b < 0 ? focus(of: node.a) : nil
        case .pipe:
            guard var first = focus(of: node.a), let second = focus(of: node.b), second.slot == nil else { return nil }
            first.names += second.names
            return first
        default: return nil
        }
    }

    // MARK: At a focus

    /// The context with only those values at a focus that pass. A condition that reads where nothing can be read
    /// fails, and none of its branches is taken.
    func narrow(_ context: Context, at focus: Focus, keep: (Shape) -> Shape) -> Context {
        var context = context
        let keepsNull = !keep(.null).isNothing
        if let slot = focus.slot {
            guard context.slots.indices.contains(Int(slot)) else { return context }
            let shape = narrow(context.slots[Int(slot)].shape, focus.names[...], keepsNull, keep)
            context.slots[Int(slot)].shape = shape
            // A variable that can have no value is never reached.
            if shape.isNothing { context.input.shape = .nothing }
        } else {
            context.input.shape = narrow(context.input.shape, focus.names[...], keepsNull, keep)
        }
        return context
    }

    private func narrow(
        _ shape: Shape, _ names: ArraySlice<String>, _ keepsNull: Bool, _ keep: (Shape) -> Shape
    ) -> Shape {
        guard let name = names.first else { return keep(shape) }
        return shape.narrowing(name, keepsMissing: keepsNull) { narrow($0, names.dropFirst(), keepsNull, keep) }
    }

    private func narrowTruth(_ index: Int32, _ context: Context, holds: Bool) -> Context {
        guard let focus = focus(of: index) else { return context }
        return narrow(context, at: focus) { holds ? $0.truthy : $0.falsy }
    }

    // MARK: Operators

    private func narrowLogic(_ node: Node, _ context: Context, holds: Bool) -> Context {
        let isAnd = node.opcode == .and
        let goesOn = narrowed(node.a, context, holds: isAnd)
        let decided = narrowed(node.b, goesOn, holds: holds)
        if isAnd == holds { return decided }
        // One of two ways: the first decides, or the second does.
        return either(narrowed(node.a, context, holds: !isAnd), decided)
    }

    private func either(_ a: Context, _ b: Context) -> Context {
        guard a.isReachable else { return b }
        guard b.isReachable else { return a }
        var result = a
        result.input.shape = union(a.input.shape, b.input.shape)
        for slot in result.slots.indices where a.slots[slot].shape != b.slots[slot].shape {
            result.slots[slot].shape = union(a.slots[slot].shape, b.slots[slot].shape)
        }
        return result
    }

    private func narrowEquality(_ node: Node, _ context: Context, holds: Bool) -> Context {
        let operation = Operator(rawValue: UInt8(truncatingIfNeeded: node.code))
        guard operation == .equal || operation == .notEqual else { return context }
        let isEqual = (operation == .equal) == holds
        let first = narrowEquality(of: node.a, to: node.b, context, isEqual: isEqual)
        return first.isReachable ? narrowEquality(of: node.b, to: node.a, first, isEqual: isEqual) : first
    }

    private func narrowEquality(of side: Int32, to other: Int32, _ context: Context, isEqual: Bool) -> Context {
        if let focus = kindFocus(of: side) {
            guard node(other).opcode == .constant, let kinds = node(other).value.string.flatMap(kinds(named:)) else {
                return context
            }
            return narrow(context, at: focus) { isEqual ? $0.only(kinds) : $0.without(kinds) }
        }
        guard let focus = focus(of: side) else { return context }
        let shape = evaluate(other, context).shape
        if isEqual { return narrow(context, at: focus) { $0.intersection(shape) } }
        // Unequal to one value: only then is anything ruled out.
        guard node(other).opcode == .constant else { return context }
        if shape.kinds == .string, let texts = shape.strings.list {
            return narrow(context, at: focus) { $0.without(strings: texts) }
        }
        guard shape.kinds.isSubset(of: [.null, .boolean]) else { return context }
        return narrow(context, at: focus) { $0.without(shape.kinds) }
    }

    /// The focus of `type` or `.a | type`.
    private func kindFocus(of index: Int32) -> Focus? {
        guard namesKind(index) else { return nil }
        let node = node(index)
        if node.opcode == .builtin { return Focus(slot: nil, names: []) }
        guard self.node(node.b).opcode == .builtin else { return nil }
        return focus(of: node.a)
    }

    private func kinds(named name: String) -> Shape.Kinds? {
        switch name {
        case "null": .null
        case "boolean": .boolean
        case "number": .number
        case "string": .string
        case "array": .array
        case "object": .object
        default: nil
        }
    }

    // MARK: Pipes and builtins

    private func narrowPipe(_ node: Node, _ context: Context, holds: Bool) -> Context {
        let last = self.node(node.b)
        if last.opcode == .builtin, program.builtinKeys[Int(last.code)] == "not/0" {
            return narrowed(node.a, context, holds: !holds)
        }
        guard let focus = focus(of: node.a) else { return context }
        // What the condition says of its own input holds at the focus.
        return narrow(context, at: focus) { shape in
            narrowed(node.b, context.with(shape), holds: holds).input.shape
        }
    }

    private func narrowBuiltin(_ node: Node, _ context: Context, holds: Bool) -> Context {
        switch program.builtinKeys[Int(node.code)] {
        case "not/0": return context.with(holds ? context.input.shape.falsy : context.input.shape.truthy)
        case "has/1":
            let key = self.node(link(node.b))
            guard key.opcode == .constant, let name = key.value.string else { return context }
            var result = context
            result.input.shape =
                holds
                ? context.input.shape.narrowing(name, keepsMissing: false) { $0 }
                : context.input.shape.only(.object).mapObjects {
                    $0.slot(name).isRequired ? nil : $0.with(name, .init(shape: .nothing, isRequired: false))
                }
            return result
        case "startswith/1", "endswith/1", "_match/3":
            var result = context
            result.input.shape = context.input.shape.only(.string)
            return result
        default: return context
        }
    }

    /// `IN(values)`: any(values == .; .)
    private func narrowMembership(_ node: Node, _ context: Context) -> Context {
        let comparison = self.node(node.a)
        guard comparison.opcode == .binary, self.node(node.b).opcode == .identity,
            Operator(rawValue: UInt8(truncatingIfNeeded: comparison.code)) == .equal
        else { return context }
        return narrowEquality(comparison, context, holds: true)
    }
}
