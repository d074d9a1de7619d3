import JSON

/// `=`, `|=` and the arithmetic updates.
extension Evaluator {
    func generateAssignment(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.b, input, frame) { value throws(Raised) in
            var result = input
            try paths(node.a, .emptyArray, input, frame) { (path, reached) throws(Raised) in
                let path = try intact(path, reached)
                currentNode = index
                result = try setPath(result, path, value)
            }
            try sink(result)
        }
    }

    /// Each path gets the first output of the update; a path for which there is none is deleted in the end.
    func modify(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let node = nodes[Int(index)]
        var result = input
        var deleted = Value.emptyArray
        try paths(node.a, .emptyArray, input, frame) { (path, reached) throws(Raised) in
            let path = try intact(path, reached)
            let old = try getPath(result, path)
            if let new = try firstOutput(of: node.b, old, frame) {
                currentNode = index
                result = try setPath(result, path, new)
            } else {
                deleted = try append(path, to: deleted)
            }
        }
        currentNode = index
        return try deletePaths(result, deleted)
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
            var result = input
            try paths(node.a, .emptyArray, input, frame) { (path, reached) throws(Raised) in
                let path = try intact(path, reached)
                let old = try getPath(result, path)
                currentNode = index
                let new =
                    node.opcode == .updateAlternative
                    ? (old.isTruthy ? old : operand) : try apply(node.code, old, operand)
                result = try setPath(result, path, new)
            }
            try sink(result)
        }
    }
}
