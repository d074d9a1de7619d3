import JSON

/// Nodes with any number of outputs: each output is pushed into a continuation.
///
/// An error or a stop that the continuation throws passes through: `try` and labels ask whose it is.
///
/// The functions that take continuations and call one another are `dynamic` for the compiler's sake: it would otherwise
/// make a copy of each for every closure that it is given, and copies of these copies, without end.
extension Evaluator {
    /// The outputs of a node that has at most one.
    enum Immediate {
        case output(Value)
        case nothing
        /// The node may have several.
        case unknown
    }

    typealias Sink = (Value) throws(Raised) -> Void

    dynamic func generate(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        if nodes[Int(index)].isSingle {
            try sink(try single(index, input, frame))
        } else {
            try generateByOpcode(index, input, frame, sink)
        }
    }

    dynamic func generateByOpcode(_ start: Int32, _ startInput: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        try step()
        var index = start
        var input = startInput
        while true {
            let node = nodes + Int(index)
            switch node.pointee.opcode {
            case .empty:
                return
            case .comma:
                try generate(node.pointee.a, input, frame, sink)
                index = node.pointee.b
            case .pipe:
                switch try immediate(node.pointee.a, input, frame) {
                case .output(let value):
                    input = value
                    index = node.pointee.b
                case .nothing:
                    return
                case .unknown:
                    let next = node.pointee.b
                    return try generate(node.pointee.a, input, frame) { value throws(Raised) in
                        try generate(next, value, frame, sink)
                    }
                }
            case .conditional:
                guard nodes[Int(node.pointee.a)].isSingle else {
                    return try generateCondition(index, input, frame, sink)
                }
                if try single(node.pointee.a, input, frame).isTruthy {
                    index = node.pointee.b
                } else {
                    if node.pointee.c < 0 { return try sink(input) }
                    index = node.pointee.c
                }
            case .iterate: return try generateIteration(index, input, frame, sink)
            case .call: return try generateCall(index, input, frame, sink)
            case .callParameter:
                let closure = frame.out(node.pointee.code).closure(node.pointee.a)
                return try generate(closure.node, input, closure.frame, sink)
            default: return try generateRest(index, input, frame, sink)
            }
            if nodes[Int(index)].isSingle { return try sink(try single(index, input, frame)) }
            try step()
        }
    }

    /// What a node yields, if it is known to yield at most one output; a parameter is known when it is bound.
    @inline(__always)
    func immediate(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Immediate {
        let node = nodes + Int(index)
        if node.pointee.isSingle { return .output(try single(index, input, frame)) }
        if node.pointee.isOptional { return try atMostOne(index, input, frame) }
        guard node.pointee.opcode == .callParameter else { return .unknown }
        let closure = frame.out(node.pointee.code).closure(node.pointee.a)
        let target = nodes + Int(closure.node)
        if target.pointee.isSingle { return .output(try single(closure.node, input, closure.frame)) }
        return target.pointee.isOptional ? try atMostOne(closure.node, input, closure.frame) : .unknown
    }

    private func atMostOne(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Immediate {
        var result = Immediate.nothing
        try generateByOpcode(index, input, frame) { value throws(Raised) in result = .output(value) }
        return result
    }

    @inline(never)
    private func generateRest(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        switch nodes[Int(index)].opcode {
        case .field, .index: try generateIndex(index, input, frame, sink)
        case .slice: try generateSlice(index, input, frame, sink)
        case .attempt: try generateAttempt(index, input, frame, sink)
        case .binary: try generateBinary(index, input, frame, sink)
        case .and, .or: try generateLogic(index, input, frame, sink)
        case .alternative: try generateAlternative(index, input, frame, sink)
        case .negate, .format, .getPath: try generateUnary(index, input, frame, sink)
        case .object: try generateObject(index, input, frame, sink)
        case .concatenate: try generateConcatenation(index, input, frame, sink)
        case .builtin: try generateBuiltin(index, input, frame, sink)
        case .reduce: try generateReduction(index, input, frame, sink)
        case .foreach: try generateForeach(index, input, frame, sink)
        case .bindVariable, .bindPattern: try generateBinding(index, input, frame, sink)
        case .label: try generateLabel(index, input, frame, sink)
        case .leave: throw leave(nodes[Int(index)], frame)
        case .path:
            try paths(nodes[Int(index)].a, .emptyArray, input, frame) { (path, value) throws(Raised) in
                try sink(try intact(path, value))
            }
        case .assign: try generateAssignment(index, input, frame, sink)
        case .modify: try sink(try modify(index, input, frame))
        case .update, .updateAlternative: try generateUpdate(index, input, frame, sink)
        case .recurseAll: try recurseAll(input, sink)
        case .recurse: try recurse(nodes[Int(index)].a, input, frame, sink)
        case .range: try generateRange(index, input, frame, sink)
        case .limit, .skip: try generateLimit(index, input, frame, sink)
        case .substitute: try generateSubstitution(index, input, frame, sink)
        case .first: try generateFirst(index, input, frame, sink)
        case .last: try generateLast(index, input, frame, sink)
        default: try sink(try single(index, input, frame))
        }
    }

    // MARK: Reading

    @inline(never)
    private func generateIteration(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.a, input, frame) { target throws(Raised) in
            try iterate(target, index, isOptional: node.code == 1, sink)
        }
    }

    private func iterate(_ target: Value, _ index: Int32, isOptional: Bool, _ sink: Sink) throws(Raised) {
        switch target.kind {
        case .array: for element in target.elements { try sink(element) }
        case .object: for member in target.members { try sink(member.value) }
        default:
            if isOptional { return }
            currentNode = index
            throw cannotIterate(target)
        }
    }

    func cannotIterate(_ target: Value) -> Raised {
        target.kind == .null
            ? fail("Cannot iterate over null") : fail("Cannot iterate over \(described(target))")
    }

    private func generateIndex(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        if node.opcode == .field {
            return try generate(node.a, input, frame) { target throws(Raised) in
                if let value = try part(of: target, node.value, index, isOptional: node.code == 1) { try sink(value) }
            }
        }
        try generate(node.b, input, frame) { key throws(Raised) in
            try generate(node.a, input, frame) { target throws(Raised) in
                if let value = try part(of: target, key, index, isOptional: node.code == 1) { try sink(value) }
            }
        }
    }

    /// The part at a key; `nil` if there can be none and the step is optional.
    func part(of target: Value, _ key: Value, _ index: Int32, isOptional: Bool) throws(Raised) -> Value? {
        currentNode = index
        do throws(Raised) {
            return try self.index(target, key)
        } catch {
            if isOptional, error == .error { return nil }
            throw error
        }
    }

    private func generateSlice(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try optional(node.b, input, frame) { start throws(Raised) in
            try optional(node.c, input, frame) { end throws(Raised) in
                try generate(node.a, input, frame) { target throws(Raised) in
                    currentNode = index
                    let value: Value
                    do throws(Raised) {
                        value = try slice(target, from: start, to: end)
                    } catch {
                        if node.code == 1, error == .error { return }
                        throw error
                    }
                    try sink(value)
                }
            }
        }
    }

    /// The outputs of a node, `null` if there is none to ask.
    dynamic func optional(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        if index < 0 { try sink(.null) } else { try generate(index, input, frame, sink) }
    }

    // MARK: Choosing

    private func generateCondition(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.a, input, frame) { condition throws(Raised) in
            let branch = condition.isTruthy ? node.b : node.c
            if branch < 0 { try sink(input) } else { try generate(branch, input, frame, sink) }
        }
    }

    private func generateAlternative(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        var found = false
        try generate(node.a, input, frame) { value throws(Raised) in
            guard value.isTruthy else { return }
            found = true
            try sink(value)
        }
        if !found { try generate(node.b, input, frame, sink) }
    }

    private func generateLogic(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        let isAnd = node.opcode == .and
        try generate(node.a, input, frame) { left throws(Raised) in
            if left.isTruthy != isAnd { return try sink(.bool(!isAnd)) }
            try generate(node.b, input, frame) { right throws(Raised) in try sink(.bool(right.isTruthy)) }
        }
    }

    private func generateAttempt(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        var isDownstream = false
        do throws(Raised) {
            try generate(node.a, input, frame) { value throws(Raised) in
                isDownstream = true
                try sink(value)
                isDownstream = false
            }
            return
        } catch {
            if isDownstream || error != .error || isBreak { throw error }
        }
        if node.b >= 0 { try generate(node.b, caught(), frame, sink) }
    }

    /// jq's own way to leave: `error({__jq: n})` is not for `try`.
    var isBreak: Bool { raised.kind == .object && raised.count == 1 && raised["__jq"] != nil }

    /// The value of the error that was caught.
    func caught() -> Value { raised }

    // MARK: Computing

    private func generateBinary(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.b, input, frame) { right throws(Raised) in
            try generate(node.a, input, frame) { left throws(Raised) in
                currentNode = index
                try sink(try apply(node.code, left, right))
            }
        }
    }

    private func generateUnary(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.a, input, frame) { value throws(Raised) in
            currentNode = index
            switch node.opcode {
            case .negate: try sink(try negate(value))
            case .format: try sink(try format(value, node.code))
            default: try sink(try getPath(input, value))
            }
        }
    }

    private func generateBuiltin(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        let list = links + Int(node.b)
        let implementation = Int(node.code)
        func argument(_ position: Int, _ sink: Sink) throws(Raised) {
            if position < Int(node.c) { try generate(list[position], input, frame, sink) } else { try sink(.null) }
        }
        try argument(2) { third throws(Raised) in
            try argument(1) { second throws(Raised) in
                try argument(0) { first throws(Raised) in
                    currentNode = index
                    let arguments = Arguments(first: first, second: second, third: third)
                    try sink(try implementations[implementation](self, input, arguments))
                }
            }
        }
    }

    // MARK: Constructing

    private func generateObject(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        let members = try allocateMembers(Int(node.b))
        try generateMembers(index, 0, 0, members, input, frame, sink)
    }

    /// The members from a position on, for each combination of those before.
    private func generateMembers(
        _ index: Int32, _ position: Int32, _ count: Int, _ members: UnsafeMutablePointer<Member>, _ input: Value,
        _ frame: Frame, _ sink: Sink
    ) throws(Raised) {
        let node = nodes[Int(index)]
        if position == node.b {
            // A copy, because the room is used for the next combination.
            let copy = try allocateMembers(count)
            copy.update(from: members, count: count)
            return try sink(arena.object(uncheckedMembers: copy, count: count))
        }
        let pair = links + Int(node.a + position * 2)
        try generate(pair[0], input, frame) { key throws(Raised) in
            try generate(pair[1], input, frame) { value throws(Raised) in
                currentNode = index
                // What a member replaces must come back for the next combination.
                guard key.kind == .string else { throw keyError(key) }
                var slot = 0
                while slot < count, UTF8Text.compare(members[slot].key.bytes, key.bytes) != 0 { slot += 1 }
                let old: Member? = slot < count ? members[slot] : nil
                members[slot] = Member(key: old?.key ?? key, value: value)
                defer { if let old { members[slot] = old } }
                try generateMembers(index, position + 1, max(count, slot + 1), members, input, frame, sink)
            }
        }
    }

    private func keyError(_ key: Value) -> Raised {
        fail("Object keys must be strings")
    }

    private func generateConcatenation(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        let parts = try allocate(Value.self, Int(node.b))
        try generateParts(index, Int(node.b) - 1, parts, input, frame, sink)
    }

    private func generateParts(
        _ index: Int32, _ position: Int, _ parts: UnsafeMutablePointer<Value>, _ input: Value, _ frame: Frame,
        _ sink: Sink
    ) throws(Raised) {
        let node = nodes[Int(index)]
        if position < 0 {
            return try sink(try concatenate(UnsafeBufferPointer(start: parts, count: Int(node.b))))
        }
        try generate(links[Int(node.a) + position], input, frame) { part throws(Raised) in
            parts[position] = part
            try generateParts(index, position - 1, parts, input, frame, sink)
        }
    }
}
