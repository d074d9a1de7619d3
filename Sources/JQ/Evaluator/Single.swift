import JSON

/// Nodes with exactly one output: the output is returned.
extension Evaluator {
    func single(_ start: Int32, _ startInput: Value, _ frame: Frame) throws(Raised) -> Value {
        try step()
        var index = start
        var input = startInput
        // Pipes, conditions and bindings end in another node: that one is evaluated in the same activation.
        while true {
            let node = nodes + Int(index)
            switch node.pointee.opcode {
            case .identity:
                return input
            case .constant:
                return node.pointee.value
            case .variable:
                return frame.out(node.pointee.code)[Int(node.pointee.a)]
            case .field:
                let target = try operand(node.pointee.a, input, frame)
                currentNode = index
                return try field(target, node.pointee.value)
            case .pipe:
                input = try operand(node.pointee.a, input, frame)
                index = node.pointee.b
            case .conditional:
                if try operand(node.pointee.a, input, frame).isTruthy {
                    index = node.pointee.b
                } else {
                    if node.pointee.c < 0 { return input }
                    index = node.pointee.c
                }
            case .alternative:
                let value = try operand(node.pointee.a, input, frame)
                if value.isTruthy { return value }
                index = node.pointee.b
            case .binary:
                // As in jq, the right side is evaluated first.
                let right = try operand(node.pointee.b, input, frame)
                let left = try operand(node.pointee.a, input, frame)
                currentNode = index
                return try apply(node.pointee.code, left, right)
            case .object:
                return try singleObject(node, input, frame)
            case .concatenate:
                return try singleConcatenation(node, input, frame)
            case .builtin:
                return try singleBuiltin(index, input, frame)
            default:
                return try singleRest(index, input, frame)
            }
        }
    }

    /// The output of a single node; the commonest are evaluated without a call.
    @inline(__always)
    func operand(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let node = nodes + Int(index)
        switch node.pointee.opcode {
        case .identity: return input
        case .constant: return node.pointee.value
        default: return try single(index, input, frame)
        }
    }

    @inline(never)
    private func singleObject(
        _ node: UnsafePointer<Node>, _ input: Value, _ frame: Frame
    ) throws(Raised) -> Value {
        let count = Int(node.pointee.b)
        let list = links + Int(node.pointee.a)
        guard node.pointee.code == 1 else { return try singleComputedObject(list, count, input, frame) }
        let members = try allocateMembers(count)
        for position in 0..<count {
            let key = nodes[Int(list[position * 2])].value
            let value = try operand(list[position * 2 + 1], input, frame)
            members[position] = Member(key: key, value: value)
        }
        return arena.object(uncheckedMembers: members, count: count)
    }

    private func singleComputedObject(
        _ list: UnsafePointer<Int32>, _ count: Int, _ input: Value, _ frame: Frame
    ) throws(Raised) -> Value {
        let members = try allocateMembers(count)
        var used = 0
        for position in 0..<count {
            let key = try operand(list[position * 2], input, frame)
            let value = try operand(list[position * 2 + 1], input, frame)
            used = try put(key, value, into: members, used)
        }
        return arena.object(uncheckedMembers: members, count: used)
    }

    /// Puts a member among those that an object construction has so far, and gives their number.
    func put(
        _ key: Value, _ value: Value, into members: UnsafeMutablePointer<Member>, _ count: Int
    ) throws(Raised) -> Int {
        guard key.kind == .string else {
            throw fail("Object keys must be strings")
        }
        for position in 0..<count where UTF8Text.compare(members[position].key.bytes, key.bytes) == 0 {
            members[position] = Member(key: members[position].key, value: value)
            return count
        }
        members[count] = Member(key: key, value: value)
        return count + 1
    }

    @inline(never)
    private func singleConcatenation(
        _ node: UnsafePointer<Node>, _ input: Value, _ frame: Frame
    ) throws(Raised) -> Value {
        let count = Int(node.pointee.b)
        let list = links + Int(node.pointee.a)
        if count == 2 {
            let second = try operand(list[1], input, frame)
            return try concatenate(try operand(list[0], input, frame), second)
        }
        let parts = try allocate(Value.self, count)
        // As the chain of additions that it is in jq: from the right.
        for position in stride(from: count - 1, through: 0, by: -1) {
            parts[position] = try operand(list[position], input, frame)
        }
        return try concatenate(UnsafeBufferPointer(start: parts, count: count))
    }

    func concatenate(_ parts: UnsafeBufferPointer<Value>) throws(Raised) -> Value {
        var total = 0
        var flags: Value.Flags = [.verbatim, .ascii]
        for part in parts {
            total += part.count
            flags.formIntersection(part.flags)
        }
        if total == 0 { return .emptyString }
        guard total < Int(Int32.max) else { throw fail("String concatenation result too long") }
        let room = try allocate(byteCount: total)
        var next = room
        for part in parts {
            let bytes = part.bytes
            guard let source = bytes.baseAddress else { continue }
            next.copyMemory(from: source, byteCount: bytes.count)
            next += bytes.count
        }
        return .string(UnsafeRawBufferPointer(start: room, count: total), flags: flags)
    }

    @inline(never)
    private func singleBuiltin(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let node = nodes + Int(index)
        let list = links + Int(node.pointee.b)
        var arguments = Arguments()
        if node.pointee.c > 0 {
            // The last argument first, as in jq.
            if node.pointee.c > 2 { arguments.third = try operand(list[2], input, frame) }
            if node.pointee.c > 1 { arguments.second = try operand(list[1], input, frame) }
            arguments.first = try operand(list[0], input, frame)
        }
        currentNode = index
        return try implementations[Int(node.pointee.code)](self, input, arguments)
    }

    @inline(never)
    private func singleRest(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .mark:
            visit(nodes + Int(index))
            return input
        case .index:
            let key = try operand(node.b, input, frame)
            let target = try operand(node.a, input, frame)
            currentNode = index
            return try self.index(target, key)
        case .slice:
            let start = node.b < 0 ? .null : try operand(node.b, input, frame)
            let end = node.c < 0 ? .null : try operand(node.c, input, frame)
            let target = try operand(node.a, input, frame)
            currentNode = index
            return try slice(target, from: start, to: end)
        case .and:
            let left = try operand(node.a, input, frame).isTruthy
            return .bool(left ? try operand(node.b, input, frame).isTruthy : false)
        case .or:
            let left = try operand(node.a, input, frame).isTruthy
            return .bool(left ? true : try operand(node.b, input, frame).isTruthy)
        case .negate:
            let value = try operand(node.a, input, frame)
            currentNode = index
            return try negate(value)
        case .format:
            let value = try operand(node.a, input, frame)
            currentNode = index
            return try format(value, node.code)
        case .getPath:
            let path = try operand(node.a, input, frame)
            currentNode = index
            return try getPath(input, path)
        case .error:
            currentNode = index
            throw raise(input)
        case .collect: return try collect(node, input, frame)
        case .bindVariable: return try singleBinding(node, input, frame)
        case .call: return try singleCall(index, input, frame)
        case .isEmpty, .any, .all: return try quantify(node, input, frame)
        case .sum: return try sum(node, input, frame)
        case .attempt: return try singleAttempt(node, input, frame)
        default: return try last(index, input, frame)
        }
    }

    /// For single nodes that are rare: the push-style evaluation gives the output.
    private func last(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        var result = Value.null
        try generateByOpcode(index, input, frame) { value throws(Raised) in result = value }
        return result
    }

    private func collect(_ node: Node, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        if nodes[Int(node.a)].isSingle {
            let cell = try operand(node.a, input, frame)
            let cells = try allocate(Value.self, 1)
            cells[0] = cell
            return .array(UnsafeBufferPointer(start: cells, count: 1))
        }
        var result = Value.emptyArray
        try generate(node.a, input, frame) { value throws(Raised) in
            result = try append(value, to: result)
        }
        return result
    }

    private func singleBinding(_ node: Node, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let slot = Int(node.b)
        let value = try operand(node.a, input, frame)
        let old = frame[slot]
        frame[slot] = value
        defer { frame[slot] = old }
        return try single(node.c, input, frame)
    }

    private func singleAttempt(_ node: Node, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        do throws(Raised) {
            return try operand(node.a, input, frame)
        } catch {
            guard error == .error, !isBreak else { throw error }
        }
        return try operand(node.b, caught(), frame)
    }

    private func sum(_ node: Node, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        var result = Value.null
        let addition = UInt16(Operator.add.rawValue)
        let owner = makeIdentity()
        try generate(node.a, input, frame) { value throws(Raised) in
            // Nothing else refers to the sum of the first two objects and more.
            result =
                result.kind == .object && value.kind == .object
                ? try merge(result, value, owner: owner) : try apply(addition, result, value)
        }
        return result
    }

    /// `isempty`, `any` and `all`: stop at the first output that decides.
    private func quantify(_ node: Node, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let label = makeLabel()
        var isDecided = false
        let opcode = node.opcode
        try catchingStop(at: label) { () throws(Raised) in
            try generate(node.a, input, frame) { item throws(Raised) in
                if opcode == .isEmpty {
                    isDecided = true
                    throw stop(at: label)
                }
                try generate(node.b, item, frame) { verdict throws(Raised) in
                    if verdict.isTruthy == (opcode == .any) {
                        isDecided = true
                        throw stop(at: label)
                    }
                }
            }
        }
        return .bool(isDecided == (opcode == .any))
    }
}

/// The arguments of a builtin; it knows how many it has.
struct Arguments: BitwiseCopyable {
    var first = Value.null
    var second = Value.null
    var third = Value.null
}
