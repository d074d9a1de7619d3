import JSON

/// Variables: `as`, `reduce`, `foreach`, labels.
///
/// Whoever fills a cell puts the old value back before it returns. So a cell may be filled again further down (a
/// parameter used twice in a pipe runs the same nodes inside itself) and is right again when its own code goes on.
extension Evaluator {
    func generateBinding(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.a, input, frame) { value throws(Raised) in
            if node.opcode == .bindVariable {
                let slot = Int(node.b)
                let old = frame[slot]
                frame[slot] = value
                defer { frame[slot] = old }
                try generate(node.c, input, frame, sink)
            } else {
                let flag = try downstreamFlag(of: node.b)
                try destructure(node.b, value, input, frame, flag) { () throws(Raised) in
                    try generate(node.c, input, frame) { output throws(Raised) in
                        flag?.pointee = true
                        try sink(output)
                        flag?.pointee = false
                    }
                }
            }
        }
    }

    /// Where a body says that its continuation is running: an error from there is not for alternative patterns.
    func downstreamFlag(of pattern: Int32) throws(Raised) -> UnsafeMutablePointer<Bool>? {
        guard nodes[Int(pattern)].opcode == .patternAlternatives else { return nil }
        let flag = try allocate(Bool.self, 1)
        flag.pointee = false
        return flag
    }

    /// Binds a pattern's variables and runs the body; with alternatives, an error of a pattern or of its body leads to
    /// the next one.
    dynamic func destructure(
        _ pattern: Int32, _ value: Value, _ input: Value, _ frame: Frame, _ flag: UnsafeMutablePointer<Bool>?,
        _ body: () throws(Raised) -> Void
    ) throws(Raised) {
        let node = nodes[Int(pattern)]
        guard node.opcode == .patternAlternatives else { return try bind(pattern, value, input, frame, body) }
        for position in 0..<node.b {
            let alternative = links[Int(node.a + position)]
            do throws(Raised) {
                try bindingAll(of: node, frame) { () throws(Raised) in
                    try bind(alternative, value, input, frame, body)
                }
                return
            } catch {
                let isDownstream = flag?.pointee ?? false
                if isDownstream || error != .error || position == node.b - 1 { throw error }
            }
        }
    }

    /// Sets all variables of alternative patterns to `null` around a body.
    private dynamic func bindingAll(
        of node: Node, _ frame: Frame, _ body: () throws(Raised) -> Void
    ) throws(Raised) {
        let list = links + Int(node.c)
        let count = Int(list[0])
        let old = try allocate(Value.self, max(count, 1))
        for position in 0..<count {
            old[position] = frame[Int(list[position + 1])]
            frame[Int(list[position + 1])] = .null
        }
        defer { for position in 0..<count { frame[Int(list[position + 1])] = old[position] } }
        try body()
    }

    private dynamic func bind(
        _ pattern: Int32, _ value: Value, _ input: Value, _ frame: Frame, _ body: () throws(Raised) -> Void
    ) throws(Raised) {
        let node = nodes[Int(pattern)]
        switch node.opcode {
        case .patternVariable: try assign(node.a, value, frame, body)
        case .patternArray: try bindElements(pattern, 0, value, input, frame, body)
        default: try bindMembers(pattern, 0, value, input, frame, body)
        }
    }

    private func assign(
        _ slot: Int32, _ value: Value, _ frame: Frame, _ body: () throws(Raised) -> Void
    ) throws(Raised) {
        let old = frame[Int(slot)]
        frame[Int(slot)] = value
        defer { frame[Int(slot)] = old }
        try body()
    }

    private func bindElements(
        _ pattern: Int32, _ position: Int32, _ value: Value, _ input: Value, _ frame: Frame,
        _ body: () throws(Raised) -> Void
    ) throws(Raised) {
        let node = nodes[Int(pattern)]
        if position == node.b { return try body() }
        currentNode = pattern
        let element = try index(value, .number(Double(position)))
        try bind(links[Int(node.a + position)], element, input, frame) { () throws(Raised) in
            try bindElements(pattern, position + 1, value, input, frame, body)
        }
    }

    private func bindMembers(
        _ pattern: Int32, _ position: Int32, _ value: Value, _ input: Value, _ frame: Frame,
        _ body: () throws(Raised) -> Void
    ) throws(Raised) {
        let node = nodes[Int(pattern)]
        if position == node.b { return try body() }
        let triple = links + Int(node.a + position * 3)
        let slot = triple[1]
        let inner = triple[2]
        try generate(triple[0], input, frame) { key throws(Raised) in
            currentNode = pattern
            guard key.kind == .string else {
                throw fail("Cannot index \(Text.kindName(value.kind)) with \(Text.kindName(key.kind))")
            }
            let part = try index(value, key)
            func next() throws(Raised) {
                try bindMembers(pattern, position + 1, value, input, frame, body)
            }
            func rest() throws(Raised) {
                if inner < 0 { try next() } else { try bind(inner, part, input, frame, next) }
            }
            if slot < 0 { try rest() } else { try assign(slot, part, frame, rest) }
        }
    }

    // MARK: Loops

    func generateReduction(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        let list = links + Int(node.c)
        let update = list[1]
        try generate(list[0], input, frame) { start throws(Raised) in
            var state = start
            let owner = node.code == 1 ? makeIdentity() : 0
            try generate(node.a, input, frame) { item throws(Raised) in
                try step()
                try withItem(node.b, item, input, frame, nil) { () throws(Raised) in
                    if owner != 0 {
                        state = try linearUpdate(update, state, frame, owner: owner)
                        return
                    }
                    // No output makes the state null, several leave the last one, as in jq.
                    let old = state
                    state = .null
                    if nodes[Int(update)].isSingle {
                        state = try single(update, old, frame)
                    } else {
                        try generate(update, old, frame) { value throws(Raised) in state = value }
                    }
                }
            }
            try sink(state)
        }
    }

    func generateForeach(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        let list = links + Int(node.c)
        let update = list[1]
        let extract = list[2]
        try generate(list[0], input, frame) { start throws(Raised) in
            var state = start
            let owner = node.code == 1 ? makeIdentity() : 0
            try generate(node.a, input, frame) { item throws(Raised) in
                try step()
                let flag = try downstreamFlag(of: node.b)
                try withItem(node.b, item, input, frame, flag) { () throws(Raised) in
                    func emit() throws(Raised) {
                        try optionalStage(extract, state, frame) { output throws(Raised) in
                            flag?.pointee = true
                            try sink(output)
                            flag?.pointee = false
                        }
                    }
                    if owner != 0 {
                        state = try linearUpdate(update, state, frame, owner: owner)
                        return try emit()
                    }
                    let old = state
                    state = .null
                    try generate(update, old, frame) { value throws(Raised) in
                        state = value
                        try emit()
                    }
                }
            }
        }
    }

    /// The outputs of a node, the input itself if there is none.
    private func optionalStage(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        if index < 0 { try sink(input) } else { try generate(index, input, frame, sink) }
    }

    /// Binds the item of a loop; a plain variable without detours.
    private func withItem(
        _ pattern: Int32, _ item: Value, _ input: Value, _ frame: Frame, _ flag: UnsafeMutablePointer<Bool>?,
        _ body: () throws(Raised) -> Void
    ) throws(Raised) {
        let node = nodes[Int(pattern)]
        guard node.opcode == .patternVariable else {
            return try destructure(pattern, item, input, frame, flag, body)
        }
        try assign(node.a, item, frame, body)
    }

    // MARK: Labels

    func generateLabel(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        let slot = Int(node.a)
        let label = makeLabel()
        let old = frame[slot]
        frame[slot] = .number(Double(label))
        defer { frame[slot] = old }
        try catchingStop(at: label) { () throws(Raised) in
            try generate(node.b, input, frame, sink)
        }
    }

    func leave(_ node: Node, _ frame: Frame) -> Raised {
        let label = frame.out(node.code)[Int(node.a)]
        return stop(at: Int(label.double ?? 0))
    }
}
