import JSON

extension Evaluator {
    func keys(_ value: Value, sorted: Bool) throws(Raised) -> Value {
        let count = value.count
        switch value.kind {
        case .object:
            let cells = try allocate(Value.self, max(count, 1))
            if sorted {
                let members = try sortedMembers(value)
                for index in 0..<count { cells[index] = members[index].key }
            } else {
                for index in 0..<count { cells[index] = value.members[index].key }
            }
            return .array(UnsafeBufferPointer(start: cells, count: count))
        case .array:
            let cells = try allocate(Value.self, max(count, 1))
            for index in 0..<count { cells[index] = .number(Double(index)) }
            return .array(UnsafeBufferPointer(start: cells, count: count))
        default: throw typeError(value, "has no keys")
        }
    }

    func has(_ value: Value, _ key: Value) throws(Raised) -> Value {
        switch (value.kind, key.kind) {
        case (.object, .string): return .bool(value.memberPosition(key.bytes) != nil)
        case (.array, .number):
            let position = key.double ?? -1
            return .bool(position >= 0 && position < Double(value.count))
        case (.null, _): return .false
        default:
            throw fail(
                "Cannot check whether \(Text.kindName(value.kind)) has a \(Text.kindName(key.kind)) key")
        }
    }

    func contains(_ a: Value, _ b: Value, depth: Int) throws(Raised) -> Bool {
        guard a.kind == b.kind else { return false }
        try checkStack()
        try spend(1)
        if depth > Evaluator.comparisonDepth { throw fail("Containment check too deep") }
        switch a.kind {
        case .string:
            try spend(a.count / Evaluator.bytesPerStep)
            return UTF8Text.find(b.bytes, in: a.bytes, from: 0) != nil || b.count == 0
        case .array:
            for wanted in b.elements {
                var isFound = false
                for element in a.elements where try contains(element, wanted, depth: depth + 1) {
                    isFound = true
                    break
                }
                if !isFound { return false }
            }
            return true
        case .object:
            for wanted in b.members {
                guard let value = a.member(wanted.key.bytes) else { return false }
                if try !contains(value, wanted.value, depth: depth + 1) { return false }
            }
            return true
        default: return try areEqual(a, b)
        }
    }

    func toEntries(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .object || value.kind == .array else { throw typeError(value, "has no keys") }
        let count = value.count
        try spend(count)
        let cells = try allocate(Value.self, max(count, 1))
        let members = try allocate(Member.self, max(count * 2, 1))
        for index in 0..<count {
            let pair = members + index * 2
            let isObject = value.kind == .object
            let key = isObject ? value.members[index].key : .number(Double(index))
            let element = isObject ? value.members[index].value : value.elements[index]
            pair[0] = Member(key: Evaluator.name("key"), value: key)
            pair[1] = Member(key: Evaluator.name("value"), value: element)
            cells[index] = .object(UnsafeBufferPointer(start: pair, count: 2))
        }
        return .array(UnsafeBufferPointer(start: cells, count: count))
    }

    func fromEntries(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .array || value.kind == .object else { throw cannotIterate(value) }
        let count = value.count
        try spend(count)
        let owner = makeIdentity()
        var result = try growing(.emptyObject, capacity: max(count, 1), identity: owner, owner: owner)
        for index in 0..<count {
            let entry = value.kind == .array ? value.elements[index] : value.members[index].value
            var key = try field(entry, Evaluator.name("key"))
            for name in Evaluator.keyNames where !key.isTruthy { key = try field(entry, name) }
            switch key.kind {
            case .string: break
            // What stands for a key in jq's own definition: `null` and what is neither number nor boolean fail there.
            default: throw fail("Cannot use \(Text.kindName(key.kind)) (\(excerpt(key))) as object key")
            }
            let value = try entryValue(entry)
            result = try put(value, key, in: result, owner: owner)
        }
        return result
    }

    private static var keyNames: [Value] { [name("Key"), name("name"), name("Name")] }

    private func entryValue(_ entry: Value) throws(Raised) -> Value {
        if let value = entry["value"] { return value }
        return entry["Value"] ?? .null
    }

    func reversed(_ value: Value) throws(Raised) -> Value {
        switch value.kind {
        case .null: return .emptyArray
        case .array:
            let count = value.count
            let cells = try allocate(Value.self, max(count, 1))
            for index in 0..<count { cells[index] = value.elements[count - 1 - index] }
            return .array(UnsafeBufferPointer(start: cells, count: count))
        case .string:
            let bytes = value.bytes
            let room = try allocate(byteCount: max(bytes.count, 1))
            var start = 0
            while start < bytes.count {
                let length = min(UTF8Text.length(bytes[start]), bytes.count - start)
                for offset in 0..<length {
                    room.storeBytes(
                        of: bytes[start + offset], toByteOffset: bytes.count - start - length + offset, as: UInt8.self)
                }
                start += length
            }
            return .string(UnsafeRawBufferPointer(start: room, count: bytes.count), flags: value.flags)
        default:
            throw fail("Cannot reverse \(described(value))")
        }
    }

    func flattened(_ value: Value, depth: Value) throws(Raised) -> Value {
        guard let levels = depth.double else { throw fail("flatten depth must not be negative") }
        if levels < 0 { throw fail("flatten depth must not be negative") }
        guard value.kind == .array || value.kind == .object else { throw cannotIterate(value) }
        return try flatten(value, levels, into: .emptyArray)
    }

    private func flatten(_ value: Value, _ levels: Double, into result: Value) throws(Raised) -> Value {
        try checkStack()
        var result = result
        for index in 0..<value.count {
            try spend(1)
            let element = value.kind == .array ? value.elements[index] : value.members[index].value
            result =
                element.kind == .array && levels > 0
                ? try flatten(element, levels - 1, into: result) : try append(element, to: result)
        }
        return result
    }

    func binarySearch(_ value: Value, _ wanted: Value) throws(Raised) -> Value {
        guard value.kind == .array else { throw typeError(value, "cannot be searched from") }
        var low = 0
        var high = value.count
        while low < high {
            let middle = (low + high) / 2
            let order = try compare(value.elements[middle], wanted)
            if order == 0 { return .number(Double(middle)) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return .number(Double(-1 - low))
    }
}
