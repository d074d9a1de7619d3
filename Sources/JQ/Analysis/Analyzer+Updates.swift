import JSON

/// Assignments: what becomes of a value of which some parts are changed.
extension Analyzer {
    /// What takes the place of a part.
    struct Change {
        var shape: Shape
        /// Whether the part may be deleted instead.
        var mayDelete = false
        /// Whether a part inside may be deleted: then what is not there is not made either.
        var mayKeep = false

        /// Whether a part that is not there may stay so.
        var mayStayMissing: Bool { mayDelete || mayKeep }
    }

    func updated(_ node: Node, _ context: Context) -> Outcome {
        guard node.opcode != .modify else { return modified(node, context) }
        let operand = evaluate(node.b, context)
        guard !operand.shape.isNothing else { return .none }
        let operation = Operator(rawValue: UInt8(truncatingIfNeeded: node.code))
        let result = update(node.a, context.input.shape, context) { old in
            switch node.opcode {
            case .assign: return Change(shape: operand.shape)
            case .updateAlternative: return Change(shape: self.union(old.truthy, operand.shape))
            default: return Change(shape: operation.map { self.arithmetic($0, old, operand.shape) } ?? .anything)
            }
        }
        return Outcome(result?.shape ?? .anything, least: operand.least)
    }

    private func modified(_ node: Node, _ context: Context) -> Outcome {
        let inner = cutting(node.b, context)
        let result = update(node.a, context.input.shape, context) { old in
            let new = evaluate(node.b, inner.with(old))
            return Change(shape: new.shape, mayDelete: new.least == 0)
        }
        guard let result else {
            _ = evaluate(node.b, inner.with(.anything))
            return Outcome(.anything)
        }
        return Outcome(result.mayDelete ? union(result.shape, .null) : result.shape)
    }

    /// `del(f)`: the input without what is at the paths of `f`.
    func deleted(_ path: Int32, _ context: Context) -> Shape {
        guard let result = update(path, context.input.shape, context, { _ in Change(shape: .nothing, mayDelete: true) })
        else { return .anything }
        return result.mayDelete ? union(result.shape, .null) : result.shape
    }

    /// What becomes of a value when what a path expression leads to is changed; `nil` when that is not understood.
    ///
    /// - Parameter change: what takes the place of a part; it is given `null` for one that is not there.
    func update(_ path: Int32, _ shape: Shape, _ context: Context, _ change: (Shape) -> Change) -> Change? {
        guard !shape.isNothing else { return Change(shape: .nothing) }
        guard work.spend(), context.isReachable else { return nil }
        let node = node(path)
        guard [.field, .iterate, .index].contains(node.opcode), node.code == 1 else {
            return step(path, node, of: shape, context, change)
        }
        // Where an optional step leads nowhere nothing changes.
        guard let changed = step(path, node, of: shape, context, change) else { return nil }
        return Change(shape: union(shape, changed.shape), mayDelete: changed.mayDelete, mayKeep: true)
    }

    private func step(
        _ path: Int32, _ node: Node, of shape: Shape, _ context: Context, _ change: (Shape) -> Change
    ) -> Change? {
        switch node.opcode {
        case .identity: return change(shape)
        case .empty: return Change(shape: shape)
        case .field:
            let name = node.value.string ?? ""
            return nested(node.a, shape, context) { self.changingMember(name, of: $0, change) }
        case .iterate: return nested(node.a, shape, context) { self.changingElements(of: $0, change) }
        case .index: return updateIndex(node, shape, context, change)
        case .pipe: return nested(node.a, shape, context) { self.update(node.b, $0, context.with($0), change) }
        case .comma:
            // One after the other, which is right only where the second path does not depend on the first one's part.
            guard isFixed(node.a), isFixed(node.b), let first = update(node.a, shape, context, change),
                !first.mayDelete, var second = update(node.b, first.shape, context, change)
            else { return nil }
            second.mayKeep = second.mayKeep || first.mayKeep
            return second
        case .attempt where node.b < 0:
            guard let changed = update(node.a, shape, context.guarded, change) else { return nil }
            return Change(shape: union(shape, changed.shape), mayDelete: changed.mayDelete, mayKeep: true)
        case .conditional: return updateBranches(path, node, shape, context, change)
        default: return nil
        }
    }

    private func nested(
        _ path: Int32, _ shape: Shape, _ context: Context, _ change: (Shape) -> Change?
    ) -> Change? {
        var isUnderstood = true
        let result = update(path, shape, context) { part in
            if let change = change(part) { return change }
            isUnderstood = false
            return Change(shape: .anything, mayDelete: true)
        }
        return isUnderstood ? result : nil
    }

    private func isFixed(_ index: Int32) -> Bool {
        let node = node(index)
        switch node.opcode {
        case .identity: return true
        case .field: return isFixed(node.a)
        case .comma: return isFixed(node.a) && isFixed(node.b)
        default: return false
        }
    }

    private func updateBranches(
        _ index: Int32, _ node: Node, _ shape: Shape, _ context: Context, _ change: (Shape) -> Change
    ) -> Change? {
        // A condition of several outputs leads down both ways, one after the other.
        guard self.node(node.a).isSingle || self.node(node.a).isOptional else { return nil }
        let (met, unmet) = branches(index, node, context.with(shape))
        var result = Change(shape: met.conditionLeast == 0 ? shape : .nothing)
        for (branch, inner) in [(node.b, met), (node.c, unmet)] where inner.isReachable {
            let changed =
                branch < 0 ? change(inner.input.shape) : update(branch, inner.input.shape, inner, change)
            guard let changed else { return nil }
            result = Change(
                shape: union(result.shape, changed.shape), mayDelete: result.mayDelete || changed.mayDelete,
                mayKeep: true)
        }
        return result
    }

    private func updateIndex(
        _ node: Node, _ shape: Shape, _ context: Context, _ change: (Shape) -> Change
    ) -> Change? {
        guard self.node(node.b).isSingle || self.node(node.b).isOptional else { return nil }
        let key = evaluate(node.b, context).shape
        guard key.kinds.isSubset(of: [.string, .number]) else { return nil }
        return nested(node.a, shape, context) { part in
            if key.kinds == .string, key.strings.list?.count == 1, let name = key.strings.list?.first {
                return self.changingMember(name, of: part, change)
            }
            var result = Shape.nothing
            if key.kinds.contains(.string) { result = self.changingSomeMember(of: part, change) }
            if key.kinds.contains(.number) {
                result = self.union(result, self.changingSomeElement(of: part, change))
            }
            return Change(shape: result, mayKeep: true)
        }
    }

    // MARK: Parts

    private func changingMember(_ name: String, of shape: Shape, _ change: (Shape) -> Change) -> Change {
        let target = shape.only([.null, .object])
        guard !target.isNothing else { return Change(shape: .nothing) }
        let new = change(target.member(name, &work))
        var result = Shape.nothing
        if new.mayStayMissing {
            result = target.only(.null)
            let objects = target.only(.object).mapObjects {
                let isRequired = $0.slot(name).isRequired && !new.mayDelete
                return $0.with(
                    name, .init(shape: new.shape, isRequired: isRequired), origins: $0.origins.union(.program))
            }
            result = union(result, objects.from(objects.origins.union(.program)))
            if target.kinds.contains(.null), !new.shape.isNothing {
                result = union(result, .object(optional: [name: new.shape], origins: .program))
            }
        } else {
            result = target.setting(name, to: new.shape, &work)
        }
        return Change(shape: result, mayKeep: new.mayStayMissing)
    }

    private func changingElements(of shape: Shape, _ change: (Shape) -> Change) -> Change {
        var result = Shape.nothing
        if shape.kinds.contains(.array) {
            let old = shape.only(.array).elements(&work)
            let new = old.isNothing ? Change(shape: .nothing) : change(old)
            let count = new.mayDelete ? 0 : shape.array?.minCount ?? 0
            result = .array(of: new.shape, atLeast: count)
        }
        // Whether there was anything to change is not known.
        guard shape.kinds.contains(.object) else { return Change(shape: result, mayKeep: true) }
        let objects = shape.only(.object).mapObjects { object in
            var members: [String: ObjectShape.Slot] = [:]
            for (name, slot) in object.members {
                let new = slot.shape.isNothing ? Change(shape: .nothing) : change(slot.shape)
                members[name] = .init(shape: new.shape, isRequired: slot.isRequired && !new.mayDelete)
                if slot.isRequired, !new.mayDelete, new.shape.isNothing { return nil }
            }
            let others = object.others.isNothing ? .nothing : change(object.others).shape
            return ObjectShape(members: members, others: others, origins: object.origins.union(.program))
        }
        return Change(shape: union(result, objects), mayKeep: true)
    }

    /// A member of a name that is not known.
    private func changingSomeMember(of shape: Shape, _ change: (Shape) -> Change) -> Shape {
        let old = union(shape.only(.object).elements(&work), .null)
        let new = change(old)
        var result = shape.only(.object).mapObjects { object in
            var members: [String: ObjectShape.Slot] = [:]
            for (name, slot) in object.members {
                members[name] = .init(
                    shape: self.union(slot.shape, new.shape), isRequired: slot.isRequired && !new.mayDelete)
            }
            let others = self.union(object.others, new.shape)
            return ObjectShape(members: members, others: others, origins: object.origins.union(.program))
        }
        if shape.kinds.contains(.null) {
            if new.mayStayMissing { result = union(result, .null) }
            let object = ObjectShape(members: [:], others: new.shape, origins: .program)
            result = union(result, .object([object], origins: .program))
        }
        return result
    }

    private func changingSomeElement(of shape: Shape, _ change: (Shape) -> Change) -> Shape {
        guard !shape.only([.array, .null]).isNothing else { return .nothing }
        let old = union(shape.only(.array).elements(&work), .null)
        let new = change(old)
        let count = new.mayDelete ? 0 : shape.kinds.contains(.null) ? 0 : shape.array?.minCount ?? 0
        let result = Shape.array(of: union(old, new.shape), atLeast: count)
        return new.mayStayMissing && shape.kinds.contains(.null) ? union(result, .null) : result
    }
}
