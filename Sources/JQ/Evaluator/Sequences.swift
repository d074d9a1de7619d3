import JSON

/// Generators that make or cut sequences.
extension Evaluator {
    func recurseAll(_ value: Value, _ sink: Sink) throws(Raised) {
        try step()
        try sink(value)
        switch value.kind {
        case .array: for element in value.elements { try recurseAll(element, sink) }
        case .object: for member in value.members { try recurseAll(member.value, sink) }
        default: return
        }
    }

    func recurse(_ index: Int32, _ start: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        var value = start
        while true {
            try step()
            try sink(value)
            switch try immediate(index, value, frame) {
            case .output(let next): value = next
            case .nothing: return
            case .unknown:
                return try generate(index, value, frame) { next throws(Raised) in
                    try recurse(index, next, frame, sink)
                }
            }
        }
    }

    func generateRange(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        if node.b < 0 {
            return try generate(node.a, input, frame) { end throws(Raised) in
                try count(from: .number(0), to: end, by: .number(1), index, sink)
            }
        }
        try generate(node.a, input, frame) { start throws(Raised) in
            try generate(node.b, input, frame) { end throws(Raised) in
                if node.c < 0 { return try count(from: start, to: end, by: .number(1), index, sink) }
                try generate(node.c, input, frame) { step throws(Raised) in
                    try count(from: start, to: end, by: step, index, sink)
                }
            }
        }
    }

    private func count(from start: Value, to end: Value, by step: Value, _ index: Int32, _ sink: Sink) throws(Raised) {
        guard let first = start.double, let last = end.double, let increment = step.double else {
            currentNode = index
            throw fail("Range bounds must be numeric")
        }
        var value = first
        while increment > 0 ? value < last : increment < 0 ? value > last : false {
            try self.step()
            try sink(.number(value))
            value += increment
        }
    }

    func generateLimit(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let node = nodes[Int(index)]
        try generate(node.a, input, frame) { number throws(Raised) in
            let count = try self.count(number, of: index)
            if node.opcode == .skip { return try skip(count, node.b, input, frame, sink) }
            if count <= 0 { return }
            let label = makeLabel()
            var left = count
            try catchingStop(at: label) { () throws(Raised) in
                try generate(node.b, input, frame) { value throws(Raised) in
                    left -= 1
                    try sink(value)
                    if left <= 0 { throw stop(at: label) }
                }
            }
        }
    }

    /// The number of `limit`, `skip` or `nth`, checked.
    func count(_ number: Value, of index: Int32) throws(Raised) -> Double {
        let count: Double
        switch number.kind {
        case .number: count = number.double ?? 0
        // jq compares whatever there is with 0 before it counts with it.
        case .null, .false, .true: count = -1
        default:
            currentNode = index
            throw typeError(number, .number(1), "cannot be subtracted")
        }
        if count < 0 {
            currentNode = index
            throw fail("\(nodes[Int(index)].opcode == .skip ? "skip" : "limit") doesn't support negative count")
        }
        return count
    }

    private func skip(
        _ count: Double, _ generator: Int32, _ input: Value, _ frame: Frame, _ sink: Sink
    ) throws(Raised) {
        var left = count
        try generate(generator, input, frame) { value throws(Raised) in
            if left > 0 { left -= 1 } else { try sink(value) }
        }
    }

    func generateFirst(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        let label = makeLabel()
        var first: Value?
        try catchingStop(at: label) { () throws(Raised) in
            try generate(nodes[Int(index)].a, input, frame) { value throws(Raised) in
                first = value
                throw stop(at: label)
            }
        }
        if let first { try sink(first) }
    }

    func generateLast(_ index: Int32, _ input: Value, _ frame: Frame, _ sink: Sink) throws(Raised) {
        var last: Value?
        try generate(nodes[Int(index)].a, input, frame) { value throws(Raised) in last = value }
        if let last { try sink(last) }
    }
}
