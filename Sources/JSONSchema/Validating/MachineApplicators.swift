import JSON

extension Machine {
    func apply(_ applicator: Applicator, _ value: Value, marks: Int) -> Bool {
        let children = tables.pointee.childTargets + Int(applicator.children.start)
        let count = Int(applicator.children.count)
        switch applicator.kind {
        case .reference:
            return checkInPlace(children[0], value, marks: marks)
        case .dynamicReference:
            return checkInPlace(target(of: applicator), value, marks: marks)
        case .allOf:
            for position in 0..<count where !checkInPlace(children[position], value, marks: marks) { return false }
            return true
        case .anyOf:
            return anyOf(children, count, value, marks: marks)
        case .oneOf:
            var matching = 0
            for position in 0..<count where branch(children[position], value, marks: marks) {
                matching += 1
                if matching > 1 { return false }
            }
            return matching == 1
        case .not:
            return !checkInPlace(children[0], value, marks: Self.noMarks)
        case .condition:
            let chosen = branch(children[0], value, marks: marks) ? children[1] : children[2]
            return chosen < 0 || checkInPlace(chosen, value, marks: marks)
        }
    }

    private func anyOf(_ children: UnsafePointer<NodeIndex>, _ count: Int, _ value: Value, marks: Int) -> Bool {
        var matches = false
        for position in 0..<count where branch(children[position], value, marks: marks) {
            matches = true
            // All that match say what they evaluated; if nobody asks, the first is enough.
            if marks < 0 { break }
        }
        return matches
    }

    /// Where a dynamic reference leads: to the outermost resource in scope that has the dynamic anchor, or else to
    /// where it leads without dynamics.
    func target(of applicator: Applicator) -> NodeIndex {
        let row = tables.pointee.dynamicTargets + Int(applicator.anchor) * tables.pointee.resourceCount
        for position in 0..<scratch.pointee.scopeCount {
            let target = row[Int(scratch.pointee.scope[position])]
            if target >= 0 { return target }
        }
        return tables.pointee.children[Int(applicator.children.start)]
    }

    /// A schema that may fail without the whole failing: what it evaluated counts only if it matches.
    @inline(__always)
    func branch(_ index: NodeIndex, _ value: Value, marks: Int) -> Bool {
        marks < 0 ? checkInPlace(index, value, marks: marks) : markedBranch(index, value, marks: marks)
    }

    private func markedBranch(_ index: NodeIndex, _ value: Value, marks: Int) -> Bool {
        let count = value.count
        let own = scratch.pointee.takeMarks(count)
        defer { scratch.pointee.releaseMarks(from: own) }
        guard checkInPlace(index, value, marks: own) else { return false }
        let all = scratch.pointee.marks
        for position in 0..<count { all[marks + position] |= all[own + position] }
        return true
    }

    /// A node with `unevaluatedItems` or `unevaluatedProperties`: all else is checked first and marks what it
    /// evaluated, then the rest is given to these.
    func checkTracked(_ node: UnsafePointer<Node>, _ value: Value, marks: Int) -> Bool {
        let rest =
            switch value.kind {
            case .array: node.pointee.unevaluatedItems
            case .object: node.pointee.unevaluatedProperties
            default: NodeIndex.none
            }
        guard rest >= 0 else { return checkAssertions(node, value, marks: marks) }
        let count = value.count
        let own = scratch.pointee.takeMarks(count)
        defer { scratch.pointee.releaseMarks(from: own) }
        guard checkAssertions(node, value, marks: own) else { return false }
        for position in 0..<count where scratch.pointee.marks[own + position] == 0 {
            let part = value.kind == .array ? value.elements[position] : value.members[position].value
            guard check(rest, part) else { return false }
        }
        if marks >= 0 { (scratch.pointee.marks + marks).update(repeating: 1, count: count) }
        return true
    }
}
