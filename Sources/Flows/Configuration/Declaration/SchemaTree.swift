import JSON

/// A JSON document as a tree, for schemas that are put together and written once.
indirect enum SchemaTree: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case bool(Bool)
    case array([SchemaTree])
    case object([Entry])

    struct Entry: Sendable, Equatable {
        let name: String
        let value: SchemaTree

        init(_ name: String, _ value: SchemaTree) {
            self.name = name
            self.value = value
        }
    }

    /// The same object with further members in front.
    func prepending(_ entries: [Entry]) -> SchemaTree {
        guard case .object(let own) = self else { return self }
        return .object(entries + own)
    }

    func value(in arena: Arena) throws(Arena.Exhausted) -> Value {
        switch self {
        case .string(let text): return try arena.string(text)
        case .integer(let number): return .number(Double(number))
        case .bool(let bool): return .bool(bool)
        case .array(let trees):
            var elements: [Value] = []
            for tree in trees { elements.append(try tree.value(in: arena)) }
            return try arena.array(elements)
        case .object(let entries):
            var members: [Member] = []
            for entry in entries {
                members.append(Member(key: try arena.string(entry.name), value: try entry.value.value(in: arena)))
            }
            return try arena.object(members)
        }
    }
}
