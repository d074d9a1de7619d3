import JSON

/// A value that is changed at one path after the other, and that nothing else sees before all is done.
private struct Change {
    var result: Value
    /// The mark of what has been copied for the change; 0 as long as there is at most one, which costs least.
    var owner: UInt64 = 0
    var isFirst = true

    init(_ value: Value) { result = value }
}

/// `=`, `|=` and the arithmetic updates.
extension Evaluator {
    func generateAssignment(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.b, input, frame) { value throws(Raised) in
            var change = Change(input)
            try paths(node.a, .emptyArray, input, frame) { (path, reached) throws(Raised) in
                let path = try intact(path, reached)
                currentNode = index
                try set(&change, path, value)
            }
            try sink(change.result)
        }
    }

    /// Each path gets the first output of the update; a path for which there is none is deleted in the end.
    func modify(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let node = nodes[Int(index)]
        var change = Change(input)
        var deleted = Value.emptyArray
        try paths(node.a, .emptyArray, input, frame) { (path, reached) throws(Raised) in
            let path = try intact(path, reached)
            let old = try getPath(change.result, path)
            if let new = try firstOutput(of: node.b, old, frame) {
                currentNode = index
                try set(&change, path, new)
            } else {
                deleted = try append(path, to: deleted)
            }
        }
        currentNode = index
        return try deletePaths(change.result, deleted)
    }

    private func firstOutput(of index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value? {
        if nodes[Int(index)].isSingle { return try single(index, input, frame) }
        let label = makeLabel()
        var first: Value?
        try catchingStop(at: label) { () throws(Raised) in
            try generate(index, input, frame) { value throws(Raised) in
                first = value
                throw stop(at: label)
            }
        }
        return first
    }

    /// `+=` and its like: the right side is evaluated on the input, once for each of its outputs.
    func generateUpdate(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.b, input, frame) { operand throws(Raised) in
            var change = Change(input)
            try paths(node.a, .emptyArray, input, frame) { (path, reached) throws(Raised) in
                let path = try intact(path, reached)
                let old = try getPath(change.result, path)
                currentNode = index
                let new =
                    node.opcode == .updateAlternative
                    ? (old.isTruthy ? old : operand) : try apply(node.code, old, operand)
                try set(&change, path, new)
            }
            try sink(change.result)
        }
    }

    private func set(_ change: inout Change, _ path: Value, _ new: Value) throws(Raised) {
        if change.isFirst {
            change.isFirst = false
            change.result = try setPath(change.result, path, new)
            return
        }
        if change.owner == 0 { change.owner = makeIdentity() }
        if path.count > Evaluator.pathLimit { throw fail("Path too deep") }
        change.result = try setPath(change.result, path.elements, new, owner: change.owner)
    }
}
