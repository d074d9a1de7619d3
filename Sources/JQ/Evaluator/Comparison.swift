import JSON

/// jq's order and equality.
extension Evaluator {
    /// As deep as jq goes.
    static let comparisonDepth = 10_000
    /// Comparing strings costs a step for so many bytes.
    private static let longText = 1024

    @inline(__always)
    func areEqual(_ a: Value, _ b: Value) throws(Raised) -> Bool {
        if a.kind != b.kind { return false }
        switch a.kind {
        case .null, .false, .true: return true
        case .string:
            guard a.count == b.count else { return false }
            if a.count > Evaluator.longText { try spend(a.count / Evaluator.longText) }
            return UTF8Text.startsWith(a.bytes, b.bytes)
        case .number: return compareNumbers(a, b) == 0
        default: return try areEqual(a, b, depth: 0)
        }
    }

    private func areEqual(_ a: Value, _ b: Value, depth: Int) throws(Raised) -> Bool {
        guard a.kind == b.kind else { return false }
        switch a.kind {
        case .array:
            guard a.count == b.count else { return false }
            try enter(depth, a.count, "Equality check too deep")
            for index in 0..<a.count where try !areEqual(a.elements[index], b.elements[index], depth: depth + 1) {
                return false
            }
            return true
        case .object:
            guard a.count == b.count else { return false }
            try enter(depth, a.count, "Equality check too deep")
            for member in a.members {
                guard let other = b.member(member.key.bytes) else { return false }
                if try !areEqual(member.value, other, depth: depth + 1) { return false }
            }
            return true
        default:
            return try areEqual(a, b)
        }
    }

    /// Negative, zero or positive as `a` comes before, with or behind `b`.
    @inline(__always)
    func compare(_ a: Value, _ b: Value) throws(Raised) -> Int {
        if a.kind != b.kind { return a.kind < b.kind ? -1 : 1 }
        switch a.kind {
        case .null, .false, .true: return 0
        case .number: return compareNumbers(a, b)
        case .string:
            if a.count > Evaluator.longText { try spend(a.count / Evaluator.longText) }
            return UTF8Text.compare(a.bytes, b.bytes)
        default: return try compare(a, b, depth: 0)
        }
    }

    private func compare(_ a: Value, _ b: Value, depth: Int) throws(Raised) -> Int {
        if a.kind != b.kind { return a.kind < b.kind ? -1 : 1 }
        switch a.kind {
        case .array:
            try enter(depth, a.count, "Comparison too deep")
            for index in 0..<min(a.count, b.count) {
                let order = try compare(a.elements[index], b.elements[index], depth: depth + 1)
                if order != 0 { return order }
            }
            return a.count - b.count
        case .object:
            try enter(depth, a.count, "Comparison too deep")
            return try compareObjects(a, b, depth: depth)
        default:
            return try compare(a, b)
        }
    }

    /// Objects are ordered by their sorted keys first, then by their values in that order.
    private func compareObjects(_ a: Value, _ b: Value, depth: Int) throws(Raised) -> Int {
        let first = try sortedMembers(a)
        let second = try sortedMembers(b)
        for index in 0..<min(a.count, b.count) {
            let order = UTF8Text.compare(first[index].key.bytes, second[index].key.bytes)
            if order != 0 { return order }
        }
        if a.count != b.count { return a.count - b.count }
        for index in 0..<a.count {
            let order = try compare(first[index].value, second[index].value, depth: depth + 1)
            if order != 0 { return order }
        }
        return 0
    }

    private func enter(_ depth: Int, _ count: Int, _ message: StaticString) throws(Raised) {
        try checkStack()
        try spend(count)
        if depth >= Evaluator.comparisonDepth { throw fail("\(message)") }
    }

    /// Two literals exactly, all else as doubles. NaN is less than everything, and equal to nothing.
    @inline(__always)
    func compareNumbers(_ a: Value, _ b: Value) -> Int {
        if a.isLiteral, b.isLiteral { return Value.compareNumbers(a, b) }
        let first = a.double ?? 0
        let second = b.double ?? 0
        return first < second ? -1 : first == second ? 0 : first.isNaN ? -1 : 1
    }

    // MARK: Sorting

    /// The members of an object by the order of their keys, in the arena.
    func sortedMembers(_ object: Value) throws(Raised) -> UnsafeMutableBufferPointer<Member> {
        let count = object.count
        try spend(count)
        let members = try allocate(Member.self, max(count, 1))
        let buffer = UnsafeMutableBufferPointer(start: members, count: count)
        guard let source = object.members.baseAddress else { return buffer }
        members.update(from: source, count: count)
        let spare = try allocate(Member.self, max(count, 1))
        try sort(members, count, spare) { (a, b) throws(Raised) in UTF8Text.compare(a.key.bytes, b.key.bytes) }
        return buffer
    }

    /// A stable merge sort of trivial values, with room of the same size beside.
    func sort<T: BitwiseCopyable>(
        _ items: UnsafeMutablePointer<T>, _ count: Int, _ spare: UnsafeMutablePointer<T>,
        by order: (T, T) throws(Raised) -> Int
    ) throws(Raised) {
        if count <= 12 { return try insertionSort(items, count, by: order) }
        let half = count / 2
        try sort(items, half, spare, by: order)
        try sort(items + half, count - half, spare + half, by: order)
        try spend(count)
        if try order(items[half - 1], items[half]) <= 0 { return }
        spare.update(from: items, count: half)
        var left = 0
        var right = half
        var next = 0
        while left < half, right < count {
            if try order(spare[left], items[right]) <= 0 {
                items[next] = spare[left]
                left += 1
            } else {
                items[next] = items[right]
                right += 1
            }
            next += 1
        }
        while left < half {
            items[next] = spare[left]
            left += 1
            next += 1
        }
    }

    private func insertionSort<T: BitwiseCopyable>(
        _ items: UnsafeMutablePointer<T>, _ count: Int, by order: (T, T) throws(Raised) -> Int
    ) throws(Raised) {
        guard count > 1 else { return }
        for index in 1..<count {
            let item = items[index]
            var place = index
            while place > 0, try order(items[place - 1], item) > 0 {
                items[place] = items[place - 1]
                place -= 1
            }
            items[place] = item
        }
    }
}
