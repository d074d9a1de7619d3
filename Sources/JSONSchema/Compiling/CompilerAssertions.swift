import JSON

/// Keywords that ask something of one value.
extension Compiler {
    func types(_ place: SchemaPlace) throws(SchemaError) -> TypeSet {
        guard let value = place.value["type"] else { return .all }
        if value.kind == .array {
            var types: TypeSet = []
            for element in value.elements { types.formUnion(try type(element, place)) }
            // Integers are numbers: both together are all numbers.
            let hasAllNumbers = value.elements.contains { $0.string == "number" }
            return hasAllNumbers ? types.subtracting(.integersOnly) : types
        }
        return try type(value, place)
    }

    private func type(_ name: Value, _ place: SchemaPlace) throws(SchemaError) -> TypeSet {
        switch name.string {
        case "null": return .null
        case "boolean": return .boolean
        case "number": return .number
        case "integer": return [.number, .integersOnly]
        case "string": return .string
        case "array": return .array
        case "object": return .object
        default:
            throw place.error(
                "must be one of array, boolean, integer, null, number, object, string", at: "type")
        }
    }

    mutating func values(_ place: SchemaPlace) throws(SchemaError) -> Int32 {
        var values: [Value]?
        if let list = place.value["enum"] {
            guard list.kind == .array else { throw place.error("must be a list of values", at: "enum") }
            values = Array(list.elements)
        }
        let constant = place.value["const"]
        if let constant { values = (values ?? [constant]).filter { $0.isEqual(to: constant) } }
        guard let values else { return .none }
        var rule = ValuesRule()
        rule.isConst = constant != nil
        rule.values = ProgramBuilder.append(values, to: &builder.values)
        rule.strings = builder.nameTable(
            values.filter { $0.kind == .string }.map { NameEntry(key: NameKey($0)) })
        builder.valueRules.append(rule)
        return Int32(builder.valueRules.count - 1)
    }

    mutating func numbers(_ place: SchemaPlace) throws(SchemaError) -> Int32 {
        let keywords: [(Keyword, NumberRule.Kind)] = [
            (.minimum, .minimum), (.maximum, .maximum), (.exclusiveMinimum, .exclusiveMinimum),
            (.exclusiveMaximum, .exclusiveMaximum), (.multipleOf, .multipleOf),
        ]
        var rules: [NumberRule] = []
        for (keyword, kind) in keywords {
            guard let operand = place.value[keyword.rawValue] else { continue }
            guard operand.kind == .number else { throw place.error("must be a number", at: keyword.rawValue) }
            if kind == .multipleOf, Value.compareNumbers(operand, .number(0)) <= 0 {
                throw place.error("must be greater than 0", at: keyword.rawValue)
            }
            let (integer, digits) = Machine.shortcuts(for: operand)
            rules.append(NumberRule(kind: kind, operand: operand, integer: integer, fractionDigits: digits))
        }
        guard !rules.isEmpty else { return .none }
        builder.numberSpans.append(ProgramBuilder.append(rules, to: &builder.numbers))
        return Int32(builder.numberSpans.count - 1)
    }

    mutating func strings(_ place: SchemaPlace, _ dialect: Dialect) throws(SchemaError) -> Int32 {
        var rule = StringRule()
        var isEmpty = true
        if dialect.vocabularies.contains(.validation) {
            if let count = try count(.minLength, of: place) {
                rule.minLength = count
                isEmpty = false
            }
            if let count = try count(.maxLength, of: place) {
                rule.maxLength = count
                isEmpty = false
            }
            if let text = try text(.pattern, of: place) {
                rule.pattern = try pattern(text, of: place, at: Keyword.pattern.rawValue)
                isEmpty = false
            }
        }
        if options.assertFormats || dialect.vocabularies.contains(.formatAssertion),
            let name = try text(.format, of: place), let format = Format(name: name)
        {
            rule.format = format
            isEmpty = false
        }
        guard !isEmpty else { return .none }
        builder.strings.append(rule)
        return Int32(builder.strings.count - 1)
    }
}
