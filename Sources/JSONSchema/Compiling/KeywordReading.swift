import JSON

/// Keywords' values in the shape that they must have. A metaschema checks the same, but may be a custom one that does
/// not.
extension Compiler {
    func text(_ keyword: Keyword, of place: SchemaPlace) throws(SchemaError) -> String? {
        guard let value = place.value[keyword.rawValue] else { return nil }
        guard let text = value.string else { throw place.error("must be a string", at: keyword.rawValue) }
        return text
    }

    /// A bound that counts something; one beyond all counts is as good as the largest.
    func count(_ keyword: Keyword, of place: SchemaPlace) throws(SchemaError) -> Int? {
        guard let value = place.value[keyword.rawValue] else { return nil }
        guard value.kind == .number, value.isInteger, Value.compareNumbers(value, .number(0)) >= 0 else {
            throw place.error("must be an integer that is not negative", at: keyword.rawValue)
        }
        return value.int ?? Int.max
    }

    func flag(_ keyword: Keyword, of place: SchemaPlace) throws(SchemaError) -> Bool {
        switch place.value[keyword.rawValue]?.kind {
        case nil, .false: return false
        case .true: return true
        default: throw place.error("must be true or false", at: keyword.rawValue)
        }
    }

    /// The names in a list of strings, each once.
    func names(_ value: Value, of place: SchemaPlace, at location: String) throws(SchemaError) -> [Value] {
        guard value.kind == .array else { throw place.error("must be a list of names", at: location) }
        var names: [Value] = []
        for element in value.elements {
            guard element.kind == .string else { throw place.error("must be a list of names", at: location) }
            if !names.contains(where: { $0.isEqual(to: element) }) { names.append(element) }
        }
        return names
    }

    func members(_ keyword: Keyword, of place: SchemaPlace) throws(SchemaError) -> UnsafeBufferPointer<Member>? {
        guard let value = place.value[keyword.rawValue] else { return nil }
        guard value.kind == .object else { throw place.error("must be an object", at: keyword.rawValue) }
        return value.members
    }

    func list(_ keyword: Keyword, of place: SchemaPlace) throws(SchemaError) -> [SchemaPlace]? {
        guard let value = place.value[keyword.rawValue] else { return nil }
        guard value.kind == .array, value.count > 0 else {
            throw place.error("must be a list of at least one schema", at: keyword.rawValue)
        }
        return value.elements.enumerated().map { index, element in
            place.child(keyword.rawValue, String(index), value: element)
        }
    }

    /// The node of the schema under a keyword; ``NodeIndex/none`` if the keyword is not there.
    mutating func subschema(_ keyword: Keyword, of place: SchemaPlace) throws(SchemaError) -> NodeIndex {
        guard let value = place.value[keyword.rawValue] else { return .none }
        return try node(for: place.child(keyword.rawValue, value: value))
    }
}
