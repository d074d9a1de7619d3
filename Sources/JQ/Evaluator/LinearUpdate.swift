import JSON

/// The updates of `reduce` and `foreach` whose state nothing else refers to: its containers are changed in place.
///
/// What is evaluated here is what ``LinearAnalysis`` has accepted, and nothing else.
extension Evaluator {
    func linearUpdate(_ start: Int32, _ state: Value, _ frame: Frame, owner: UInt64) throws(Raised) -> Value {
        let node = nodes[Int(start)]
        switch node.opcode {
        case .identity:
            return state
        case .pipe:
            try step()
            let next = try linearUpdate(node.a, state, frame, owner: owner)
            return try linearUpdate(node.b, next, frame, owner: owner)
        case .conditional:
            try step()
            let isTrue = try single(node.a, state, frame).isTruthy
            let next = isTrue ? node.b : node.c
            return next < 0 ? state : try linearUpdate(next, state, frame, owner: owner)
        case .bindVariable:
            try step()
            let value = try single(node.a, state, frame)
            let old = frame[Int(node.b)]
            frame[Int(node.b)] = value
            defer { frame[Int(node.b)] = old }
            return try linearUpdate(node.c, state, frame, owner: owner)
        case .assign, .update, .updateAlternative, .modify:
            try step()
            return try linearAssignment(start, state, frame, owner: owner)
        case .binary where LinearAnalysis.addsToState(node, nodes[Int(node.a)]):
            try step()
            let right = try single(node.b, state, frame)
            currentNode = start
            if state.kind == .object, right.kind == .object { return try merge(state, right, owner: owner) }
            return try apply(node.code, state, right)
        default:
            return try single(start, state, frame)
        }
    }

    /// As in the general case the right side is evaluated first.
    private func linearAssignment(
        _ index: Int32, _ state: Value, _ frame: Frame, owner: UInt64
    ) throws(Raised) -> Value {
        let node = nodes[Int(index)]
        let operand = node.opcode == .modify ? .null : try single(node.b, state, frame)
        let count = pathLength(node.a)
        let path = try allocate(Value.self, max(count, 1))
        try pathKeys(node.a, state, frame, endingAt: path + count)
        let keys = UnsafeBufferPointer(start: UnsafePointer(path), count: count)
        var new = operand
        if node.opcode != .assign {
            currentNode = node.a
            var old = state
            for key in keys { old = try part(of: old, at: key) }
            currentNode = index
            switch node.opcode {
            case .updateAlternative: new = old.isTruthy ? old : operand
            case .update:
                if node.code == UInt16(Operator.add.rawValue), old.kind == .object, operand.kind == .object {
                    return try merge(operand, into: state, keys, owner: owner)
                }
                new = try apply(node.code, old, operand)
            default:
                // The update may keep what it is given.
                disown(old)
                new = try single(node.b, old, frame)
                currentNode = index
            }
        }
        return try setPath(state, keys, new, owner: owner)
    }

    /// `path += {…}`, member by member, so that a large object is not copied for a small one.
    private func merge(
        _ members: Value, into state: Value, _ keys: UnsafeBufferPointer<Value>, owner: UInt64
    ) throws(Raised) -> Value {
        try spend(members.count)
        let path = try allocate(Value.self, keys.count + 1)
        if let source = keys.baseAddress { path.update(from: source, count: keys.count) }
        var result = state
        for member in members.members {
            path[keys.count] = member.key
            let whole = UnsafeBufferPointer(start: UnsafePointer(path), count: keys.count + 1)
            result = try setPath(result, whole, member.value, owner: owner)
        }
        return result
    }

    private func pathLength(_ index: Int32) -> Int {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .field, .index: return pathLength(node.a) + 1
        case .pipe: return pathLength(node.a) + pathLength(node.b)
        default: return 0
        }
    }

    /// Writes the keys of a path so that they end at a cell.
    private func pathKeys(
        _ index: Int32, _ state: Value, _ frame: Frame, endingAt end: UnsafeMutablePointer<Value>
    ) throws(Raised) {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .field:
            (end - 1).pointee = node.value
            try pathKeys(node.a, state, frame, endingAt: end - 1)
        case .index:
            (end - 1).pointee = try single(node.b, state, frame)
            try pathKeys(node.a, state, frame, endingAt: end - 1)
        case .pipe:
            // Keys behind a pipe do not look at their input: the analysis sees to that.
            try pathKeys(node.b, state, frame, endingAt: end)
            try pathKeys(node.a, state, frame, endingAt: end - pathLength(node.b))
        default: break
        }
    }

    /// Notes that there may be other references to a container.
    @inline(__always)
    func disown(_ value: Value) {
        if value.flags.contains(.roomy) { value.growth?.pointee.owner = 0 }
    }
}
