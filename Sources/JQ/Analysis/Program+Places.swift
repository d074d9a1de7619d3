import JSON

extension Program {
    /// What is known of the input and of the global variables where the program, a condition, yields true.
    ///
    /// The input is ``Shape/nothing`` where that can never be.
    public func assumingTrue(input: Shape, variables: [Shape] = []) -> (input: Shape, variables: [Shape]) {
        let analyzer = Analyzer(self)
        let context = analyzer.context(input: input, variables: variables)
        let narrowed = analyzer.narrowed(root, context, holds: true)
        let all = self.variables.indices.map { narrowed.slots[$0 + 1].shape }
        guard analyzer.isComplete, analyzer.work.left >= 0 else { return (input, variables) }
        return (narrowed.input.shape, all)
    }

    /// Where a member of the output is written, as far as that can be told: its own place if the text constructs it,
    /// else that of what it is a part of.
    /// - Parameter path: the members, from the outermost on; `[]` stands for the elements of an array.
    public func placeWriting(_ path: [String]) -> (source: String, line: Int, column: Int) {
        var index = root
        for name in path {
            guard let next = writer(of: name, in: index) else { break }
            index = next
        }
        let (line, column, _) = position(of: index)
        return (sourceName(of: index), line, column)
    }

    private func writer(of name: String, in index: Int32) -> Int32? {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .object:
            for position in 0..<Int(node.b) {
                let key = nodes[Int(links[Int(node.a) + position * 2])]
                if key.opcode == .constant, key.value.string == name { return links[Int(node.a) + position * 2 + 1] }
            }
            return nil
        case .collect: return name == "[]" ? node.a : nil
        case .pipe: return writer(of: name, in: node.b)
        case .bindVariable, .bindPattern: return writer(of: name, in: node.c)
        case .conditional, .binary, .alternative:
            for child in [node.b, node.c, node.a] where child >= 0 {
                if let found = writer(of: name, in: child) { return found }
            }
            return nil
        default: return nil
        }
    }
}
