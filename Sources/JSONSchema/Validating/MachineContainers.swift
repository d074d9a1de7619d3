import JSON

extension Machine {
    // MARK: Objects

    func checkObject(_ node: UnsafePointer<Node>, _ value: Value, marks: Int) -> Bool {
        guard node.pointee.object >= 0 else { return true }
        let rule = tables.pointee.objects + Int(node.pointee.object)
        let members = value.members
        guard members.count >= rule.pointee.minProperties, members.count <= rule.pointee.maxProperties,
            members.count >= rule.pointee.requiredCount
        else { return false }
        if rule.pointee.visitsMembers {
            let matches =
                rule.pointee.isPlain && marks < 0
                ? checkPlainMembers(rule, members) : checkMembers(rule, members, marks: marks)
            guard matches else { return false }
        }
        return rule.pointee.dependents.isEmpty || checkDependents(rule.pointee.dependents, value, marks: marks)
    }

    /// Members of which only the name decides what is asked, and nobody asks which were evaluated: nearly all.
    private func checkPlainMembers(
        _ rule: UnsafePointer<ObjectRule>, _ members: UnsafeBufferPointer<Member>
    ) -> Bool {
        guard var member = members.baseAddress else { return rule.pointee.requiredCount == 0 }
        let end = member + members.count
        let table = rule.pointee.names
        let names = tables.pointee.names
        let additional = rule.pointee.additional
        // No two members have the same name, so counting the required ones is enough.
        var missing = rule.pointee.requiredCount
        while member < end {
            if !table.isEmpty, let entry = table.find(member.pointee.key, in: names) {
                if entry.pointee.isRequired { missing &-= 1 }
                if entry.pointee.target >= 0 {
                    guard entry.pointee.types.contains(member.pointee.value.kind) else { return false }
                    if !entry.pointee.isTypeOnly,
                        !checkBody(
                            tables.pointee.nodes + Int(entry.pointee.target), member.pointee.value, marks: Self.noMarks)
                    {
                        return false
                    }
                } else if additional >= 0, !check(additional, member.pointee.value) {
                    return false
                }
            } else if additional >= 0, !check(additional, member.pointee.value) {
                return false
            }
            member += 1
        }
        return missing == 0
    }

    private func checkMembers(
        _ rule: UnsafePointer<ObjectRule>, _ members: UnsafeBufferPointer<Member>, marks: Int
    ) -> Bool {
        var missing = rule.pointee.requiredCount
        for (position, member) in members.enumerated() {
            guard checkMember(rule, member, at: position, missing: &missing, marks: marks) else { return false }
        }
        return missing == 0
    }

    private func checkMember(
        _ rule: UnsafePointer<ObjectRule>, _ member: Member, at position: Int, missing: inout Int, marks: Int
    ) -> Bool {
        var isEvaluated = false
        if !rule.pointee.names.isEmpty,
            let entry = rule.pointee.names.find(member.key, in: tables.pointee.names)
        {
            if entry.pointee.isRequired { missing -= 1 }
            if entry.pointee.node >= 0 {
                guard check(entry.pointee.node, member.value) else { return false }
                isEvaluated = true
            }
        }
        if !rule.pointee.patterns.isEmpty {
            for index in rule.pointee.patterns.indices {
                let pattern = tables.pointee.patternRules[index]
                guard matches(pattern.pattern, member.key) else { continue }
                guard check(pattern.node, member.value) else { return false }
                isEvaluated = true
            }
        }
        if rule.pointee.propertyNames >= 0, !check(rule.pointee.propertyNames, member.key) { return false }
        if !isEvaluated, rule.pointee.additional >= 0 {
            guard check(rule.pointee.additional, member.value) else { return false }
            isEvaluated = true
        }
        if isEvaluated, marks >= 0 { scratch.pointee.marks[marks + position] = 1 }
        return true
    }

    private func checkDependents(_ dependents: Span, _ value: Value, marks: Int) -> Bool {
        for index in dependents.indices {
            let rule = tables.pointee.dependents[index]
            guard value.member(rule.name.bytes) != nil else { continue }
            for name in rule.required.indices where value.member(tables.pointee.values[name].bytes) == nil {
                return false
            }
            if rule.node >= 0, !checkInPlace(rule.node, value, marks: marks) { return false }
        }
        return true
    }

    // MARK: Arrays

    func checkArray(_ node: UnsafePointer<Node>, _ value: Value, marks: Int) -> Bool {
        guard node.pointee.array >= 0 else { return true }
        let rule = tables.pointee.arrays + Int(node.pointee.array)
        let elements = value.elements
        guard elements.count >= rule.pointee.minItems, elements.count <= rule.pointee.maxItems else { return false }
        if rule.pointee.hasElementSchemas, !checkElements(rule, elements, marks: marks) { return false }
        if rule.pointee.contains >= 0 {
            let count = countContained(rule, elements, marks: marks)
            guard count >= rule.pointee.minContains, count <= rule.pointee.maxContains else { return false }
        }
        return !rule.pointee.isUnique || hasUniqueElements(elements)
    }

    private func checkElements(
        _ rule: UnsafePointer<ArrayRule>, _ elements: UnsafeBufferPointer<Value>, marks: Int
    ) -> Bool {
        let prefix = rule.pointee.prefix
        let prefixCount = min(Int(prefix.count), elements.count)
        for position in 0..<prefixCount {
            let child = tables.pointee.childTargets[Int(prefix.start) + position]
            guard check(child, elements[position]) else { return false }
        }
        var evaluated = prefixCount
        if rule.pointee.items >= 0 {
            while evaluated < elements.count {
                guard check(rule.pointee.itemsTarget, elements[evaluated]) else { return false }
                evaluated += 1
            }
        }
        if marks >= 0 { (scratch.pointee.marks + marks).update(repeating: 1, count: evaluated) }
        return true
    }

    /// The number of elements that match `contains`; counting stops where the verdict is known.
    func countContained(
        _ rule: UnsafePointer<ArrayRule>, _ elements: UnsafeBufferPointer<Value>, marks: Int
    ) -> Int {
        var count = 0
        for (position, element) in elements.enumerated() where check(rule.pointee.contains, element) {
            count += 1
            if marks >= 0 {
                scratch.pointee.marks[marks + position] = 1
            } else if count > rule.pointee.maxContains
                || (count >= rule.pointee.minContains && rule.pointee.maxContains == .max)
            {
                return count
            }
        }
        return count
    }
}
