import JSON

/// Path expressions: each output is a value with the path that leads to it.
///
/// A path is an array of keys. What is computed rather than reached has none, and the path is then `false`; it is an
/// error only if someone goes on from there or wants the path. A computed value that is the very value at the path
/// counts as reached, as in jq.
extension Evaluator {
    typealias PathSink = (_ path: Value, _ value: Value) throws(Raised) -> Void

    /// A path that must be one.
    func intact(_ path: Value, _ value: Value) throws(Raised) -> Value {
        if path.kind == .array { return path }
        throw fail("Invalid path expression with result \(excerpt(value))")
    }

    /// Everything that a path expression leads to.
    dynamic func paths(
        _ start: Int32, _ startPath: Value, _ startValue: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        var index = start
        var path = startPath
        var value = startValue
        while true {
            try step()
            let node = nodes + Int(index)
            switch node.pointee.opcode {
            case .identity: return try sink(path, value)
            case .empty: return
            case .comma:
                try paths(node.pointee.a, path, value, frame, sink)
                index = node.pointee.b
            case .conditional:
                if nodes[Int(node.pointee.a)].isSingle {
                    if try single(node.pointee.a, value, frame).isTruthy {
                        index = node.pointee.b
                    } else {
                        if node.pointee.c < 0 { return try sink(path, value) }
                        index = node.pointee.c
                    }
                } else {
                    return try conditionPaths(node.pointee, path, value, frame, sink)
                }
            case .field where node.pointee.code == 0 && nodes[Int(node.pointee.a)].opcode == .identity:
                (path, value) = try part(of: value, node.pointee.value, path, index)
                return try sink(path, value)
            case .pipe where isPlainField(node.pointee.a):
                (path, value) = try part(of: value, nodes[Int(node.pointee.a)].value, path, node.pointee.a)
                index = node.pointee.b
            default:
                return try pathsOfRest(index, path, value, frame, sink)
            }
        }
    }

    private func isPlainField(_ index: Int32) -> Bool {
        let node = nodes + Int(index)
        return node.pointee.opcode == .field && node.pointee.code == 0
            && nodes[Int(node.pointee.a)].opcode == .identity
    }

    /// One step further: the path with the key, and the value there.
    private func part(
        of value: Value, _ key: Value, _ path: Value, _ index: Int32
    ) throws(Raised) -> (path: Value, value: Value) {
        currentNode = index
        guard path.kind == .array else { throw cannotAccess(key, value) }
        let part = try self.index(value, key)
        return (try append(key, to: path), part)
    }

    private func cannotAccess(_ key: Value, _ value: Value) -> Raised {
        let key = excerpt(key)
        return fail("Invalid path expression near attempt to access element \(key) of \(excerpt(value))")
    }

    @inline(never)
    private func pathsOfRest(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .mark:
            visit(nodes + Int(index))
            try sink(path, value)
        case .pipe:
            try paths(node.a, path, value, frame) { (path, value) throws(Raised) in
                try paths(node.b, path, value, frame, sink)
            }
        case .field, .index: try indexPaths(index, path, value, frame, sink)
        case .slice: try slicePaths(index, path, value, frame, sink)
        case .iterate:
            try paths(node.a, path, value, frame) { (path, value) throws(Raised) in
                try iterationPaths(index, path, value, isOptional: node.code == 1, sink)
            }
        case .conditional: try conditionPaths(node, path, value, frame, sink)
        case .alternative: try alternativePaths(node, path, value, frame, sink)
        case .attempt: try attemptPaths(node, path, value, frame, sink)
        case .reduce, .foreach: try loopPaths(index, path, value, frame, sink)
        case .bindVariable, .bindPattern: try bindingPaths(node, path, value, frame, sink)
        case .label: try labelPaths(node, path, value, frame, sink)
        case .call: try callPaths(index, path, value, frame, sink)
        case .callParameter:
            let closure = frame.out(node.code).closure(node.a)
            try paths(closure.node, path, value, closure.frame, sink)
        case .recurseAll: try recursionPaths(path, value, sink)
        case .recurse: try recursionPaths(node.a, path, value, frame, sink)
        case .limit, .skip, .first, .last: try sequencePaths(index, path, value, frame, sink)
        case .getPath: try getPathPaths(index, path, value, frame, sink)
        case .leave: throw leave(node, frame)
        default: try computedPaths(index, path, value, frame, sink)
        }
    }

    /// What is computed has no path, unless it is what the path leads to.
    private func computedPaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        try generate(index, value, frame) { result throws(Raised) in
            try sink(isSame(result, value) ? path : .false, result)
        }
    }

    /// Whether two values are one: the same memory, or the same bits where there is none.
    private func isSame(_ a: Value, _ b: Value) -> Bool {
        guard a.kind == b.kind, a.count == b.count else { return false }
        switch a.kind {
        case .null, .false, .true: return true
        case .number:
            if a.isLiteral != b.isLiteral { return false }
            return a.isLiteral ? a.bytes.baseAddress == b.bytes.baseAddress : a.double == b.double
        case .string: return a.bytes.baseAddress == b.bytes.baseAddress
        case .array: return a.elements.baseAddress == b.elements.baseAddress
        case .object: return a.members.baseAddress == b.members.baseAddress
        }
    }

    // MARK: Steps

    private func indexPaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        let node = nodes[Int(index)]
        func withKey(_ key: Value) throws(Raised) {
            try paths(node.a, path, value, frame) { (path, target) throws(Raised) in
                let step: (path: Value, value: Value)
                do throws(Raised) {
                    step = try part(of: target, key, path, index)
                } catch {
                    if node.code == 1, error == .error { return }
                    throw error
                }
                try sink(step.path, step.value)
            }
        }
        if node.opcode == .field { return try withKey(node.value) }
        try generate(node.b, value, frame) { key throws(Raised) in try withKey(key) }
    }

    private func slicePaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        let node = nodes[Int(index)]
        try optional(node.b, value, frame) { start throws(Raised) in
            try optional(node.c, value, frame) { end throws(Raised) in
                let key = try sliceKey(start, end)
                try paths(node.a, path, value, frame) { (path, target) throws(Raised) in
                    let step: (path: Value, value: Value)
                    do throws(Raised) {
                        step = try part(of: target, key, path, index)
                    } catch {
                        if node.code == 1, error == .error { return }
                        throw error
                    }
                    try sink(step.path, step.value)
                }
            }
        }
    }

    private func iterationPaths(
        _ index: Int32, _ path: Value, _ value: Value, isOptional: Bool, _ sink: PathSink
    ) throws(Raised) {
        currentNode = index
        guard path.kind == .array else {
            throw fail("Invalid path expression near attempt to iterate through \(excerpt(value))")
        }
        switch value.kind {
        case .array:
            for position in 0..<value.count {
                try sink(try append(.number(Double(position)), to: path), value.elements[position])
            }
        case .object:
            for member in value.members { try sink(try append(member.key, to: path), member.value) }
        default:
            if !isOptional { throw cannotIterate(value) }
        }
    }

    private func getPathPaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        try generate(nodes[Int(index)].a, value, frame) { keys throws(Raised) in
            currentNode = index
            guard path.kind == .array else {
                throw fail(
                    "Invalid path expression near attempt to access element \(excerpt(keys)) of \(excerpt(value))")
            }
            let part = try getPath(value, keys)
            try sink(try append(keys.elements, to: path), part)
        }
    }

    // MARK: Choices

    private func conditionPaths(
        _ node: Node, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        try generate(node.a, value, frame) { condition throws(Raised) in
            let branch = condition.isTruthy ? node.b : node.c
            if branch < 0 { try sink(path, value) } else { try paths(branch, path, value, frame, sink) }
        }
    }

    private func alternativePaths(
        _ node: Node, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        var found = false
        try paths(node.a, path, value, frame) { (path, value) throws(Raised) in
            guard value.isTruthy else { return }
            found = true
            try sink(path, value)
        }
        if !found { try paths(node.b, path, value, frame, sink) }
    }

    private func attemptPaths(
        _ node: Node, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        var isDownstream = false
        do throws(Raised) {
            try paths(node.a, path, value, frame) { (path, value) throws(Raised) in
                isDownstream = true
                try sink(path, value)
                isDownstream = false
            }
            return
        } catch {
            if isDownstream || error != .error || isBreak { throw error }
        }
        guard node.b >= 0 else { return }
        let caught = caught()
        try generate(node.b, caught, frame) { result throws(Raised) in
            try sink(isSame(result, value) ? path : .false, result)
        }
    }

    // MARK: Sequences

    private func recursionPaths(_ path: Value, _ value: Value, _ sink: PathSink) throws(Raised) {
        try step()
        try sink(path, value)
        switch value.kind {
        case .array:
            for position in 0..<value.count {
                try recursionPaths(try append(.number(Double(position)), to: path), value.elements[position], sink)
            }
        case .object:
            for member in value.members {
                try recursionPaths(try append(member.key, to: path), member.value, sink)
            }
        default: return
        }
    }

    private func recursionPaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        try sink(path, value)
        try paths(index, path, value, frame) { (path, value) throws(Raised) in
            try recursionPaths(index, path, value, frame, sink)
        }
    }

    private func sequencePaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .first:
            try cutPaths(1, node.a, path, value, frame, sink)
        case .last:
            var last: (path: Value, value: Value)?
            try paths(node.a, path, value, frame) { (path, value) throws(Raised) in last = (path, value) }
            if let last { try sink(last.path, last.value) }
        default:
            try generate(node.a, value, frame) { number throws(Raised) in
                let count = try self.count(number, of: index)
                if node.opcode == .skip {
                    var left = count
                    try paths(node.b, path, value, frame) { (path, value) throws(Raised) in
                        if left > 0 { left -= 1 } else { try sink(path, value) }
                    }
                } else if count > 0 {
                    try cutPaths(count, node.b, path, value, frame, sink)
                }
            }
        }
    }

    private func cutPaths(
        _ count: Double, _ generator: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        let label = makeLabel()
        var left = count
        try catchingStop(at: label) { () throws(Raised) in
            try paths(generator, path, value, frame) { (path, value) throws(Raised) in
                left -= 1
                try sink(path, value)
                if left <= 0 { throw stop(at: label) }
            }
        }
    }

    // MARK: Bindings and calls

    private func bindingPaths(
        _ node: Node, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        try generate(node.a, value, frame) { item throws(Raised) in
            if node.opcode == .bindVariable {
                let slot = Int(node.b)
                let old = frame[slot]
                frame[slot] = item
                defer { frame[slot] = old }
                return try paths(node.c, path, value, frame, sink)
            }
            let flag = try downstreamFlag(of: node.b)
            try destructure(node.b, item, value, frame, flag) { () throws(Raised) in
                try paths(node.c, path, value, frame) { (path, value) throws(Raised) in
                    flag?.pointee = true
                    try sink(path, value)
                    flag?.pointee = false
                }
            }
        }
    }

    private func loopPaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        let node = nodes[Int(index)]
        let list = links + Int(node.c)
        let update = list[1]
        let extract = list[2]
        let isReduction = node.opcode == .reduce
        try paths(list[0], path, value, frame) { (startPath, start) throws(Raised) in
            var statePath = startPath
            var state = start
            try generate(node.a, value, frame) { item throws(Raised) in
                try step()
                let flag = try downstreamFlag(of: node.b)
                try destructure(node.b, item, value, frame, flag) { () throws(Raised) in
                    let (oldPath, old) = (statePath, state)
                    (statePath, state) = (.false, .null)
                    try paths(update, oldPath, old, frame) { (path, value) throws(Raised) in
                        (statePath, state) = (path, value)
                        if isReduction { return }
                        if extract < 0 {
                            flag?.pointee = true
                            try sink(path, value)
                            flag?.pointee = false
                        } else {
                            try paths(extract, path, value, frame) { (path, value) throws(Raised) in
                                flag?.pointee = true
                                try sink(path, value)
                                flag?.pointee = false
                            }
                        }
                    }
                }
            }
            if isReduction { try sink(statePath, state) }
        }
    }

    private func labelPaths(
        _ node: Node, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        let slot = Int(node.a)
        let label = makeLabel()
        let old = frame[slot]
        frame[slot] = .number(Double(label))
        defer { frame[slot] = old }
        try catchingStop(at: label) { () throws(Raised) in
            try paths(node.b, path, value, frame, sink)
        }
    }

    private func callPaths(
        _ index: Int32, _ path: Value, _ value: Value, _ frame: Frame, _ sink: PathSink
    ) throws(Raised) {
        try withCalleeFrame(index, value, frame) { (body, callee) throws(Raised) in
            try paths(body, path, value, callee, sink)
        }
    }
}
