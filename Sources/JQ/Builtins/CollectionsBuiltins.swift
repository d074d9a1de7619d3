import JSON

/// Arrays and objects.
extension Builtin {
    static let collections: [Builtin] = [
        Builtin("keys", "The names of the members, sorted, or the positions of the elements.") {
            (evaluator, input, _) throws(Raised) in
            try evaluator.keys(input, sorted: true)
        },
        Builtin("keys_unsorted", "The names of the members in their order.") { (evaluator, input, _) throws(Raised) in
            try evaluator.keys(input, sorted: false)
        },
        Builtin("has(key)", "Whether the input has a member or an element.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.has(input, arguments.first)
        },
        Builtin("contains(part)", "Whether the input contains a part: a substring, some elements, some members.") {
            (evaluator, input, arguments) throws(Raised) in
            guard kindsAgree(input, arguments.first) else {
                throw evaluator.typeError(input, arguments.first, "cannot have their containment checked")
            }
            return .bool(try evaluator.contains(input, arguments.first, depth: 0))
        },
        Builtin("add", "The sum of the elements.", jq: "add(.[])"),
        Builtin("add(f)", "The sum of the outputs of `f`.", form: .sum),
        Builtin("sort", "The elements in order.") { (evaluator, input, _) throws(Raised) in
            try evaluator.sorted(input)
        },
        Builtin("_sort_by(keys)", "The elements by the order of the keys beside them.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.elements(of: try evaluator.sortedRows(input, arguments.first))
        },
        Builtin("_group_by(keys)", "The elements in groups of equal keys.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.groups(of: try evaluator.sortedRows(input, arguments.first))
        },
        Builtin("_unique_by(keys)", "The first element of each key.") { (evaluator, input, arguments) throws(Raised) in
            try evaluator.unique(of: try evaluator.sortedRows(input, arguments.first))
        },
        Builtin("_min_by(keys)", "The first element with the least key.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.extreme(of: input, arguments.first, isMaximum: false)
        },
        Builtin("_max_by(keys)", "The last element with the greatest key.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.extreme(of: input, arguments.first, isMaximum: true)
        },
        Builtin("sort_by(f)", "The elements by the order of `f`; equal ones keep theirs.", jq: "_sort_by(map([f]))"),
        Builtin("group_by(f)", "The elements in groups of equal `f`, in its order.", jq: "_group_by(map([f]))"),
        Builtin("unique", "The elements in order, each once.", jq: "_unique_by(map([.]))"),
        Builtin("unique_by(f)", "The first element for each value of `f`.", jq: "_unique_by(map([f]))"),
        Builtin("min", "The least element.") { (evaluator, input, _) throws(Raised) in
            try evaluator.extreme(of: input, input, isMaximum: false)
        },
        Builtin("max", "The greatest element.") { (evaluator, input, _) throws(Raised) in
            try evaluator.extreme(of: input, input, isMaximum: true)
        },
        Builtin("min_by(f)", "The first element with the least `f`.", jq: "_min_by(map([f]))"),
        Builtin("max_by(f)", "The last element with the greatest `f`.", jq: "_max_by(map([f]))"),
        Builtin("reverse", "The elements, or the characters of a string, from the end.") {
            (evaluator, input, _) throws(Raised) in
            try evaluator.reversed(input)
        },
        Builtin("flatten", "Nested arrays as one.") { (evaluator, input, _) throws(Raised) in
            try evaluator.flattened(input, depth: .number(.infinity))
        },
        Builtin("flatten(depth)", "Nested arrays as one, down to a depth.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.flattened(input, depth: arguments.first)
        },
        Builtin(
            "transpose", "Rows as columns; missing cells are `null`.",
            jq: "[range(0; map(length) | max // 0) as $i | [.[][$i]]]"),
        Builtin("bsearch(value)", "The position in a sorted array, or -1 less where it would stand.") {
            (evaluator, input, arguments) throws(Raised) in
            try evaluator.binarySearch(input, arguments.first)
        },
        Builtin(
            "combinations", "All rows that take one element of each array.",
            jq: """
                if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $y | [$x] + $y end
                """),
        Builtin(
            "combinations(n)", "All rows of n elements.", jq: ". as $dot | [range(n) | $dot] | combinations"),
    ]

    private static func kindsAgree(_ a: Value, _ b: Value) -> Bool {
        a.kind == b.kind || (isBoolean(a) && isBoolean(b))
    }

    private static func isBoolean(_ value: Value) -> Bool { value.kind == .true || value.kind == .false }
}

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
        case .string: return UTF8Text.find(b.bytes, in: a.bytes, from: 0) != nil || b.count == 0
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
        let members = try allocateMembers(max(count, 1))
        var used = 0
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
            used = try put(key, value, into: members, used)
        }
        return arena.object(uncheckedMembers: members, count: used)
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
