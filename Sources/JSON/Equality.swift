extension Value {
    /// Whether two values are equal as JSON: numbers by their mathematical value, objects without regard to order.
    ///
    /// As in jq, NaN equals nothing. Allocates nothing up to a nesting of 100.
    public func isEqual(to other: Value) -> Bool {
        Self.areEqual(self, other, depth: 100)
    }

    private static func areEqual(_ a: Value, _ b: Value, depth: Int) -> Bool {
        guard a.kind == b.kind else { return false }
        switch a.kind {
        case .null, .false, .true: return true
        case .string: return MemberIndex.equal(a, b)
        case .number: return areEqualNumbers(a, b)
        case .array:
            guard a.length == b.length else { return false }
            guard depth > 0 else { return areEqualDeep(a, b) }
            let (first, second) = (a.elements, b.elements)
            for position in first.indices {
                guard areEqual(first[position], second[position], depth: depth - 1) else { return false }
            }
            return true
        case .object:
            guard a.length == b.length else { return false }
            guard depth > 0 else { return areEqualDeep(a, b) }
            let (first, second) = (a.members, b.members)
            for position in first.indices {
                let member = first[position]
                guard let partner = b.partner(of: member.key, at: position),
                    areEqual(member.value, second[partner].value, depth: depth - 1)
                else { return false }
            }
            return true
        }
    }

    /// The position of the member with this key; usually the same as in the other object.
    private func partner(of key: Value, at position: Int) -> Int? {
        MemberIndex.equal(members[position].key, key) ? position : memberPosition(key.bytes)
    }

    private static func areEqualNumbers(_ a: Value, _ b: Value) -> Bool {
        if a.isLiteral, b.isLiteral, MemberIndex.equal(a, b) { return true }
        if a.isNaN || b.isNaN { return false }
        return compareNumbers(a, b) == 0
    }

    /// The same with a list of pairs still to compare instead of calls, for values nested so deep that calls might
    /// exhaust the thread's stack.
    private static func areEqualDeep(_ a: Value, _ b: Value) -> Bool {
        var pending = [(a, b)]
        while let (a, b) = pending.popLast() {
            guard a.kind == b.kind else { return false }
            switch a.kind {
            case .array:
                guard a.length == b.length else { return false }
                for (first, second) in zip(a.elements, b.elements) { pending.append((first, second)) }
            case .object:
                guard a.length == b.length else { return false }
                for (position, member) in a.members.enumerated() {
                    guard let partner = b.partner(of: member.key, at: position) else { return false }
                    pending.append((member.value, b.members[partner].value))
                }
            default:
                guard areEqual(a, b, depth: 0) else { return false }
            }
        }
        return true
    }

    /// Feeds the value into a hasher so that equal values, in the sense of ``isEqual(to:)``, give equal hashes.
    public func hash(into hasher: inout Hasher) {
        hash(into: &hasher, depth: 16)
    }

    private func hash(into hasher: inout Hasher, depth: Int) {
        hasher.combine(kind.rawValue)
        switch kind {
        case .null, .false, .true: break
        case .string: hasher.combine(bytes: bytes)
        case .number:
            if isFinite {
                withDecimal { $0.hash(into: &hasher) }
            } else {
                hasher.combine(word)
            }
        case .array:
            hasher.combine(length)
            guard depth > 0 else { return }
            for element in elements { element.hash(into: &hasher, depth: depth - 1) }
        case .object:
            hasher.combine(length)
            guard depth > 0 else { return }
            // Order does not count, so the members' hashes are added.
            var sum = 0
            for member in members {
                var hasher = Hasher()
                hasher.combine(bytes: member.key.bytes)
                member.value.hash(into: &hasher, depth: depth - 1)
                sum &+= hasher.finalize()
            }
            hasher.combine(sum)
        }
    }
}
