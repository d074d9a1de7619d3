import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reading parts of values by key.
extension Evaluator {
    @inline(__always)
    func field(_ target: Value, _ key: Value) throws(Raised) -> Value {
        if target.kind == .object {
            let value = member(target, key)
            disown(value)
            return value
        }
        if target.kind == .null { return .null }
        throw cannotIndex(target, key)
    }

    /// The member with a key, `null` if there is none: looked for here in small objects, because most fields of a
    /// mapping are.
    @inline(__always)
    private func member(_ target: Value, _ key: Value) -> Value {
        if target.flags.contains(.indexed) { return target.member(key.bytes) ?? .null }
        let members = target.members
        let count = key.count
        guard let base = members.baseAddress, count > 0, let name = key.contents else {
            return target.member(key.bytes) ?? .null
        }
        let first = name.load(as: UInt8.self)
        for position in 0..<members.count where base[position].key.count == count {
            guard let other = base[position].key.contents else { continue }
            if other.load(as: UInt8.self) == first, memcmp(other, name, count) == 0 { return base[position].value }
        }
        return .null
    }

    @inline(never)
    func cannotIndex(_ target: Value, _ key: Value) -> Raised {
        fail("Cannot index \(Text.kindName(target.kind)) with \(Text.kindName(key.kind)) (\(excerpt(key)))")
    }

    func index(_ target: Value, _ key: Value) throws(Raised) -> Value {
        let value = try part(of: target, at: key)
        disown(value)
        // A slice lies in the array that it is cut from.
        if key.kind == .object { disown(target) }
        return value
    }

    /// The same for whoever puts the part back: what a loop owns stays its own.
    func part(of target: Value, at key: Value) throws(Raised) -> Value {
        switch (target.kind, key.kind) {
        case (.object, .string): return target.member(key.bytes) ?? .null
        case (.array, .number): return element(of: target, at: key.double ?? 0)
        case (.array, .object), (.string, .object): return try slice(target, key: key)
        case (.array, .array): return try occurrences(of: key, in: target)
        case (.null, .string), (.null, .number), (.null, .object): return .null
        default: throw cannotIndex(target, key)
        }
    }

    private func element(of array: Value, at position: Double) -> Value {
        if position.isNaN { return .null }
        var index = Int(max(min(position, 2147483647), -2147483648))
        if index < 0 { index += array.count }
        return index >= 0 && index < array.count ? array.elements[index] : .null
    }

    /// Where an array stands in another, by position.
    func occurrences(of pattern: Value, in array: Value) throws(Raised) -> Value {
        var result = Value.emptyArray
        guard pattern.count > 0, pattern.count <= array.count else { return result }
        for start in 0...array.count - pattern.count {
            try spend(1)
            var matches = true
            for offset in 0..<pattern.count
            where try !areEqual(array.elements[start + offset], pattern.elements[offset]) {
                matches = false
                break
            }
            if matches { result = try append(.number(Double(start)), to: result) }
        }
        return result
    }

    /// Bytes that are looked through for one step.
    static let bytesPerStep = 128

    // MARK: Slices

    /// A slice by an object with `start` and `end`.
    func slice(_ target: Value, key: Value) throws(Raised) -> Value {
        let (start, end) = Evaluator.sliceEnds(key)
        return try slice(target, from: start, to: end)
    }

    /// Both ends that an object names. One that it does not name is no end at all, which `null` would be.
    static func sliceEnds(_ key: Value) -> (start: Value, end: Value) {
        (key["start"] ?? .false, key["end"] ?? .false)
    }

    func slice(_ target: Value, from start: Value, to end: Value) throws(Raised) -> Value {
        switch target.kind {
        case .null: return .null
        case .array:
            let range = try bounds(of: target.count, from: start, to: end)
            return .array(UnsafeBufferPointer(rebasing: target.elements[range]))
        case .string:
            return try sliceString(target, from: start, to: end)
        default:
            throw cannotIndex(target, try sliceKey(start, end))
        }
    }

    private func sliceString(_ target: Value, from start: Value, to end: Value) throws(Raised) -> Value {
        let bytes = target.bytes
        if target.flags.contains(.ascii) {
            let range = try bounds(of: bytes.count, from: start, to: end)
            return .string(UnsafeRawBufferPointer(rebasing: bytes[range]), flags: target.flags)
        }
        try spend(bytes.count / Evaluator.bytesPerStep)
        let range = try bounds(of: UTF8Text.count(bytes), from: start, to: end)
        let first = UTF8Text.offset(of: range.lowerBound, in: bytes)
        let rest = UnsafeRawBufferPointer(rebasing: bytes[first...])
        let length = UTF8Text.offset(of: range.count, in: rest)
        return .string(UnsafeRawBufferPointer(rebasing: rest[..<length]), flags: target.flags)
    }

    func sliceKey(_ start: Value, _ end: Value) throws(Raised) -> Value {
        let members = try allocateMembers(2)
        members[0] = Member(key: Evaluator.name("start"), value: start)
        members[1] = Member(key: Evaluator.name("end"), value: end)
        return arena.object(uncheckedMembers: members, count: 2)
    }

    /// A constant string that lives for ever.
    static func name(_ text: StaticString) -> Value {
        .string(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), flags: [.verbatim, .ascii])
    }

    /// The positions that a slice covers: the start is rounded down, the end up; negative ones count from the end.
    func bounds(of count: Int, from start: Value, to end: Value) throws(Raised) -> Range<Int> {
        guard start.kind == .number || start.kind == .null, end.kind == .number || end.kind == .null else {
            throw fail("Array/string slice indices must be integers")
        }
        let length = Double(count)
        var first = start.double ?? 0
        if first.isNaN { first = 0 }
        if first < 0 { first += length }
        first = min(max(first, 0), length)
        let lower = Int(first)
        var last = end.double ?? length
        if last.isNaN { last = length }
        if last < 0 { last += length }
        if last < 0 { last = Double(lower) }
        last = min(last, length)
        let upper = Int(last.rounded(.up))
        return lower..<max(lower, upper)
    }
}
