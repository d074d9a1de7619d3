/// Refuses schemas that apply themselves to the same value again, which would never end.
///
/// Dynamic references are left out, for where they lead is only known while validating; there a limit of depth stands.
struct ProgressCheck {
    private let builder: ProgramBuilder

    init(_ builder: ProgramBuilder) {
        self.builder = builder
    }

    /// - Throws: ``SchemaError`` at a schema of the circle.
    func run() throws(SchemaError) {
        enum State { case unseen, open, done }
        var states = [State](repeating: .unseen, count: builder.nodes.count)
        // Depth first, with a stack of its own, because a chain of references may be long.
        var stack: [(node: Int, next: [NodeIndex])] = []
        for start in builder.nodes.indices where states[start] == .unseen {
            states[start] = .open
            stack.append((start, successors(of: start)))
            while let top = stack.indices.last {
                guard let next = stack[top].next.popLast() else {
                    states[stack[top].node] = .done
                    stack.removeLast()
                    continue
                }
                switch states[Int(next)] {
                case .unseen:
                    states[Int(next)] = .open
                    stack.append((Int(next), successors(of: Int(next))))
                case .open:
                    throw builder.places[Int(next)].error("refers back to itself for the same value, without end")
                case .done:
                    break
                }
            }
        }
    }

    /// The nodes that apply to the same value.
    private func successors(of index: Int) -> [NodeIndex] {
        let node = builder.nodes[index]
        var successors: [NodeIndex] = []
        for applicator in node.applicators.indices where builder.applicators[applicator].kind != .dynamicReference {
            successors += builder.applicators[applicator].children.indices.map { builder.children[$0] }
        }
        if node.object >= 0 {
            successors += builder.objects[Int(node.object)].dependents.indices.map { builder.dependents[$0].node }
        }
        return successors.filter { $0 >= 0 }
    }
}
