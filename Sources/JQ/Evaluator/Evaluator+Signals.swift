import JSON

/// Steps, limits and the ways to leave.
extension Evaluator {
    /// Counts a step and checks the stack.
    @inline(__always)
    func step() throws(Raised) {
        stepsLeft &-= 1
        if stepsLeft < 0 || Stack.pointer < stackLimit { throw exhausted() }
    }

    /// Counts the steps of a builtin that visits many elements.
    @inline(__always)
    func spend(_ steps: Int) throws(Raised) {
        stepsLeft &-= steps
        if stepsLeft < 0 { throw exhausted() }
    }

    /// Checks the stack alone, for recursion over data.
    @inline(__always)
    func checkStack() throws(Raised) {
        if Stack.pointer < stackLimit { throw exhausted() }
    }

    @inline(never)
    private func exhausted() -> Raised {
        fatalKind = stepsLeft < 0 ? .stepLimit : .depthLimit
        return .fatal
    }

    @inline(never)
    func memoryExhausted() -> Raised {
        fatalKind = .memoryLimit
        return .fatal
    }

    /// An error with a value, raised at the current node.
    func raise(_ value: Value) -> Raised {
        raised = value
        raisedNode = currentNode
        return .error
    }

    /// An error with a message.
    @inline(never)
    func fail(_ message: String) -> Raised {
        do throws(Arena.Exhausted) {
            return raise(try arena.string(message))
        } catch {
            return memoryExhausted()
        }
    }

    func makeLabel() -> Int {
        lastLabel += 1
        return lastLabel
    }

    func stop(at label: Int) -> Raised {
        stopTarget = label
        return .stop
    }

    /// Runs a body in which ``stop(at:)`` with the label ends the body, and only it.
    @inline(__always)
    func catchingStop(at label: Int, _ body: () throws(Raised) -> Void) throws(Raised) {
        do throws(Raised) {
            try body()
        } catch {
            if error != .stop || stopTarget != label { throw error }
        }
    }
}

// MARK: - Memory

extension Evaluator {
    @inline(__always)
    func allocate(byteCount: Int) throws(Raised) -> UnsafeMutableRawPointer {
        do throws(Arena.Exhausted) {
            return try arena.allocate(byteCount: byteCount)
        } catch {
            throw memoryExhausted()
        }
    }

    @inline(__always)
    func allocate<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) throws(Raised) -> UnsafeMutablePointer<T> {
        try allocate(byteCount: count * MemoryLayout<T>.stride).bindMemory(to: T.self, capacity: count)
    }

    /// A string over a copy of bytes.
    func string(_ bytes: UnsafeRawBufferPointer) throws(Raised) -> Value {
        do throws(Arena.Exhausted) {
            return try arena.string(bytes)
        } catch {
            throw memoryExhausted()
        }
    }

    func string(_ text: String) throws(Raised) -> Value {
        do throws(Arena.Exhausted) {
            return try arena.string(text)
        } catch {
            throw memoryExhausted()
        }
    }

    /// A string of what stands in ``text``.
    func stringOfText() throws(Raised) -> Value { try string(text.bytes) }

    func allocateMembers(_ count: Int) throws(Raised) -> UnsafeMutablePointer<Member> {
        do throws(Arena.Exhausted) {
            return try arena.allocateMembers(count: count)
        } catch {
            throw memoryExhausted()
        }
    }

    /// An array of a few elements.
    func array(_ elements: Value...) throws(Raised) -> Value {
        let cells = try allocate(Value.self, max(elements.count, 1))
        for index in elements.indices { cells[index] = elements[index] }
        return .array(UnsafeBufferPointer(start: cells, count: elements.count))
    }
}
