import Yams

/// One key of a section: the one declaration that gives reading, default, check, documentation and schema.
struct Field<Root: Sendable>: Sendable {
    let description: FieldDescription
    let schema: SchemaTree
    /// Reads the key's value into the section's structure. The number of files that may give the key is the reader's
    /// business.
    let read: @Sendable (Node, inout Root, Site, ConfigurationReader) -> Void
    /// Whether several files may give the key, whose entries are then put together.
    var isMerged = false

    var name: String { description.name }
}

extension Field {
    /// A key with a default, which is the value that the property has at first, or a required key.
    ///
    /// - Parameter defaultText: the default in words, where it depends on other keys.
    static func key<Value>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ type: ValueType<Value>,
        _ documentation: String, example: String, in section: Root, isRequired: Bool = false,
        defaultText: String? = nil
    ) -> Field {
        // What depends on other keys is no value that could stand here.
        let standard = isRequired || defaultText != nil ? nil : type.write(section[keyPath: property])
        return make(
            name, type, documentation, example: example, isRequired: isRequired, standard: standard,
            defaultText: defaultText
        ) { node, root, site, reader in
            if let value = type.read(node, site, reader) { root[keyPath: property] = value }
        }
    }

    /// A key without a default.
    static func optional<Value>(
        _ name: String, _ property: any WritableKeyPath<Root, Value?> & Sendable, _ type: ValueType<Value>,
        _ documentation: String, example: String, defaultText: String? = nil
    ) -> Field {
        make(
            name, type, documentation, example: example, isRequired: false, standard: nil, defaultText: defaultText
        ) { node, root, site, reader in
            if let value = type.read(node, site, reader) { root[keyPath: property] = value }
        }
    }

    /// A key whose entries have names of their own, and which several files may give.
    static func entries<Entry>(
        _ name: String, _ property: any WritableKeyPath<Root, [Entry]> & Sendable, _ section: NamedSection<Entry>,
        _ documentation: String, example: String
    ) -> Field {
        let type = ValueType<[Entry]>.entries(section)
        var field = make(
            name, type, documentation, example: example, isRequired: false, standard: nil, defaultText: nil
        ) { node, root, site, reader in
            if let entries = type.read(node, site, reader) { root[keyPath: property] += entries }
        }
        field.isMerged = true
        return field
    }

    /// A key that later versions have; here it is refused by name.
    static func later(_ name: String, _ refusal: String) -> Field {
        let description = FieldDescription(
            name: name, type: "", defaultText: nil, isRequired: false, documentation: "", example: "",
            refusal: refusal, sections: [])
        return Field(description: description, schema: .bool(false)) { _, _, site, reader in
            reader.report(refusal, site)
        }
    }

    private static func make<Value>(
        _ name: String, _ type: ValueType<Value>, _ documentation: String, example: String, isRequired: Bool,
        standard: SchemaTree?, defaultText: String?,
        read: @escaping @Sendable (Node, inout Root, Site, ConfigurationReader) -> Void
    ) -> Field {
        var annotations = [SchemaTree.Entry("description", .string(documentation))]
        if let standard { annotations.append(.init("default", standard)) }
        let description = FieldDescription(
            name: name, type: type.name, defaultText: defaultText ?? standard?.plainText, isRequired: isRequired,
            documentation: documentation, example: example, refusal: nil, sections: type.sections)
        return Field(description: description, schema: type.schema.prepending(annotations), read: read)
    }
}

extension SchemaTree {
    /// A scalar as it is written in YAML.
    fileprivate var plainText: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .bool(let bool): String(bool)
        case .array, .object: nil
        }
    }
}

/// A mapping with known keys, read into a structure.
struct Section<Root: Sendable>: Sendable {
    let documentation: String
    /// The structure with all defaults.
    var initial: Root
    let fields: [Field<Root>]
    /// What is checked or completed when all keys are read without an error.
    var finish: @Sendable (inout Root, Site, ConfigurationReader) -> Void = { _, _, _ in }

    /// - Parameter fields: gets the structure with all defaults, for the keys to take theirs from.
    init(
        _ documentation: String, _ initial: Root, fields: (Root) -> [Field<Root>],
        finish: @escaping @Sendable (inout Root, Site, ConfigurationReader) -> Void = { _, _, _ in }
    ) {
        self.documentation = documentation
        self.initial = initial
        self.fields = fields(initial)
        self.finish = finish
    }

    var description: SectionDescription {
        SectionDescription(documentation: documentation, fields: fields.map(\.description), schema: schema)
    }

    /// The schema of a mapping with these keys and no others.
    var schema: SchemaTree {
        let known = fields.filter { $0.description.refusal == nil }
        let required = known.filter(\.description.isRequired).map { SchemaTree.string($0.name) }
        var entries = [SchemaTree.Entry("type", .string("object"))]
        if !required.isEmpty { entries.append(.init("required", .array(required))) }
        entries.append(.init("properties", .object(known.map { .init($0.name, $0.schema) })))
        entries.append(.init("additionalProperties", .bool(false)))
        return .object(entries)
    }

    /// Reads a mapping, reports all that is wrong in it, and gives the structure if nothing is.
    func read(_ node: Node, _ site: Site, _ reader: ConfigurationReader) -> Root? {
        var root = initial
        let errorsBefore = reader.errorCount
        readKeys(node, into: &root, site, reader)
        guard reader.errorCount == errorsBefore else { return nil }
        finish(&root, site, reader)
        return reader.errorCount == errorsBefore ? root : nil
    }

    /// Reads the keys that the mapping has.
    /// - Parameter keys: passes over all others; `nil`: reads all.
    func readKeys(
        _ node: Node, only keys: Set<String>? = nil, into root: inout Root, _ site: Site, _ reader: ConfigurationReader
    ) {
        guard let mapping = node.mapping else {
            let names = fields.filter { $0.description.refusal == nil }.map(\.name)
            return reader.report(
                "expected a mapping with keys such as \(names.prefix(3).joined(separator: ", "))", site)
        }
        var given: Set<String> = []
        for (keyNode, value) in mapping {
            let place = reader.place(of: keyNode)
            guard let name = keyNode.scalar?.string else {
                reader.report("a key must be a plain text", Site(path: site.path, place: place))
                continue
            }
            if let keys, !keys.contains(name) { continue }
            let keySite = site.member(name, place)
            guard let field = fields.first(where: { $0.name == name }) else {
                let known = fields.filter { $0.description.refusal == nil }.map(\.name)
                let suggestion = Suggestion.nearest(to: name, among: known)
                // A misspelt key is not missing as well.
                if let suggestion { given.insert(suggestion) }
                reader.report("unknown key\(Suggestion.phrase(suggestion))", keySite)
                continue
            }
            given.insert(name)
            if !field.isMerged, site.path.isEmpty, let other = reader.firstPlace(ofTopLevelKey: name, place) {
                reader.report("already given at \(other)", keySite)
                continue
            }
            field.read(value, &root, keySite, reader)
        }
        for field in fields where keys == nil && field.description.isRequired && !given.contains(field.name) {
            reader.report("the key ‘\(field.name)’ is missing", site)
        }
    }
}

/// A section that stands under a name which the user chooses.
struct NamedSection<Root: Sendable>: Sendable {
    let section: Section<Root>
    /// What is named, for messages: `flow`, `system`.
    let noun: String
    let name: any WritableKeyPath<Root, String> & Sendable
}
