import JSON

/// Functions that are called at run time, because they call themselves.
///
/// A call in tail position does not nest: the loop goes on with the callee's body. Its frame takes the place of the
/// caller's, if nothing of the caller is needed any more.
extension Evaluator {
    func singleCall(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Value {
        let mark = frames.mark
        defer { frames.pop(to: mark) }
        var own = try frameOfSingleCall(index, input, frame)
        var next = functions[Int(nodes[Int(index)].a)].body
        var input = input
        while true {
            try step()
            let node = nodes + Int(next)
            switch node.pointee.opcode {
            case .pipe:
                input = try single(node.pointee.a, input, own)
                next = node.pointee.b
            case .conditional:
                if try single(node.pointee.a, input, own).isTruthy {
                    next = node.pointee.b
                } else {
                    if node.pointee.c < 0 { return input }
                    next = node.pointee.c
                }
            case .bindVariable:
                // The frame is ours and ends with the call: nothing is to be put back.
                own[Int(node.pointee.b)] = try single(node.pointee.a, input, own)
                next = node.pointee.c
            case .call:
                let callee = try frameOfSingleCall(next, input, own)
                own = replace(own, with: callee, for: next, mark)
                next = functions[Int(node.pointee.a)].body
            default:
                return try single(next, input, own)
            }
        }
    }

    /// The frame of a call whose value arguments are all single.
    private func frameOfSingleCall(_ index: Int32, _ input: Value, _ frame: Frame) throws(Raised) -> Frame {
        let node = nodes[Int(index)]
        let function = functions[Int(node.a)]
        let list = links + Int(node.b)
        if function.valueParameters == 0 {
            let callee = enter(node, function, frame)
            fillClosures(callee, list, function, frame)
            return callee
        }
        // Arguments are evaluated before the frame is there, because they may call functions themselves.
        let values = try allocate(Value.self, Int(function.parameterCount))
        for position in 0..<Int(function.parameterCount) where function.valueParameters >> UInt64(position) & 1 == 1 {
            values[position] = try single(list[position], input, frame)
        }
        let callee = enter(node, function, frame)
        fillClosures(callee, list, function, frame)
        for position in 0..<Int(function.parameterCount) where function.valueParameters >> UInt64(position) & 1 == 1 {
            callee[position + 1] = values[position]
        }
        return callee
    }

    private func enter(_ node: Node, _ function: Function, _ frame: Frame) -> Frame {
        let callee = frames.push(Int(function.cellCount))
        callee.link = frame.out(node.code)
        return callee
    }

    private func fillClosures(_ callee: Frame, _ list: UnsafePointer<Int32>, _ function: Function, _ frame: Frame) {
        for position in 0..<Int(function.parameterCount) where function.valueParameters >> UInt64(position) & 1 == 0 {
            let node = nodes[Int(list[position])]
            // A parameter that is passed on is passed as it is, so that recursion does not grow a chain.
            let closure =
                node.opcode == .callParameter
                ? frame.out(node.code).closure(node.a) : Closure(node: list[position], frame: frame)
            callee.setClosure(Int32(position + 1), closure)
        }
    }

    /// Puts the callee's frame where the caller's was, if neither its link nor its closures lead to the caller.
    private func replace(_ own: Frame, with callee: Frame, for call: Int32, _ mark: FrameMemory.Mark) -> Frame {
        let node = nodes[Int(call)]
        guard node.code > 0 else { return callee }
        let function = functions[Int(node.a)]
        for position in 0..<Int(function.parameterCount) where function.valueParameters >> UInt64(position) & 1 == 0 {
            if callee.closure(Int32(position + 1)).frame == own { return callee }
        }
        frames.pop(to: mark)
        let frame = frames.pushUninitialized(Int(function.cellCount))
        frame.update(from: callee, count: Int(function.cellCount))
        return frame
    }

    // MARK: Any number of outputs

    func generateCall(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let function = functions[Int(nodes[Int(index)].a)]
        try withArguments(index, 0, function, input, frame) { values throws(Raised) in
            let mark = frames.mark
            defer { frames.pop(to: mark) }
            let callee = enterGeneratorCall(index, function, values, frame)
            try runBody(function.body, input, callee, mark, sink)
        }
    }

    /// Runs something in the frame of a call, for each combination of its value arguments.
    func withCalleeFrame(
        _ index: Int32, _ input: Value, _ frame: Frame, _ run: (_ body: Int32, _ callee: Frame) throws(Raised) -> Void
    ) throws(Raised) {
        let function = functions[Int(nodes[Int(index)].a)]
        try withArguments(index, 0, function, input, frame) { values throws(Raised) in
            let mark = frames.mark
            defer { frames.pop(to: mark) }
            try run(function.body, enterGeneratorCall(index, function, values, frame))
        }
    }

    private func enterGeneratorCall(
        _ index: Int32, _ function: Function, _ values: UnsafeMutablePointer<Value>?, _ frame: Frame
    ) -> Frame {
        let node = nodes[Int(index)]
        let callee = enter(node, function, frame)
        fillClosures(callee, links + Int(node.b), function, frame)
        if let values {
            for position in 0..<Int(function.parameterCount)
            where function.valueParameters >> UInt64(position) & 1 == 1 {
                callee[position + 1] = values[position]
            }
        }
        return callee
    }

    /// Runs a body for each combination of its value arguments, the first argument changing slowest.
    private func withArguments(
        _ index: Int32, _ position: Int32, _ function: Function, _ input: Value, _ frame: Frame,
        _ body: (UnsafeMutablePointer<Value>?) throws(Raised) -> Void
    ) throws(Raised) {
        if function.valueParameters == 0 { return try body(nil) }
        let values = try allocate(Value.self, Int(function.parameterCount))
        try withArguments(index, position, function, values, input, frame, body)
    }

    private func withArguments(
        _ index: Int32, _ position: Int32, _ function: Function, _ values: UnsafeMutablePointer<Value>, _ input: Value,
        _ frame: Frame, _ body: (UnsafeMutablePointer<Value>?) throws(Raised) -> Void
    ) throws(Raised) {
        if position == function.parameterCount { return try body(values) }
        if function.valueParameters >> UInt64(position) & 1 == 0 {
            return try withArguments(index, position + 1, function, values, input, frame, body)
        }
        let argument = links[Int(nodes[Int(index)].b + position)]
        try generate(argument, input, frame) { value throws(Raised) in
            values[Int(position)] = value
            try withArguments(index, position + 1, function, values, input, frame, body)
        }
    }

    /// Runs a function's body in its frame, looping in tail position.
    private func runBody(
        _ body: Int32, _ startInput: Value, _ startFrame: Frame, _ mark: FrameMemory.Mark, _ sink: Sink
    ) throws(Raised) {
        var next = body
        var input = startInput
        var own = startFrame
        while true {
            try step()
            let node = nodes + Int(next)
            if node.pointee.isSingle, node.pointee.opcode != .call { return try sink(try single(next, input, own)) }
            switch node.pointee.opcode {
            case .empty:
                return
            case .comma:
                try generate(node.pointee.a, input, own, sink)
                next = node.pointee.b
            case .pipe:
                switch try immediate(node.pointee.a, input, own) {
                case .output(let value): input = value
                case .nothing: return
                case .unknown: return try generateByOpcode(next, input, own, sink)
                }
                next = node.pointee.b
            case .conditional:
                switch try immediate(node.pointee.a, input, own) {
                case .output(let condition):
                    if !condition.isTruthy, node.pointee.c < 0 { return try sink(input) }
                    next = condition.isTruthy ? node.pointee.b : node.pointee.c
                case .nothing: return
                case .unknown: return try generateByOpcode(next, input, own, sink)
                }
            case .bindVariable:
                switch try immediate(node.pointee.a, input, own) {
                case .output(let value): own[Int(node.pointee.b)] = value
                case .nothing: return
                case .unknown: return try generateByOpcode(next, input, own, sink)
                }
                next = node.pointee.c
            case .call:
                let function = functions[Int(node.pointee.a)]
                if function.valueParameters != 0 { return try generateByOpcode(next, input, own, sink) }
                let callee = enterGeneratorCall(next, function, nil, own)
                own = replace(own, with: callee, for: next, mark)
                next = function.body
            default:
                return try generateByOpcode(next, input, own, sink)
            }
        }
    }
}
