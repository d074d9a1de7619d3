import JSON

/// The operators on two values.
extension Evaluator {
    @inline(__always)
    func apply(_ code: UInt16, _ a: Value, _ b: Value) throws(Raised) -> Value {
        switch Operator(rawValue: UInt8(truncatingIfNeeded: code)).unsafelyUnwrapped {
        case .add: return try add(a, b)
        case .subtract: return try subtract(a, b)
        case .multiply: return try multiply(a, b)
        case .divide: return try divide(a, b)
        case .remainder: return try remainder(a, b)
        case .equal: return .bool(try areEqual(a, b))
        case .notEqual: return .bool(try !areEqual(a, b))
        case .less: return .bool(try compare(a, b) < 0)
        case .lessOrEqual: return .bool(try compare(a, b) <= 0)
        case .greater: return .bool(try compare(a, b) > 0)
        case .greaterOrEqual: return .bool(try compare(a, b) >= 0)
        }
    }

    func add(_ a: Value, _ b: Value) throws(Raised) -> Value {
        switch (a.kind, b.kind) {
        case (.string, .string): return try concatenate(a, b)
        case (.number, .number): return .number((a.double ?? 0) + (b.double ?? 0))
        case (.null, _): return b
        case (_, .null): return a
        case (.array, .array): return try append(b.elements, to: a)
        case (.object, .object): return try merge(a, b)
        default: throw typeError(a, b, "cannot be added")
        }
    }

    private func subtract(_ a: Value, _ b: Value) throws(Raised) -> Value {
        if let first = a.double, let second = b.double { return .number(first - second) }
        guard a.kind == .array, b.kind == .array else { throw typeError(a, b, "cannot be subtracted") }
        let result = try allocate(Value.self, max(a.count, 1))
        var count = 0
        for element in a.elements {
            var isWanted = true
            for other in b.elements {
                try spend(1)
                if try areEqual(element, other) {
                    isWanted = false
                    break
                }
            }
            if isWanted {
                result[count] = element
                count += 1
            }
        }
        return .array(UnsafeBufferPointer(start: result, count: count))
    }

    func multiply(_ a: Value, _ b: Value) throws(Raised) -> Value {
        switch (a.kind, b.kind) {
        case (.number, .number): return .number((a.double ?? 0) * (b.double ?? 0))
        case (.string, .number): return try repeated(a, b.double ?? 0)
        case (.number, .string): return try repeated(b, a.double ?? 0)
        case (.object, .object): return try mergeDeep(a, b, depth: 0)
        default: throw typeError(a, b, "cannot be multiplied")
        }
    }

    private func repeated(_ value: Value, _ times: Double) throws(Raised) -> Value {
        guard times >= 0 else { return .null }
        let count = value.count
        if count == 0 || times < 1 { return .emptyString }
        guard times * Double(count) < Double(Int32.max) else { throw fail("Repeat string result too long") }
        let total = Int(times) * count
        let room = try allocate(byteCount: total)
        let source = value.bytes.baseAddress.unsafelyUnwrapped
        for offset in stride(from: 0, to: total, by: count) {
            (room + offset).copyMemory(from: source, byteCount: count)
        }
        return .string(UnsafeRawBufferPointer(start: room, count: total), flags: value.flags)
    }

    private func divide(_ a: Value, _ b: Value) throws(Raised) -> Value {
        if let first = a.double, let second = b.double {
            if second == 0 { throw typeError(a, b, "cannot be divided because the divisor is zero") }
            return .number(first / second)
        }
        if a.kind == .string, b.kind == .string { return try split(a, by: b) }
        throw typeError(a, b, "cannot be divided")
    }

    private func remainder(_ a: Value, _ b: Value) throws(Raised) -> Value {
        guard let first = a.double, let second = b.double else {
            throw typeError(a, b, "cannot be divided (remainder)")
        }
        if first.isNaN || second.isNaN { return .number(.nan) }
        let divisor = Evaluator.integer(second)
        if divisor == 0 { throw typeError(a, b, "cannot be divided (remainder) because the divisor is zero") }
        return .number(divisor == -1 ? 0 : Double(Evaluator.integer(first) % divisor))
    }

    /// The integer part, kept within 64 bits.
    static func integer(_ value: Double) -> Int {
        if value.isNaN { return 0 }
        return value < -9.2233720368547748e18 ? .min : value >= 9.2233720368547758e18 ? .max : Int(value)
    }

    func negate(_ value: Value) throws(Raised) -> Value {
        guard value.kind == .number else { throw typeError(value, "cannot be negated") }
        guard value.isLiteral else { return .number(-(value.double ?? 0)) }
        // A literal keeps its digits: only the sign changes. Zero has none.
        if value.double == 0 { return .number(0) }
        let bytes = value.bytes
        if bytes.first == UInt8(ascii: "-") { return .literal(UnsafeRawBufferPointer(rebasing: bytes.dropFirst())) }
        let room = try allocate(byteCount: bytes.count + 1)
        room.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
        if let source = bytes.baseAddress { (room + 1).copyMemory(from: source, byteCount: bytes.count) }
        return .literal(UnsafeRawBufferPointer(start: room, count: bytes.count + 1))
    }
}

// MARK: - Joining

extension Evaluator {
    /// The smallest string that is grown with room to spare: shorter ones are mere parts of a document.
    private static let growthThreshold = 256

    func concatenate(_ a: Value, _ b: Value) throws(Raised) -> Value {
        if a.count == 0 { return b }
        if b.count == 0 { return a }
        let total = a.count + b.count
        guard total < Int(Int32.max) else { throw fail("String concatenation result too long") }
        let flags = a.flags.intersection(b.flags)
        let first = a.bytes.baseAddress.unsafelyUnwrapped
        let second = b.bytes.baseAddress.unsafelyUnwrapped
        if total < Evaluator.growthThreshold {
            let room = try allocate(byteCount: total)
            room.copyMemory(from: first, byteCount: a.count)
            (room + a.count).copyMemory(from: second, byteCount: b.count)
            return .string(UnsafeRawBufferPointer(start: room, count: total), flags: flags)
        }
        if let room = tails.take(b.count, behind: first + a.count) {
            room.copyMemory(from: second, byteCount: b.count)
            return .string(UnsafeRawBufferPointer(start: first, count: total), flags: flags)
        }
        let capacity = total * 2
        let room = try allocate(byteCount: capacity)
        room.copyMemory(from: first, byteCount: a.count)
        (room + a.count).copyMemory(from: second, byteCount: b.count)
        tails.note(end: room + total, limit: room + capacity)
        return .string(UnsafeRawBufferPointer(start: room, count: total), flags: flags)
    }

    /// The array with elements behind its own: in place if there is room, so that growing one step by step
    /// (`reduce … (. + [$x])`) takes time and memory in proportion to its size.
    func append(_ elements: UnsafeBufferPointer<Value>, to array: Value) throws(Raised) -> Value {
        guard elements.count > 0 else { return array }
        if let longer = array.appending(elements) { return longer }
        let total = array.count + elements.count
        let grown = try growing(array, capacity: max(total * 2, 8), identity: 0, owner: 0)
        return grown.appending(elements) ?? grown
    }

    func append(_ element: Value, to array: Value) throws(Raised) -> Value {
        if let longer = array.appending(element) { return longer }
        let grown = try growing(array, capacity: max((array.count + 1) * 2, 8), identity: 0, owner: 0)
        return grown.appending(element) ?? grown
    }

    /// The members of both; those of `b` win, at the place of those of `a`.
    func merge(_ a: Value, _ b: Value) throws(Raised) -> Value {
        if a.count == 0 { return b }
        if b.count == 0 { return a }
        try spend(b.count)
        let members = try allocateMembers(a.count + b.count)
        members.update(from: a.members.baseAddress.unsafelyUnwrapped, count: a.count)
        var count = a.count
        for member in b.members {
            if let position = a.memberPosition(member.key.bytes) {
                members[position] = Member(key: members[position].key, value: member.value)
            } else {
                members[count] = member
                count += 1
            }
        }
        return arena.object(uncheckedMembers: members, count: count)
    }

    private func mergeDeep(_ a: Value, _ b: Value, depth: Int) throws(Raised) -> Value {
        try checkStack()
        if depth > 10_000 { throw fail("Object merge too deep") }
        if a.count == 0 { return b }
        if b.count == 0 { return a }
        try spend(b.count)
        let members = try allocateMembers(a.count + b.count)
        members.update(from: a.members.baseAddress.unsafelyUnwrapped, count: a.count)
        var count = a.count
        for member in b.members {
            if let position = a.memberPosition(member.key.bytes) {
                let old = members[position]
                let value =
                    old.value.kind == .object && member.value.kind == .object
                    ? try mergeDeep(old.value, member.value, depth: depth + 1) : member.value
                members[position] = Member(key: old.key, value: value)
            } else {
                members[count] = member
                count += 1
            }
        }
        return arena.object(uncheckedMembers: members, count: count)
    }

    /// The pieces of a string between separators; no pieces of an empty string, all characters for an empty separator.
    func split(_ value: Value, by separator: Value) throws(Raised) -> Value {
        if value.count == 0 { return .emptyArray }
        try spend(value.count / Evaluator.bytesPerStep)
        let bytes = value.bytes
        let flags = value.flags
        var result = Value.emptyArray
        func piece(_ start: Int, _ end: Int) throws(Raised) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            result = try append(.string(part, flags: flags), to: result)
        }
        if separator.count == 0 {
            var start = 0
            while start < bytes.count {
                let end = min(start + UTF8Text.length(bytes[start]), bytes.count)
                try piece(start, end)
                start = end
            }
            return result
        }
        var start = 0
        while let found = UTF8Text.find(separator.bytes, in: bytes, from: start) {
            try piece(start, found)
            start = found + separator.count
        }
        try piece(start, bytes.count)
        return result
    }
}
