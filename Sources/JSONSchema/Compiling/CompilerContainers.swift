import JSON

/// Keywords that ask something of arrays and objects.
extension Compiler {
    // MARK: Arrays

    mutating func arrays(_ place: SchemaPlace, _ dialect: Dialect) throws(SchemaError) -> Int32 {
        var rule = ArrayRule()
        var isEmpty = true
        if dialect.vocabularies.contains(.validation) {
            let minimum = try count(.minItems, of: place)
            let maximum = try count(.maxItems, of: place)
            rule.minItems = minimum ?? 0
            rule.maxItems = maximum ?? Int.max
            rule.isUnique = try flag(.uniqueItems, of: place)
            isEmpty = minimum == nil && maximum == nil && !rule.isUnique
        }
        if dialect.vocabularies.contains(.applicator) {
            try elements(place, dialect, &rule)
            rule.hasElementSchemas = !rule.prefix.isEmpty || rule.items >= 0
            rule.contains = try subschema(.contains, of: place)
            isEmpty = isEmpty && !rule.hasElementSchemas && rule.contains < 0
        }
        if rule.contains >= 0, dialect.draft == .draft202012, dialect.vocabularies.contains(.validation) {
            rule.minContains = try count(.minContains, of: place) ?? 1
            rule.maxContains = try count(.maxContains, of: place) ?? Int.max
        }
        guard !isEmpty else { return .none }
        builder.arrays.append(rule)
        return Int32(builder.arrays.count - 1)
    }

    private mutating func elements(
        _ place: SchemaPlace, _ dialect: Dialect, _ rule: inout ArrayRule
    ) throws(SchemaError) {
        switch dialect.draft {
        case .draft202012:
            if let places = try list(.prefixItems, of: place) { rule.prefix = try children(places) }
            rule.items = try subschema(.items, of: place)
        case .draft7:
            guard let items = place.value["items"] else { return }
            guard items.kind == .array else {
                rule.items = try subschema(.items, of: place)
                return
            }
            rule.prefix = try children(
                items.elements.enumerated().map { place.child("items", String($0.offset), value: $0.element) })
            rule.items = try subschema(.additionalItems, of: place)
        }
    }

    // MARK: Objects

    mutating func objects(_ place: SchemaPlace, _ dialect: Dialect) throws(SchemaError) -> Int32 {
        var rule = ObjectRule()
        var isEmpty = true
        var entries: [NameEntry] = []
        if dialect.vocabularies.contains(.applicator) {
            for member in try members(.properties, of: place) ?? UnsafeBufferPointer(start: nil, count: 0) {
                let child = place.child("properties", member.key.string ?? "", value: member.value)
                entries.append(NameEntry(key: NameKey(member.key), node: try node(for: child)))
            }
            rule.patterns = try patternProperties(place)
            rule.additional = try subschema(.additionalProperties, of: place)
            rule.propertyNames = try subschema(.propertyNames, of: place)
        }
        if dialect.vocabularies.contains(.validation) {
            let minimum = try count(.minProperties, of: place)
            let maximum = try count(.maxProperties, of: place)
            rule.minProperties = minimum ?? 0
            rule.maxProperties = maximum ?? Int.max
            isEmpty = minimum == nil && maximum == nil
            if let required = place.value["required"] {
                let names = try names(required, of: place, at: "required")
                rule.requiredCount = names.count
                Self.require(names, in: &entries)
            }
        }
        rule.dependents = ProgramBuilder.append(try dependents(place, dialect), to: &builder.dependents)
        rule.names = builder.nameTable(entries)
        rule.visitsMembers =
            !entries.isEmpty || !rule.patterns.isEmpty || rule.additional >= 0 || rule.propertyNames >= 0
        rule.isPlain = rule.patterns.isEmpty && rule.propertyNames < 0
        guard !isEmpty || rule.visitsMembers || !rule.dependents.isEmpty else { return .none }
        builder.objects.append(rule)
        return Int32(builder.objects.count - 1)
    }

    private static func require(_ names: [Value], in entries: inout [NameEntry]) {
        for name in names {
            if let index = entries.firstIndex(where: { $0.name.isEqual(to: name) }) {
                entries[index].isRequired = true
            } else {
                entries.append(NameEntry(key: NameKey(name), isRequired: true))
            }
        }
    }

    private mutating func patternProperties(_ place: SchemaPlace) throws(SchemaError) -> Span {
        guard let members = try members(.patternProperties, of: place) else { return Span() }
        var rules: [PatternRule] = []
        for member in members {
            let text = member.key.string ?? ""
            let child = place.child("patternProperties", text, value: member.value)
            let pattern = try pattern(text, of: place, at: "patternProperties", text)
            rules.append(PatternRule(pattern: pattern, node: try node(for: child)))
        }
        return ProgramBuilder.append(rules, to: &builder.patternRules)
    }

    private mutating func dependents(_ place: SchemaPlace, _ dialect: Dialect) throws(SchemaError) -> [DependentRule] {
        var rules: [DependentRule] = []
        if dialect.draft == .draft202012, dialect.vocabularies.contains(.validation),
            let members = try members(.dependentRequired, of: place)
        {
            for member in members { rules.append(try dependent(.dependentRequired, member, place)) }
        }
        guard dialect.vocabularies.contains(.applicator) else { return rules }
        if dialect.draft == .draft202012, let members = try members(.dependentSchemas, of: place) {
            for member in members { rules.append(try dependent(.dependentSchemas, member, place)) }
        }
        // Draft 2020-12 allows what it replaced to be honoured still, which is what its authors meant.
        if let members = try members(.dependencies, of: place) {
            for member in members { rules.append(try dependent(.dependencies, member, place)) }
        }
        return rules
    }

    private mutating func dependent(
        _ keyword: Keyword, _ member: Member, _ place: SchemaPlace
    ) throws(SchemaError) -> DependentRule {
        var rule = DependentRule(keyword: keyword, name: member.key)
        let isNames = keyword == .dependentRequired || (keyword == .dependencies && member.value.kind == .array)
        if isNames {
            let names = try names(member.value, of: place, at: keyword.rawValue)
            rule.required = ProgramBuilder.append(names, to: &builder.values)
        } else {
            let child = place.child(keyword.rawValue, member.key.string ?? "", value: member.value)
            rule.node = try node(for: child)
        }
        return rule
    }
}
