import JSON

/// Writing parts of values: every change is a new value that shares what did not change.
extension Evaluator {
    /// The most steps of a path, as in jq.
    static let pathLimit = 10_000
    /// The largest index that can be assigned, as in jq.
    private static let indexLimit = 536_870_911

    func set(_ target: Value, _ key: Value, _ value: Value) throws(Raised) -> Value {
        switch (key.kind, target.kind) {
        case (.string, .object), (.string, .null): return try set(member: key, of: target, to: value)
        case (.number, .array), (.number, .null): return try set(element: key, of: target, to: value)
        case (.object, .array), (.object, .null):
            return try set(slice: key, of: target.kind == .null ? .emptyArray : target, to: value)
        case (.object, .string): throw fail("Cannot update string slices")
        default:
            throw fail(
                "Cannot update field at \(Text.kindName(key.kind)) index of \(Text.kindName(target.kind))")
        }
    }

    private func set(member key: Value, of target: Value, to value: Value) throws(Raised) -> Value {
        let count = target.count
        if let position = target.memberPosition(key.bytes) {
            let members = try allocateMembers(count)
            members.update(from: target.members.baseAddress.unsafelyUnwrapped, count: count)
            members[position] = Member(key: members[position].key, value: value)
            return arena.object(uncheckedMembers: members, count: count)
        }
        let members = try allocateMembers(count + 1)
        if let source = target.members.baseAddress { members.update(from: source, count: count) }
        members[count] = Member(key: key, value: value)
        return arena.object(uncheckedMembers: members, count: count + 1)
    }

    private func set(element key: Value, of target: Value, to value: Value) throws(Raised) -> Value {
        let position = key.double ?? 0
        if position.isNaN { throw fail("Cannot set array element at NaN index") }
        let count = target.count
        var index = Int(max(min(position, 2147483647), -2147483648))
        if index < 0 { index += count }
        if index < 0 { throw fail("Out of bounds negative array index") }
        if index > Evaluator.indexLimit { throw fail("Array index too large") }
        if index == count { return try append(value, to: target) }
        let total = max(count, index + 1)
        try spend(total / 64)
        let cells = try allocate(Value.self, total)
        if let source = target.elements.baseAddress { cells.update(from: source, count: count) }
        for position in count..<max(count, total) { cells[position] = .null }
        cells[index] = value
        return .array(UnsafeBufferPointer(start: cells, count: total))
    }

    private func set(slice key: Value, of target: Value, to value: Value) throws(Raised) -> Value {
        let (start, end) = Evaluator.sliceEnds(key)
        let range = try bounds(of: target.count, from: start, to: end)
        guard value.kind == .array else { throw fail("A slice of an array can only be assigned another array") }
        let total = target.count - range.count + value.count
        let cells = try allocate(Value.self, max(total, 1))
        var next = cells
        func put(_ elements: Slice<UnsafeBufferPointer<Value>>) {
            let part = UnsafeBufferPointer(rebasing: elements)
            guard let source = part.baseAddress else { return }
            next.update(from: source, count: part.count)
            next += part.count
        }
        put(target.elements[..<range.lowerBound])
        put(value.elements[...])
        put(target.elements[range.upperBound...])
        return .array(UnsafeBufferPointer(start: cells, count: total))
    }

    // MARK: By path

    func getPath(_ value: Value, _ path: Value) throws(Raised) -> Value {
        guard path.kind == .array else { throw fail("Path must be specified as an array") }
        if path.count > Evaluator.pathLimit { throw fail("Path too deep") }
        try spend(path.count / 16)
        var value = value
        for key in path.elements {
            value = try index(value, key)
        }
        return value
    }

    func setPath(_ value: Value, _ path: Value, _ new: Value) throws(Raised) -> Value {
        guard path.kind == .array else { throw fail("Path must be specified as an array") }
        let count = path.count
        if count > Evaluator.pathLimit { throw fail("Path too deep") }
        if count == 0 { return new }
        if count == 1 {
            // What cannot be read cannot be written, and reading it names the fault.
            _ = try index(value, path.elements[0])
            return try set(value, path.elements[0], new)
        }
        try spend(count)
        // The containers on the way down, rebuilt on the way up.
        let containers = try allocate(Value.self, count)
        containers[0] = value
        for step in 1..<count { containers[step] = try index(containers[step - 1], path.elements[step - 1]) }
        _ = try index(containers[count - 1], path.elements[count - 1])
        var result = new
        for step in stride(from: count - 1, through: 0, by: -1) {
            result = try set(containers[step], path.elements[step], result)
        }
        return result
    }

    // MARK: Deleting

    func deletePaths(_ value: Value, _ paths: Value) throws(Raised) -> Value {
        guard paths.kind == .array else { throw fail("Paths must be specified as an array") }
        let count = paths.count
        if count == 0 { return value }
        let sorted = try allocate(Value.self, count)
        sorted.update(from: paths.elements.baseAddress.unsafelyUnwrapped, count: count)
        let spare = try allocate(Value.self, count)
        for path in paths.elements {
            guard path.kind == .array else {
                throw fail("Path must be specified as array, not \(Text.kindName(path.kind))")
            }
            if path.count > Evaluator.pathLimit { throw fail("Path too deep") }
        }
        try sort(sorted, count, spare) { (a, b) throws(Raised) in try compare(a, b) }
        if sorted[0].count == 0 { return .null }
        return try delete(UnsafeBufferPointer(start: sorted, count: count), from: value, step: 0)
    }

    /// Deletes sorted paths that agree in their first `step` keys, which lead to `value`.
    private func delete(
        _ paths: UnsafeBufferPointer<Value>, from value: Value, step: Int
    ) throws(Raised) -> Value {
        try checkStack()
        var value = value
        var keys = Value.emptyArray
        var start = 0
        while start < paths.count {
            let key = paths[start].elements[step]
            var end = start + 1
            while end < paths.count, try areEqual(key, paths[end].elements[step]) { end += 1 }
            if paths[start].count == step + 1 {
                keys = try append(key, to: keys)
            } else {
                let part = value.kind == .null ? .null : try index(value, key)
                if part.kind != .null {
                    let inner = UnsafeBufferPointer(rebasing: paths[start..<end])
                    value = try set(value, key, try delete(inner, from: part, step: step + 1))
                }
            }
            start = end
        }
        return try delete(keys: keys, from: value)
    }

    private func delete(keys: Value, from value: Value) throws(Raised) -> Value {
        if value.kind == .null || keys.count == 0 { return value }
        switch value.kind {
        case .array: return try delete(elements: keys, from: value)
        case .object: return try delete(members: keys, from: value)
        default: throw fail("Cannot delete fields from \(Text.kindName(value.kind))")
        }
    }

    private func delete(members keys: Value, from object: Value) throws(Raised) -> Value {
        for key in keys.elements where key.kind != .string {
            throw fail("Cannot delete \(Text.kindName(key.kind)) field of object")
        }
        try spend(keys.count + object.count)
        let isDeleted = try allocate(Bool.self, max(object.count, 1))
        isDeleted.update(repeating: false, count: object.count)
        for key in keys.elements {
            if let position = object.memberPosition(key.bytes) { isDeleted[position] = true }
        }
        let members = try allocateMembers(object.count)
        var count = 0
        for (position, member) in object.members.enumerated() where !isDeleted[position] {
            members[count] = member
            count += 1
        }
        return arena.object(uncheckedMembers: members, count: count)
    }

    private func delete(elements keys: Value, from array: Value) throws(Raised) -> Value {
        let count = array.count
        try spend(keys.count + count)
        let isDeleted = try allocate(Bool.self, max(count, 1))
        isDeleted.update(repeating: false, count: count)
        for key in keys.elements {
            switch key.kind {
            case .number:
                let position = key.double ?? 0
                if position.isNaN { continue }
                var index = Int(max(min(position, 2147483647), -2147483648))
                if index < 0 { index += count }
                if index >= 0, index < count { isDeleted[index] = true }
            case .object:
                let (start, end) = Evaluator.sliceEnds(key)
                for index in try bounds(of: count, from: start, to: end) {
                    isDeleted[index] = true
                }
            default:
                throw fail("Cannot delete \(Text.kindName(key.kind)) element of array")
            }
        }
        let cells = try allocate(Value.self, max(count, 1))
        var kept = 0
        for index in 0..<count where !isDeleted[index] {
            cells[kept] = array.elements[index]
            kept += 1
        }
        return .array(UnsafeBufferPointer(start: cells, count: kept))
    }
}
