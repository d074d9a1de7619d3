import JSON

/// Where two documents differ, member by member.
enum DocumentDifference {
    /// One difference, at a JSON Pointer; an absent side is `nil`.
    struct Item {
        let pointer: Pointer
        let expected: Value?
        let actual: Value?
    }

    /// All differences, in the order of the expected document. Numbers are compared by value, objects without order.
    static func items(_ expected: Value, _ actual: Value) -> [Item] {
        var items: [Item] = []
        compare(expected, actual, Pointer(), &items)
        return items
    }

    private static func compare(_ expected: Value, _ actual: Value, _ pointer: Pointer, _ items: inout [Item]) {
        switch (expected.kind, actual.kind) {
        case (.object, .object):
            for member in expected.members {
                let inside = pointer.appending(member.key.string ?? "")
                if let other = actual.member(member.key.bytes) {
                    compare(member.value, other, inside, &items)
                } else {
                    items.append(Item(pointer: inside, expected: member.value, actual: nil))
                }
            }
            for member in actual.members where expected.member(member.key.bytes) == nil {
                items.append(
                    Item(pointer: pointer.appending(member.key.string ?? ""), expected: nil, actual: member.value))
            }
        case (.array, .array):
            for index in 0..<max(expected.count, actual.count) {
                let inside = pointer.appending(index)
                switch (expected[index], actual[index]) {
                case (let left?, let right?): compare(left, right, inside, &items)
                case (let left, let right): items.append(Item(pointer: inside, expected: left, actual: right))
                }
            }
        default:
            if !expected.isEqual(to: actual) {
                items.append(Item(pointer: pointer, expected: expected, actual: actual))
            }
        }
    }
}
