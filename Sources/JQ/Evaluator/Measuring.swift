import JSON

/// How much a value takes when it is written. Values share their parts, so that a small one in memory can be a huge
/// text: `reduce range(60) as $i (1; [., .])` has 61 cells and 2^60 ones.
extension Evaluator {
    /// Counts a step for what is in a container, and fails if its text would not fit into the memory that there is.
    @inline(__always)
    func checkSize(_ value: Value) throws(Raised) {
        guard value.kind >= .array else { return }
        var left = arena.byteLimit
        try measure(value, &left)
    }

    private func measure(_ value: Value, _ left: inout Int) throws(Raised) {
        var container = value
        // The last container in another one is looked at in turn, so that what is merely deep takes no stack.
        while true {
            try checkStack()
            try spend(container.count / 8 + 1)
            let cells = container.kind == .object ? container.count * 2 : container.count
            guard let start = container.contents?.assumingMemoryBound(to: Value.self), cells > 0 else { return }
            var last: Value?
            for index in 0..<cells {
                let cell = start[index]
                left -= 8
                if cell.kind >= .array {
                    if let last { try measure(last, &left) }
                    last = cell
                } else if cell.kind == .string || cell.isLiteral {
                    left -= cell.count
                }
            }
            if left < 0 { throw memoryExhausted() }
            guard let last else { return }
            container = last
        }
    }
}
