import JSON

/// Finds the loops whose state nothing but the loop refers to, so that its containers can be changed in place.
///
/// The update must be made of assignments to simple paths, `. + …`, pipes, conditions and bindings, and everything else
/// in it must be *detached*: it must not let a container of the state out. Fields may be read, because reading a
/// container out of the state ends its being owned; the state as a whole (`.`) may not.
struct LinearAnalysis {
    private let nodes: [Node]
    private let links: [Int32]
    private let builtins: [Builtin]

    /// Sets the `code` of such loops to 1.
    static func mark(_ nodes: inout [Node], links: [Int32], builtins: [Builtin]) {
        let analysis = LinearAnalysis(nodes: nodes, links: links, builtins: builtins)
        for index in nodes.indices where nodes[index].opcode == .reduce || nodes[index].opcode == .foreach {
            nodes[index].code = analysis.isLinearLoop(nodes[index]) ? 1 : 0
        }
    }

    /// Builtins that yield nothing of their input but strings and numbers.
    private static let scalar: Set<String> = [
        "length", "has/1", "type", "not", "keys", "keys_unsorted", "tojson", "tostring", "now", "lookup/2", "lookup/3",
        "uuid5/2", "dec_add/2", "dec_sub/2", "dec_mul/2", "dec_round/2", "dec_round/3", "dec_cmp/2", "utf8bytelength",
    ]

    private func isLinearLoop(_ node: Node) -> Bool {
        let list = links[Int(node.c)...]
        let update = list[list.startIndex + 1]
        guard nodes[Int(update)].isSingle, isLinear(update) else { return false }
        if node.opcode == .reduce { return true }
        let extract = list[list.startIndex + 2]
        return extract >= 0 && isDetached(extract)
    }

    // MARK: The update

    private func isLinear(_ index: Int32) -> Bool {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .identity, .mark: return true
        case .pipe:
            if isLinear(node.a), isLinear(node.b) { return true }
        case .conditional:
            return isDetached(node.a) && isLinear(node.b) && (node.c < 0 || isLinear(node.c))
        case .bindVariable:
            if isDetached(node.a), isLinear(node.c) { return true }
        case .assign, .update, .updateAlternative:
            return isPath(node.a) && nodes[Int(node.b)].isSingle && isDetached(node.b)
        case .modify:
            // The update is given the old part, which is let go before.
            return isPath(node.a) && nodes[Int(node.b)].isSingle
        case .binary where LinearAnalysis.addsToState(node, nodes[Int(node.a)]):
            return isDetached(node.b)
        default: break
        }
        return isDetached(index)
    }

    /// `. + …`
    static func addsToState(_ node: Node, _ left: Node) -> Bool {
        node.opcode == .binary && node.code == UInt16(Operator.add.rawValue) && left.opcode == .identity
    }

    /// A chain of keys from the state.
    private func isPath(_ index: Int32, behindPipe: Bool = false) -> Bool {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .identity: return true
        case .field: return node.code == 0 && isPath(node.a, behindPipe: behindPipe)
        case .index:
            let key = nodes[Int(node.b)]
            let isKey = behindPipe ? key.opcode == .constant || key.opcode == .variable : isDetached(node.b)
            return node.code == 0 && key.isSingle && isKey && isPath(node.a, behindPipe: behindPipe)
        case .pipe: return isPath(node.a, behindPipe: behindPipe) && isPath(node.b, behindPipe: true)
        default: return false
        }
    }

    // MARK: What is detached

    private func isDetached(_ index: Int32) -> Bool {
        guard index >= 0 else { return true }
        let node = nodes[Int(index)]
        switch node.opcode {
        case .constant, .variable, .empty:
            return true
        case .pipe where nodes[Int(node.a)].opcode == .mark:
            return isDetached(node.b)
        case .field:
            return isTarget(node.a)
        case .index:
            return isTarget(node.a) && isDetached(node.b)
        case .pipe, .isEmpty, .any, .all, .first, .last, .sum, .negate, .format, .collect, .iterate, .attempt:
            // What stands behind `|`, in `catch` or as a condition gets what the first part yields.
            return isDetached(node.a)
        case .slice, .range:
            return isDetached(node.a) && isDetached(node.b) && isDetached(node.c)
        case .binary, .and, .or, .alternative, .comma, .limit, .skip:
            return isDetached(node.a) && isDetached(node.b)
        case .conditional:
            return isDetached(node.a) && isDetached(node.b) && node.c >= 0 && isDetached(node.c)
        case .bindVariable:
            return isDetached(node.a) && isDetached(node.c)
        case .object:
            return areDetached(node.a, node.b * 2)
        case .concatenate:
            return areDetached(node.a, node.b)
        case .builtin:
            return LinearAnalysis.scalar.contains(name(of: node)) && areDetached(node.b, node.c)
        case .reduce:
            let isPlain = nodes[Int(node.b)].opcode == .patternVariable
            return isPlain && isDetached(node.a) && isDetached(links[Int(node.c)])
        default:
            return false
        }
    }

    private func name(of node: Node) -> String {
        let builtin = builtins[Int(node.code)]
        return builtin.parameters.isEmpty ? builtin.name : builtin.key
    }

    /// What a key is looked up in: the state, or what is detached.
    private func isTarget(_ index: Int32) -> Bool {
        nodes[Int(index)].opcode == .identity || isDetached(index)
    }

    private func areDetached(_ start: Int32, _ count: Int32) -> Bool {
        (start..<start + count).allSatisfy { isDetached(links[Int($0)]) }
    }
}
