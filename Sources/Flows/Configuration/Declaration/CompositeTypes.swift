import Yams

extension ValueType {
    /// A mapping with known keys.
    static func section(_ section: Section<Value>) -> ValueType {
        ValueType(
            name: "section", schema: section.schema,
            read: { node, site, reader in section.read(node, site, reader) },
            sections: [(suffix: "", section: section.description)])
    }

    /// A list.
    static func list<Element>(_ element: ValueType<Element>, count: ClosedRange<Int>) -> ValueType<[Element]>
    where Value == [Element] {
        let schema = SchemaTree.object([
            .init("type", .string("array")), .init("minItems", .integer(count.lowerBound)),
            .init("items", element.schema),
        ])
        let sections = element.sections.map { (suffix: "[n]" + $0.suffix, section: $0.section) }
        return ValueType<[Element]>(
            name: "list of \(element.name)", schema: schema,
            read: { node, site, reader in
                guard let sequence = node.sequence else {
                    reader.report("expected a list", site)
                    return nil
                }
                guard count.contains(sequence.count) else {
                    let bound =
                        sequence.count < count.lowerBound
                        ? "at least \(count.lowerBound)" : "at most \(count.upperBound)"
                    reader.report("expected \(bound) in the list, found \(sequence.count)", site)
                    return nil
                }
                let values = sequence.enumerated().compactMap { position, child in
                    element.read(child, site.element(position, reader.place(of: child)), reader)
                }
                return values.count == sequence.count ? values : nil
            }, sections: sections)
    }

    /// A mapping from names that the user chooses to values of one type, in the order written.
    static func dictionary<Element>(
        _ name: String, key: String, isKey: @escaping @Sendable (String) -> Bool, _ element: ValueType<Element>
    ) -> ValueType<[Configuration.Named<Element>]> where Value == [Configuration.Named<Element>] {
        let schema = SchemaTree.object([
            .init("type", .string("object")), .init("additionalProperties", element.schema),
        ])
        return ValueType<[Configuration.Named<Element>]>(
            name: name, schema: schema,
            read: { node, site, reader in
                guard let mapping = node.mapping else {
                    reader.report("expected a mapping from \(key) to value", site)
                    return nil
                }
                let entries = mapping.compactMap { keyNode, child -> Configuration.Named<Element>? in
                    let entryName = keyNode.scalar?.string ?? ""
                    let entrySite = site.member(entryName, reader.place(of: keyNode))
                    guard isKey(entryName) else {
                        reader.report("expected \(key)", entrySite)
                        return nil
                    }
                    return element.read(child, entrySite, reader).map {
                        Configuration.Named(name: entryName, value: $0, place: entrySite.place)
                    }
                }
                return entries.count == mapping.count ? entries : nil
            })
    }

    /// Sections under names that the user chooses.
    static func entries<Entry>(_ named: NamedSection<Entry>) -> ValueType<[Entry]> where Value == [Entry] {
        let schema = SchemaTree.object([
            .init("type", .string("object")),
            .init("propertyNames", .object([.init("pattern", .string("^\(Names.entryPattern)$"))])),
            .init("additionalProperties", named.section.schema),
        ])
        return ValueType<[Entry]>(
            name: "sections by name", schema: schema,
            read: { node, site, reader in
                guard let mapping = node.mapping else {
                    reader.report("expected a mapping from the name of a \(named.noun) to its keys", site)
                    return nil
                }
                return mapping.compactMap { keyNode, child in
                    let name = keyNode.scalar?.string ?? ""
                    let entrySite = site.member(name, reader.place(of: keyNode))
                    guard Names.isEntry(name) else {
                        reader.report(
                            "the name of a \(named.noun) consists of lower-case letters, digits and ‘-’", entrySite)
                        return nil
                    }
                    if let other = reader.firstPlace(ofEntry: entrySite.path, entrySite.place) {
                        reader.report("there is a \(named.noun) of this name already at \(other)", entrySite)
                        return nil
                    }
                    var section = named.section
                    section.initial[keyPath: named.name] = name
                    return section.read(child, entrySite, reader)
                }
            }, sections: [(suffix: ".<name>", section: named.section.description)])
    }

    /// One of several forms: a word alone, or a mapping with one key that says which form it is.
    static func oneOf(
        _ word: String, _ wordValue: Value, _ alternatives: [Alternative<Value>]
    ) -> ValueType {
        let names = alternatives.map(\.name)
        let expected = "‘\(word)’, or a mapping with one of \(names.joined(separator: ", "))"
        let schemas = alternatives.map { alternative in
            SchemaTree.object([
                .init("type", .string("object")), .init("required", .array([.string(alternative.name)])),
                .init("properties", .object([.init(alternative.name, alternative.section.schema)])),
                .init("additionalProperties", .bool(false)),
            ])
        }
        let schema = SchemaTree.object([
            .init("oneOf", .array([.object([.init("const", .string(word))])] + schemas))
        ])
        let sections = alternatives.map { (suffix: ".\($0.name)", section: $0.section) }
        return ValueType(
            name: "\(word) \\| \(names.joined(separator: " \\| "))", schema: schema,
            read: {
                node, site, reader in
                guard let mapping = node.mapping else {
                    guard let text = reader.text(node, expected: expected, site) else { return nil }
                    if text.value == word { return wordValue }
                    reader.reject(text, expected: expected, site)
                    return nil
                }
                guard mapping.count == 1, let (keyNode, child) = mapping.first.map({ ($0.key, $0.value) }) else {
                    reader.report("expected \(expected)", site)
                    return nil
                }
                let name = keyNode.scalar?.string ?? ""
                let keySite = site.member(name, reader.place(of: keyNode))
                guard let alternative = alternatives.first(where: { $0.name == name }) else {
                    let suggestion = Suggestion.nearest(to: name, among: names)
                    reader.report("unknown key\(Suggestion.phrase(suggestion)); expected \(expected)", keySite)
                    return nil
                }
                return alternative.read(child, keySite, reader)
            }, sections: sections)
    }
}

/// One form of a value that has several, see ``ValueType/oneOf(_:_:_:)``.
struct Alternative<Value: Sendable>: Sendable {
    let name: String
    let section: SectionDescription
    let read: @Sendable (Node, Site, ConfigurationReader) -> Value?

    init<Root>(_ name: String, _ section: Section<Root>, _ make: @escaping @Sendable (Root) -> Value) {
        self.name = name
        self.section = section.description
        read = { node, site, reader in section.read(node, site, reader).map(make) }
    }
}

extension Configuration {
    /// A value under a name that the user chose.
    public struct Named<Value: Sendable>: Sendable {
        public let name: String
        public let value: Value
        /// Where the name stands.
        public let place: SourcePlace
    }
}
