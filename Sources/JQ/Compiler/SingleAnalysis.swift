/// Finds the nodes that yield exactly one output or an error, and those that yield at most one.
///
/// Functions are taken to be single until their body shows otherwise: a function that calls itself yields one output,
/// or fails, or never ends.
struct SingleAnalysis {
    static func mark(_ nodes: inout [Node], links: [Int32], functions: [Function]) {
        var functionIsSingle = [Bool](repeating: true, count: functions.count)
        while true {
            // Children come before their parents, so one pass in order is enough for all but calls.
            for index in nodes.indices {
                nodes[index].isSingle = isSingle(nodes[index], nodes, links, functions, functionIsSingle)
            }
            var isStable = true
            for (index, function) in functions.enumerated() where functionIsSingle[index] {
                if function.body < 0 || !nodes[Int(function.body)].isSingle {
                    functionIsSingle[index] = false
                    isStable = false
                }
            }
            if isStable { break }
        }
        for index in nodes.indices { nodes[index].isOptional = isOptional(nodes[index], nodes) }
    }

    private static func isOptional(_ node: Node, _ nodes: [Node]) -> Bool {
        func optional(_ index: Int32) -> Bool { index < 0 || nodes[Int(index)].isOptional }
        func single(_ index: Int32) -> Bool { index < 0 || nodes[Int(index)].isSingle }
        if node.isSingle { return true }
        switch node.opcode {
        case .empty, .first, .last, .leave: return true
        case .field: return optional(node.a)
        case .index, .slice: return optional(node.a) && single(node.b) && single(node.c)
        case .pipe, .alternative, .binary, .and, .or: return optional(node.a) && optional(node.b)
        case .attempt: return optional(node.a) && optional(node.b)
        case .conditional: return single(node.a) && optional(node.b) && optional(node.c)
        case .bindVariable: return optional(node.a) && optional(node.c)
        case .negate, .format: return optional(node.a)
        default: return false
        }
    }

    private static func isSingle(
        _ node: Node, _ nodes: [Node], _ links: [Int32], _ functions: [Function], _ functionIsSingle: [Bool]
    ) -> Bool {
        func single(_ index: Int32) -> Bool { index < 0 || nodes[Int(index)].isSingle }
        func all(_ start: Int32, _ count: Int32) -> Bool {
            (start..<start + count).allSatisfy { single(links[Int($0)]) }
        }
        switch node.opcode {
        case .identity, .constant, .variable, .collect, .modify, .isEmpty, .any, .all, .sum, .error, .mark:
            return true
        case .field, .index, .slice:
            return node.code == 0 && single(node.a) && single(node.b) && single(node.c)
        case .attempt:
            return node.b >= 0 && single(node.a) && single(node.b)
        case .pipe, .binary, .and, .or, .alternative:
            return single(node.a) && single(node.b)
        case .negate, .format, .getPath:
            return single(node.a)
        case .object:
            return all(node.a, node.b * 2)
        case .concatenate:
            return all(node.a, node.b)
        case .conditional:
            return single(node.a) && single(node.b) && single(node.c)
        case .reduce:
            return single(links[Int(node.c)])
        case .bindVariable:
            return single(node.a) && single(node.c)
        case .bindPattern:
            return single(node.a) && isSinglePattern(node.b, nodes, links) && single(node.c)
        case .label:
            return single(node.b)
        case .call:
            let values = functions[Int(node.a)].valueParameters
            let arguments = (0..<node.c).allSatisfy { values >> UInt64($0) & 1 == 0 || single(links[Int(node.b + $0)]) }
            return arguments && functionIsSingle[Int(node.a)]
        case .builtin:
            return all(node.b, node.c)
        case .assign, .update, .updateAlternative:
            return single(node.b)
        case .substitute:
            return single(node.a) && single(node.b) && single(node.c)
        case .iterate, .comma, .foreach, .leave, .callParameter, .path, .recurseAll, .recurse, .range, .limit, .skip,
            .first, .last, .empty, .patternVariable, .patternArray, .patternObject, .patternAlternatives:
            return false
        }
    }

    private static func isSinglePattern(_ index: Int32, _ nodes: [Node], _ links: [Int32]) -> Bool {
        let node = nodes[Int(index)]
        switch node.opcode {
        case .patternVariable:
            return true
        case .patternArray:
            return (node.a..<node.a + node.b).allSatisfy { isSinglePattern(links[Int($0)], nodes, links) }
        case .patternObject:
            return (0..<node.b).allSatisfy { member in
                let base = Int(node.a + member * 3)
                return nodes[Int(links[base])].isSingle
                    && (links[base + 2] < 0 || isSinglePattern(links[base + 2], nodes, links))
            }
        default:
            return false
        }
    }
}
